"""A forgotten password, from the username to the choice of proofs (S04, U01; core/recovery.py holds the rules).

Nothing before the first proof tells whether a name is on file: a row, a code and a letter are made for nobody as for somebody, under
limits by a keyed hash of the name, and Key is asked by a QR code alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from watchword.core import recovery as rules
from watchword.core.attempts import QR_SECONDS, Attempt
from watchword.core.devices import Device, on_phone
from watchword.core.encoding import b64u, sha256
from watchword.core.pushes import Ask
from watchword.core.recovery import OPEN, RECOVERY, Recovery
from watchword.core.refusals import (
    PROOF_ELSEWHERE,
    RECOVERY_DONE,
    RECOVERY_EXPIRED,
    RECOVERY_GONE,
    RECOVERY_LIMITED,
    RECOVERY_STOPPED,
    Refusal,
)
from watchword.core.users import NOBODY, Contact, User, nobody, username_key
from watchword.flows import device_tokens, login, sent_codes
from watchword.flows.kit import Kit, Visit
from watchword.flows.password_step import active_devices
from watchword.flows.ports import AuditRow, Tx

CODE = "recover"
ENDS = {"done": RECOVERY_DONE, "expired": RECOVERY_EXPIRED, "failed": RECOVERY_STOPPED, "cancelled": RECOVERY_GONE}


@dataclass(frozen=True, slots=True)
class Begun:
    """A recovery that was begun. `collector` is the secret of its browser, shown this once."""

    recovery: Recovery
    collector: str


@dataclass(frozen=True, slots=True)
class Stage:
    """What the page of a recovery shows. `user` is nobody until a proof was given, and so is everything of his.

    `methods` are the proofs that may come next, `contacts` those that a code can go to, masked; `questions` those of the person.
    """

    recovery: Recovery
    user: User
    methods: tuple[str, ...]
    contacts: tuple[tuple[Contact, str], ...] = ()
    questions: tuple[str, ...] = ()
    code_until: int = 0
    code_again: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A proof that is being waited for. `attempt` is set where Key was asked, whose waiting page goes on."""

    attempt: login.Opened | None = None


def begin(kit: Kit, username: str, visit: Visit) -> Begun | Refusal:
    """A recovery for a name, whoever's it is."""
    now = kit.clock.now()
    key = username_key(username)
    subject = kit.vault.mac("recover", key)
    collector = b64u(kit.entropy.bytes(16))
    with kit.store.write() as tx:
        user = tx.users.by_key(key)
        usable = user is not None and user.state == "active" and bool(user.password_hash)
        until = tx.rates.take(f"recover:net:{visit.network_key}", rules.STARTS_OF_A_NETWORK, now)
        until = until or tx.rates.take(f"recover:name:{subject.hex()}:{visit.network_key}", rules.STARTS_OF_A_NAME, now)
        if until:
            return Refusal(RECOVERY_LIMITED, "recovery.limited", {"until": until}, retry_after=until - now)
        made = Recovery(
            id=kit.entropy.id(), user_id=user.id if user is not None and usable else NOBODY, subject=subject,
            username=username.strip()[:64], state="open", collector_hash=sha256(collector.encode()), proofs="", method="", contact_id="",
            attempt_id="", wrong_questions=0, wrong_personal=0, started=now, expires=now + rules.LIFE_SECONDS, ended=0, lang=visit.lang,
        )  # fmt: skip
        tx.recoveries.add(made)
        row = AuditRow("recovery.account.begun", made.user_id if usable else "", made.id, personal=visit.personal())
        tx.audit.write(row, now)
    return Begun(made, collector)


def opened(kit: Kit, tx: Tx, collector: str) -> tuple[Recovery, User | None] | Refusal:
    """The recovery of this browser, locked behind its user's row, if it is still open; else why not. Every step begins here."""
    now = kit.clock.now()
    collector_hash = sha256(collector.encode())
    seen = tx.recoveries.by_collector(collector_hash) if collector else None
    if seen is None:
        return Refusal(RECOVERY_GONE, "collector.unknown")
    user = tx.users.lock(seen.user_id)  # the order of locks: user before recovery and attempt
    found = tx.recoveries.by_collector(collector_hash, lock=True)
    if found is None:
        return Refusal(RECOVERY_GONE, "recovery.gone")
    attempt = tx.attempts.get(found.attempt_id) if found.attempt_id else None
    late = rules.state_at(found, now)
    if found.state in OPEN and (late == "expired" or (attempt is not None and attempt.state == "not_me")):
        found = close(tx, found, "expire" if late == "expired" else "fail", now)
    if found.state not in OPEN:
        return Refusal(ENDS[found.state], f"recovery.{found.state}")
    return found, user if user is not None and user.state == "active" else None


