"""What only the owner is told, on his enrolled phones: why a login was paused or asked for more, and until when (S02; protocol/spec.md 6.8).

The page that a stranger sees says none of it. A notice wakes no phone: somebody who types wrong passwords must not ring anybody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchword.core.devices import on_phone
from watchword.core.users import User
from watchword.flows.details import plain
from watchword.flows.kit import Kit, Visit
from watchword.flows.ports import Tx
from watchword.flows.protection_ports import Notice

KINDS = ("locked", "closed", "suspicion", "network")
SHORT_SECONDS = 60 * 60
LONG_SECONDS = 30 * 24 * 60 * 60


def put(kit: Kit, tx: Tx, user_id: str, kind: str, until: int, *, visit: Visit | None, reason: str) -> None:
    """Keep a notice of this kind, in place of the one before. Call `tell` after the transaction."""
    params: dict[str, object] = {"reason": reason}
    if visit is not None:
        params |= {
            "address": plain(visit.address), "place": plain(visit.place_key), "place_ja": plain(visit.places.get("ja", "")),
            "network": plain(visit.network), "browser": plain(visit.browser), "system": plain(visit.system),
        }  # fmt: skip
    tx.protection.notify(Notice(kit.entropy.id(), user_id, kind, params, kit.clock.now(), until))


def signed(kit: Kit, notice: Notice, user: User) -> dict[str, Any]:
    """A notice as a phone gets it: signed like the details of a login, texts in the language of its user."""
    given = notice.params
    place = given.get("place_ja") if user.lang == "ja" and given.get("place_ja") else given.get("place", "")
    shown: Mapping[str, object] = {
        "reason": given.get("reason", ""), "place": place,
        **{name: given.get(name, "") for name in ("address", "network", "browser", "system")},
    }  # fmt: skip
    fields: dict[str, Any] = {
        "v": 1, "type": "notice", "iss": kit.vault.issuer, "id": notice.id, "user": user.id, "username": user.username,
        "kind": notice.kind, "params": shown, "at": notice.at, "until": notice.until,
    }  # fmt: skip
    return kit.vault.sign(fields)


def tell(kit: Kit, user_id: str) -> None:
    """To every open app of this user: it should look again (protocol/spec.md 6.5). After the transaction."""
    with kit.store.read() as tx:
        phones = {
            device.phone_id for device in tx.devices.of_user(user_id) if device.state == "active" and on_phone(device)
        }
    for phone in sorted(phones):
        kit.events.publish(f"phone:{phone}", {"pending": "1"})
