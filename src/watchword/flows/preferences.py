"""Language, time zone, and the notices a person asks for (V01, N06)."""

from __future__ import annotations

from collections.abc import Container

from watchword.core import notices
from watchword.core.refusals import INVALID, ZONE_UNKNOWN, Refusal
from watchword.core.sessions import Session
from watchword.flows import changes
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow

LANGUAGES = ("en", "ja")


def set_place(kit: Kit, session: Session, lang: str, zone: str, zones: Container[str]) -> Refusal | None:
    """Language of messages and pages, and the zone times are told in; no security setting, so everybody changes his own."""
    if lang not in LANGUAGES:
        return Refusal(INVALID, "lang.unknown", {"field": "lang"})
    if zone not in zones:
        return Refusal(ZONE_UNKNOWN, "zone.unknown")
    with kit.store.write() as tx:
        user = changes.person(tx, session)
        if isinstance(user, Refusal):
            return user
        if (lang, zone) != (user.lang, user.zone):
            tx.users.set_place(user.id, lang, zone)
            tx.audit.write(AuditRow("user.place.set", user.id, user.id, {"lang": lang, "zone": zone}), kit.clock.now())
    return None


def set_notices(kit: Kit, session: Session, words: frozenset[str]) -> Refusal | None:
    """Which notices go out beside the mandatory ones. Raises ValueError for a word that is none."""
    notify = notices.stored(words)
    with kit.store.write() as tx:
        user = changes.person(tx, session)
        if isinstance(user, Refusal):
            return user
        refused = changes.refusal(kit, tx, session, user, binding=False)
        if refused is not None:
            return refused
        if notify != notices.stored(notices.chosen(user.notify)):
            tx.users.set_notify(user.id, notify)
            tx.audit.write(AuditRow("user.notices.set", user.id, user.id, {"chosen": notify}), kit.clock.now())
    return None