def close(tx: Tx, recovery: Recovery, event: str, now: int) -> Recovery:
    """End an open recovery by an event of its table."""
    to = str(RECOVERY.step(recovery.state, event))
    if tx.recoveries.move(recovery.id, recovery.state, to, ended=now):
        owner = "" if recovery.user_id == NOBODY else recovery.user_id
        tx.audit.write(AuditRow(f"recovery.account.{to}", owner, recovery.id), now)
    return replace(recovery, state=to, ended=now)


def look(kit: Kit, collector: str) -> Stage | Refusal:
    """What the page shows now."""
    with kit.store.write() as tx:
        found = opened(kit, tx, collector)
        if isinstance(found, Refusal):
            return found
        return stage(kit, tx, *found)


def stage(kit: Kit, tx: Tx, recovery: Recovery, user: User | None) -> Stage:
    """The same for a recovery at hand. Before the first proof it reads nothing of the person."""
    code = tx.codes.current(CODE, recovery.id) if recovery.method in ("sms", "mail") else None
    until, again = (code.expires, code.sent + rules.SENDS_OF_A_NAME[0].seconds) if code else (0, 0)
    if not recovery.given or user is None:
        someone = nobody(recovery.username, recovery.lang)
        return Stage(recovery, someone, rules.FIRST_PROOFS, code_until=until, code_again=again)
    contacts = tuple((one, sent_codes.masked(kit, one)) for one in tx.contacts.of(user.id) if one.on_file)
    questions = tuple(question for question, _ in tx.answers.of(user.id))
    return Stage(recovery, user, _next(kit, tx, recovery, user, contacts, questions), contacts, questions, until, again)


def _next(
    kit: Kit, tx: Tx, recovery: Recovery, user: User, contacts: tuple[tuple[Contact, str], ...], questions: tuple[str, ...]
) -> tuple[str, ...]:  # fmt: skip
    details = tx.users.details(user.id)
    have = {
        "key": bool(_keys(kit, tx, user.id)),
        "questions": bool(questions),
        "personal": bool(details.birth_date and details.document_number),
        **{kind: any(one.kind == kind for one, _ in contacts) for kind in ("sms", "mail")},
    }
    policy = kit.policy
    return tuple(
        one
        for one in rules.PROOFS
        if have[one]
        and rules.allowed(one, recovery.given, known_counts=policy.known_counts, sent_apart=policy.sent_apart)
    )


def choose(kit: Kit, collector: str, method: str, visit: Visit, *, contact_id: str = "") -> Asked | Refusal:
    """The proof that comes next: a code is sent, Key is asked, or the page shows its fields."""
    with kit.store.write() as tx:
        found = opened(kit, tx, collector)
        if isinstance(found, Refusal):
            return found
        recovery, user = found
        if method not in stage(kit, tx, recovery, user).methods:
            return Refusal(PROOF_ELSEWHERE, "proof.not_offered")
        if method in ("sms", "mail"):
            refused = _send(kit, tx, recovery, user, method, visit, contact_id)
            return refused or Asked()
        if method == "key":
            asked = _ask_key(kit, tx, recovery, user, visit)
            tx.recoveries.set(recovery.id, method="key", attempt_id=asked.attempt.id)
        else:
            tx.recoveries.set(recovery.id, method=method)
            return Asked()
    login.announce(kit, asked)
    return Asked(asked)


def _send(
    kit: Kit, tx: Tx, recovery: Recovery, user: User | None, kind: str, visit: Visit, contact_id: str
) -> Refusal | None:
    """A code to a number or mailbox on file; before the first proof to the first of them, and to nobody just the same."""
    contacts = [one for one in tx.contacts.of(recovery.user_id) if one.kind == kind and one.on_file]
    chosen = [one for one in contacts if one.id == contact_id] if recovery.given and contact_id else contacts
    if recovery.given and not chosen:
        return Refusal(PROOF_ELSEWHERE, "contact.unknown")
    contact = chosen[0] if chosen and user else nowhere(kit, recovery, kind)
    someone = user or nobody(recovery.username, recovery.lang)
    now = kit.clock.now()
    until = tx.rates.take(_budget(kit, tx, recovery, kind, visit), rules.SENDS_OF_A_NAME, now)
    if until:
        return Refusal(RECOVERY_LIMITED, "recovery.sends", {"until": until}, retry_after=until - now)
    tx.recoveries.set(recovery.id, method=kind, contact_id=contact.id)
    budget = (f"recover:{recovery.id}", rules.STARTS_OF_A_NAME)
    sent = sent_codes.send(kit, tx, someone, contact, CODE, recovery.id, budget=budget)
    if not isinstance(sent, Refusal) or recovery.given:
        return sent if isinstance(sent, Refusal) else None
    # A limit of the number itself would tell that there is one: only somebody who has proven something hears of it.
    sent_codes.unsent(kit, tx, recovery.user_id, CODE, recovery.id)
    return None


