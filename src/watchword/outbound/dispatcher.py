"""The worker's loop: letters from the outbox to their senders, after commit, at most twice after a crash, later again on a failure."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from watchword.flows.ports import Letter, Store
from watchword.outbound.messages import Delivery, Outgoing, Sender, undeliverable

log = logging.getLogger("watchword.outbox")

LEASE_SECONDS = 60
BATCH = 20
RETRY_SECONDS = (5, 15, 60, 180, 600)


class Outbox(Protocol):
    """The dispatcher's side of the outbox."""

    def outbox_batch(self, now: int, limit: int, lease_seconds: int) -> Sequence[tuple[int, Letter, int]]: ...

    def outbox_done(self, letter_id: int, now: int, detail: str = "") -> None: ...

    def outbox_retry(self, letter_id: int, not_before: int, detail: str = "") -> None: ...

    def outbox_drop(self, letter_id: int, now: int, detail: str = "") -> None: ...


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Sends what is due. `senders` by kind; a kind without one is dropped with the reason."""

    outbox: Outbox
    store: Store
    senders: Mapping[str, Sender]
    now: Callable[[], int]

    def run_once(self) -> int:
        """Send one batch; how many letters were handled."""
        batch = self.outbox.outbox_batch(self.now(), BATCH, LEASE_SECONDS)
        for letter_id, letter, tries in batch:
            self._settle(letter_id, letter, tries, self._send(letter_id, letter))
        return len(batch)

    def _send(self, letter_id: int, letter: Letter) -> Delivery:
        sender = self.senders.get(letter.kind)
        if sender is None:
            return undeliverable(f"no sender for {letter.kind} is set up")
        if letter.kind != "push":
            return sender.send(Outgoing(letter.kind, letter.to, letter.subject, letter.body, letter.data, str(letter_id)))  # type: ignore[arg-type]
        with self.store.read() as tx:
            target = tx.phones.push_target(letter.to)
        if target is None:
            return undeliverable("the phone no longer asks for notifications")
        keys = {"p256dh": target["p256dh"], "auth": target["auth"]}
        delivery = sender.send(Outgoing("push", target["endpoint"], "", "", keys, letter.data.get("id", "")))
        if delivery.permanent:
            with self.store.write() as tx:
                tx.phones.set_push(letter.to, None)
        return delivery

    def _settle(self, letter_id: int, letter: Letter, tries: int, delivery: Delivery) -> None:
        if delivery.ok:
            self.outbox.outbox_done(letter_id, self.now(), delivery.detail)
        elif delivery.permanent or tries > len(RETRY_SECONDS):
            log.warning("outbox: %s %d given up: %s", letter.kind, letter_id, delivery.detail)
            self.outbox.outbox_drop(letter_id, self.now(), delivery.detail)
        else:
            log.info("outbox: %s %d will be tried again: %s", letter.kind, letter_id, delivery.detail)
            self.outbox.outbox_retry(letter_id, self.now() + RETRY_SECONDS[tries - 1], delivery.detail)
