"""The proofs of a recovery, each judged in its own way and spent once (S04, H02). What is wrong is counted before it is compared."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from watchword.core import questions
from watchword.core.recovery import PER_DAY_KNOWN, RECOVERY, WRONG_KNOWN, Recovery, allowed
from watchword.core.refusals import (
    BUSY,
    PROOF_ELSEWHERE,
    PROOF_SPENT,
    PROOF_UNFIT,
    SENT_CODE_WRONG,
    Refusal,
)
from watchword.core.users import Details, User
from watchword.flows import login, sent_codes
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow, BusyError, Tx
from watchword.flows.recovery import CODE, opened, stage


def code(kit: Kit, collector: str, typed: str) -> Refusal | None:
    """The digits of an SMS or a mail. A right guess at the digits of a letter that went to nobody is wrong as well."""
    with kit.store.write() as tx:
        found = opened(kit, tx, collector)
        if isinstance(found, Refusal):
            return found
        recovery, user = found
        if recovery.method not in ("sms", "mail"):
            return Refusal(PROOF_ELSEWHERE, "proof.no_code")
        checked = sent_codes.check(kit, tx, recovery.user_id, CODE, recovery.id, typed)
        if isinstance(checked, Refusal):
            return checked
        if user is None or all(one.id != checked.contact_id for one in tx.contacts.of(user.id)):
            return Refusal(SENT_CODE_WRONG, "recovery.nobody")
        return _count(kit, tx, recovery, recovery.method)


def key(kit: Kit, collector: str, attempt_collector: str) -> Refusal | None:
    """Key's approval, collected once, by the browser of the recovery that asked for it."""
    with kit.store.write() as tx:
        found = opened(kit, tx, collector)
        if isinstance(found, Refusal):
            return found
        recovery, user = found
        attempt = login.approved(kit, tx, attempt_collector, "recover")
        if isinstance(attempt, Refusal):
            return attempt
        if user is None or (attempt.id, attempt.user_id) != (recovery.attempt_id, user.id):
            return Refusal(PROOF_ELSEWHERE, "attempt.other")
        if not tx.attempts.move(attempt.id, "approved", "collected"):
            raise RuntimeError("an attempt was collected twice under its lock")
        refused = _count(kit, tx, recovery, "key")
    kit.events.publish(f"attempt:{attempt.id}", {"state": "collected"})
    return refused


def answers(kit: Kit, collector: str, typed: Mapping[str, str]) -> Refusal | None:
    """The answers to all of the person's questions, judged together: one verdict, and never which of them was wrong."""
    with kit.store.write() as tx:
        counted = _counted(kit, tx, collector, "questions")
        if isinstance(counted, Refusal):
            return counted
        recovery, user = counted
        stored = tx.answers.of(user.id)
    try:
        fits = [
            kit.passwords.verify(encoded, questions.normal(typed.get(question, "")[: 4 * questions.LONGEST]))
            for question, encoded in stored
        ]
    except BusyError as full:
        _give_back(kit, recovery, "questions")
        return Refusal(BUSY, "hash.pool_full", retry_after=full.retry_after)
    return _judged(kit, collector, recovery, "questions", fits=len(fits) >= questions.CHOSEN and all(fits))


def personal(kit: Kit, collector: str, birth_date: str, document: str) -> Refusal | None:
    """Birth date and document number as they are on file, judged together."""
    with kit.store.write() as tx:
        counted = _counted(kit, tx, collector, "personal")
        if isinstance(counted, Refusal):
            return counted
        recovery, user = counted
        details = tx.users.details(user.id)
    fits = _same_date(kit, details, birth_date[:100]) & _same_document(kit, details, document[:100])
    return _judged(kit, collector, recovery, "personal", fits=fits)


def _same_date(kit: Kit, details: Details, typed: str) -> bool:
    on_file = _bare(details.birth_date)
    return bool(on_file) and hmac.compare_digest(_mac(kit, on_file), _mac(kit, _bare(typed)))


def _same_document(kit: Kit, details: Details, typed: str) -> bool:
    bare = _bare(details.document_number)
    return bool(bare) and hmac.compare_digest(_mac(kit, bare), _mac(kit, _bare(typed)))


def _bare(text: str) -> str:
    return "".join(c for c in questions.normal(text) if c.isalnum())


def _mac(kit: Kit, text: str) -> bytes:
    return kit.vault.mac("personal", text)


def _counted(kit: Kit, tx: Tx, collector: str, method: str) -> tuple[Recovery, User] | Refusal:
    """Count one try at what is known, before anything is compared: three in a recovery, ten a day for a person."""
    found = opened(kit, tx, collector)
    if isinstance(found, Refusal):
        return found
    recovery, user = found
    if user is None or recovery.method != method or method not in stage(kit, tx, recovery, user).methods:
        return Refusal(PROOF_ELSEWHERE, "proof.not_offered")
    now = kit.clock.now()
    if tx.recoveries.count(recovery.id, f"wrong_{method}", WRONG_KNOWN) is None:
        return Refusal(PROOF_SPENT, f"{method}.spent")
    if tx.rates.take(f"recover:{method}:{user.id}", PER_DAY_KNOWN, now):
        return Refusal(PROOF_SPENT, f"{method}.day")
    return recovery, user


def _give_back(kit: Kit, recovery: Recovery, method: str) -> None:
    """Nothing was compared, because the server was busy: the try of this recovery does not count."""
    before = recovery.wrong_questions if method == "questions" else recovery.wrong_personal
    with kit.store.write() as tx:
        tx.recoveries.set(recovery.id, **{f"wrong_{method}": before})


def _judged(kit: Kit, collector: str, recovery: Recovery, method: str, *, fits: bool) -> Refusal | None:
    now = kit.clock.now()
    with kit.store.write() as tx:
        if not fits:
            tx.audit.write(AuditRow("recovery.proof.refused", recovery.user_id, recovery.id, {"proof": method}), now)
            return Refusal(PROOF_UNFIT, f"{method}.mismatch")
        found = opened(kit, tx, collector)
        return found if isinstance(found, Refusal) else _count(kit, tx, found[0], method)


def _count(kit: Kit, tx: Tx, recovery: Recovery, method: str) -> Refusal | None:
    """Write down a proof that was given, if it may be the next one: compare-and-swap on the state, so that each counts once."""
    to = RECOVERY.step(recovery.state, "prove")
    proofs = " ".join((*recovery.given, method))
    may = allowed(method, recovery.given, known_counts=kit.policy.known_counts, sent_apart=kit.policy.sent_apart)
    if to is None or not may or not tx.recoveries.move(recovery.id, recovery.state, to, proofs=proofs, method=""):
        return Refusal(PROOF_ELSEWHERE, "proof.not_next")
    row = AuditRow("recovery.proof.accepted", recovery.user_id, recovery.id, {"proof": method})
    tx.audit.write(row, kit.clock.now())
    return None