def _budget(kit: Kit, tx: Tx, recovery: Recovery, kind: str, visit: Visit) -> str:
    """Whose sends these count as: a browser that the person logged in with has its own, so that strangers cannot use up the owner's."""
    token = device_tokens.pick(kit, visit.device_token, recovery.user_id) if visit.device_token else ""
    browser = tx.browsers.by_token(recovery.user_id, sha256(token.encode())) if token else None
    return f"recover:send:{kind}:{recovery.subject.hex()}:{browser.id if browser else 'unknown'}"


def nowhere(kit: Kit, recovery: Recovery, kind: str) -> Contact:
    """Where a letter to nobody goes. It is the same for a name each time, and no two names share it."""
    name = kit.vault.mac(f"nowhere.{kind}", recovery.subject.hex()).hex()
    value = f"+{int(name[:14], 16) % 10**12:012}" if kind == "sms" else f"{name[:12]}@nobody.invalid"
    return Contact(NOBODY, recovery.user_id, kind, value, 0, True, 0)


def _ask_key(kit: Kit, tx: Tx, recovery: Recovery, user: User | None, visit: Visit) -> login.Opened:
    client = kit.policy.clients["portal"]
    if recovery.given and user is not None:
        token = device_tokens.pick(kit, visit.device_token, user.id) if visit.device_token else ""
        browser = tx.browsers.by_token(user.id, sha256(token.encode())) if token else None
        devices = _keys(kit, tx, user.id)
        return login.open_attempt(
            kit, tx, user, client, devices, browser, visit, action="recover", operation=rules.SECOND
        )
    return _ask_by_qr(kit, tx, recovery, visit)


def _keys(kit: Kit, tx: Tx, user_id: str) -> tuple[Device, ...]:
    """Where Key is active. Nothing else proves a recovery: a temporary code came by a mailbox, and a passkey may be in the same cloud as it."""
    return tuple(filter(on_phone, active_devices(tx, user_id, kit.clock.now())))


def _ask_by_qr(kit: Kit, tx: Tx, recovery: Recovery, visit: Visit) -> login.Opened:
    """An attempt that only a scan of its QR can approve: nothing was proven, so nobody's phone rings and nothing can be guessed at."""
    now, attempt_id = kit.clock.now(), kit.entropy.id()
    devices = _keys(kit, tx, recovery.user_id)
    collector = b64u(kit.entropy.bytes(16))
    attempt = Attempt(
        id=attempt_id, user_id=recovery.user_id, username=recovery.username, client="portal", state="pending",
        collector_hash=sha256(collector.encode()), bound_key="", nonce=b64u(kit.entropy.bytes(16)), started=now,
        expires=min(now + kit.policy.attempt_seconds, recovery.expires), context=login.seen_from(visit, None, recovery.lang), browser_id="",
        confirm=True, confirm_reason="policy", device_id=devices[0].id if devices else NOBODY, asked=(), push_until=0,
        qr_turn=1, qr_until=now + QR_SECONDS, challenge_state="none", challenge_turn=0, challenge_until=0, wrong=0, wrong_challenge=0,
        wrong_confirmation=0, decided=0, decided_by="", amr="", session_id="", lang=recovery.lang, action="recover", operation=rules.FIRST,
    )  # fmt: skip
    tx.attempts.add(attempt)
    tx.attempts.set(attempt_id, qr_hash=sha256(kit.vault.derive("qr", attempt_id, 1)[:16]))
    tx.audit.write(
        AuditRow("recovery.key.asked", "" if recovery.user_id == NOBODY else recovery.user_id, attempt_id), now
    )
    return login.Opened(attempt, collector, (), Ask(allowed=False))


def cancel(kit: Kit, collector: str) -> Refusal | None:
    """The person stops."""
    with kit.store.write() as tx:
        found = opened(kit, tx, collector)
        if isinstance(found, Refusal):
            return found
        close(tx, found[0], "cancel", kit.clock.now())
    return None
