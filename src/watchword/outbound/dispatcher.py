"""The worker's loops: letters from the outbox to their senders, after commit, at most twice after a crash, later again on a failure.

One loop a kind, so that a gateway that does not answer holds up neither mail nor pushes; a batch is small enough to be over before its
lease is, so nobody else sends it meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from watchword.flows.ports import Letter, Store
from watchword.outbound.messages import DEFAULT_TIMEOUT, Delivery, Outgoing, Sender, delivered, undeliverable

log = logging.getLogger("watchword.outbox")

Kind = Literal["sms", "mail", "push", "nobody"]
KINDS: tuple[Kind, ...] = ("sms", "mail", "push", "nobody")
LEASE_SECONDS = 90
BATCH = int(LEASE_SECONDS // (2 * DEFAULT_TIMEOUT))
RETRY_SECONDS = (5, 15, 60, 180, 600)


class Outbox(Protocol):
    """The dispatcher's side of the outbox."""

    def outbox_batch(
        self, kind: str, now: int, limit: int, lease_seconds: int
    ) -> Sequence[tuple[int, Letter, int]]: ...

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

    def run_once(self, kind: Kind) -> int:
        """Send one batch of a kind; how many letters were handled."""
        batch = self.outbox.outbox_batch(kind, self.now(), BATCH, LEASE_SECONDS)
        for letter_id, letter, tries in batch:
            self._settle(letter_id, letter, tries, self._send(kind, letter_id, letter))
        return len(batch)

    def _send(self, kind: Kind, letter_id: int, letter: Letter) -> Delivery:
        if kind == "nobody":  # written for a name that is not on file, so that asking for it took the same work
            return delivered("for a name that is not on file")
        sender = self.senders.get(kind)
        if sender is None:
            return undeliverable(f"no sender for {kind} is set up")
        until = letter.data.get("until", "")
        if until and self.now() >= int(until):
            return undeliverable("what it says is over")
        if kind != "push":
            data = {"lang": letter.data.get("lang", "en")}
            return sender.send(Outgoing(kind, letter.to, letter.subject, letter.body, data, str(letter_id)))
        return self._push(sender, letter)

    def _push(self, sender: Sender, letter: Letter) -> Delivery:
        with self.store.read() as tx:
            target = tx.phones.push_target(letter.to)
        if target is None:
            return undeliverable("the phone no longer asks for notifications")
        keys = {"p256dh": target["p256dh"], "auth": target["auth"], "id": letter.data.get("id", "")}
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
