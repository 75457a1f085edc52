"""The log's work in the background, as server and worker run it: rows are sealed, heads signed and taken outside."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from watchword.app.clock import monotonic
from watchword.app.settings import Settings
from watchword.flows import audit_heads
from watchword.flows.audit_heads import NotContinued, Sent
from watchword.flows.audit_ports import KeptHead
from watchword.flows.kit import Kit
from watchword.flows.sealing import BATCH, Sealer
from watchword.outbound.guard import Allowed, GuardedClient, read_url
from watchword.outbound.head_places import HeadAddress, HeadFile

log = logging.getLogger("watchword.log")

SEAL_SECONDS = 0.25
HEAD_SECONDS = 1.0
FILE, ADDRESS = "file", "address"

Send = Callable[[KeptHead], Sent]


def head_places(settings: Settings) -> dict[str, Send]:
    """Where heads go, by the name under which `doctor` shows it."""
    chosen = settings.audit
    found: dict[str, Send] = {}
    if chosen.heads_file:
        found[FILE] = HeadFile(chosen.heads_file).send
    if chosen.heads_url:
        target = read_url(chosen.heads_url)
        origin = [] if isinstance(target, str) else [target.origin]
        client = GuardedClient(Allowed.from_entries(origin), monotonic=monotonic, ca_file=chosen.heads_ca_file or None)
        found[ADDRESS] = HeadAddress(client, chosen.heads_url, chosen.heads_token).send
    return found


class Sealing:
    """What is run again and again. Both tell their faults to the log and never raise; each says whether there is more to do at once."""

    def __init__(self, kit: Kit, places: Mapping[str, Send]) -> None:
        self._kit, self._places = kit, places
        self._sealer = Sealer(kit.store, kit.clock)
        self._told = ""

    def seal(self) -> bool:
        """Seal what is new."""
        try:
            return self._sealer.run_once() == BATCH
        except Exception:
            log.exception("sealing")
            return False

    def heads(self) -> bool:
        """Sign a head if one is due, and take outside what is not there yet."""
        try:
            audit_heads.publish(self._kit)
            self._told = ""
        except NotContinued as broken:
            if str(broken) != self._told:  # once, and not every second
                log.error("heads: %s; nothing is signed until `watchword audit verify` has shown why", broken)
            self._told = str(broken)
        except Exception:
            log.exception("heads")
        more = [
            self._deliver(place, send) for place, send in self._places.items()
        ]  # each of them, whatever another has left
        return any(more)

    def _deliver(self, place: str, send: Send) -> bool:
        try:
            return audit_heads.deliver(self._kit, place, send) == audit_heads.AT_ONCE
        except Exception:
            log.exception("heads: %s", place)
            return False
