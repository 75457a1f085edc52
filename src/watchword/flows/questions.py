"""Security questions: chosen and answered behind an approval, kept as slow hashes, never shown again (S04, H02)."""

from __future__ import annotations

from collections.abc import Sequence

from watchword.core import questions
from watchword.core.refusals import BUSY, QUESTIONS_FORM, QUESTIONS_OFF, SESSION_ABSENT, Refusal
from watchword.core.sessions import Session
from watchword.flows import changes, letters, lower_limits
from watchword.flows.kit import Kit, Visit
from watchword.flows.ports import AuditRow, BusyError


def chosen(kit: Kit, session: Session) -> tuple[str, ...]:
    """Which questions this person has answered."""
    with kit.store.read() as tx:
        return tuple(question for question, _ in tx.answers.of(session.user_id))


def choose(kit: Kit, session: Session, picked: Sequence[str], answers: Sequence[str], visit: Visit) -> Refusal | None:
    """Three questions and their answers in place of all earlier ones."""
    if not kit.policy.known_counts:
        return Refusal(QUESTIONS_OFF, "questions.off")
    with kit.store.read() as tx:
        user = tx.users.get(session.user_id)
        if user is None:
            return Refusal(SESSION_ABSENT, "user.gone")
        refused = changes.refusal(kit, tx, session, user, binding=True)
    if refused is not None:
        return refused
    texts = [
        kit.texts.plain(lang, f"questions.{one}")
        for lang in ("en", "ja")
        for one in picked
        if one in questions.QUESTIONS
    ]
    faults = questions.faults(picked, answers, texts=texts, username=user.username)
    if faults:
        return Refusal(QUESTIONS_FORM, "questions.form", {"faults": faults})
    try:
        encoded = [(one, kit.passwords.hash(questions.normal(text))) for one, text in zip(picked, answers, strict=True)]
    except BusyError as full:
        return Refusal(BUSY, "hash.pool_full", retry_after=full.retry_after)
    now = kit.clock.now()
    with kit.store.write() as tx:
        user, live = tx.users.lock(session.user_id), tx.sessions.get(session.id)
        if user is None or user.state != "active" or live is None or live.ended:
            return Refusal(SESSION_ABSENT, "session.ended")
        refused = changes.by_primary(tx, user) or lower_limits.binding(kit, user)
        if refused is not None:
            return refused
        tx.answers.replace(user.id, encoded, now)
        letters.tell_all(kit, tx, user, "questions_changed")
        tx.audit.write(AuditRow("user.questions.chosen", user.id, session.id, personal=visit.personal()), now)
    return None
