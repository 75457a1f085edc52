"""Four eyes: what weakens an account is asked for by one member of staff and decided by another, in one transaction with the change.

The first decision wins (compare-and-swap on the request's state). Who may ask and decide stands in core/staff.py; it is looked up again
in the deciding transaction, so a role that was taken away in between counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from watchword.core import interviews, staff
from watchword.core.refusals import (
    CALLER_GUARDED,
    CONFIRM_FIRST,
    INTERVIEW_FIRST,
    REQUEST_CLOSED,
    REQUEST_TWICE,
    REQUEST_UNKNOWN,
    STAFF_FORM,
    STAFF_NOBODY,
    STAFF_OWN,
    STAFF_ROLE,
    STAFF_WORDS,
    Refusal,
)
from watchword.core.sessions import Session
from watchword.core.sharing import Compared
from watchword.core.staff_requests import LIFE_SECONDS, StaffRequest, state_at, words
from watchword.core.users import User, username_key
from watchword.flows import sent_codes
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.staff import access, caller, ends, sharing
from watchword.flows.staff.access import Member
from watchword.flows.staff.desk import QUEUE
from watchword.flows.staff.effects import CHANGES, Effect

SHOWN = 100
AFTER = {"approve": "approved", "reject": "rejected", "withdraw": "withdrawn"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A request as staff read it, with the names of those in it; `state` has time taken into account.

    `may` are the decisions open to the one who reads: of `approve`, `reject`, `withdraw`. `words` are the parameters as people read them,
    `compared` the identification of two people whose device is to be shared, while that is open.
    `alarm` is when the person last said, within a day, that nobody of his was on the telephone, 0 for not at all.
    """

    request: StaffRequest
    state: str
    about: str
    asked_by: str
    decided_by: str
    told: Mapping[str, str]
    alarm: int = 0
    may: frozenset[str] = frozenset()
    words: Mapping[str, str] = field(default_factory=dict)
    compared: tuple[Compared, ...] = ()


class _Undone(Exception):
    """The change was refused: whatever was begun is taken back with the transaction."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


def ask(
    kit: Kit, session: Session, kind: str, username: str, reason: str, evidence: str, params: Mapping[str, str]
) -> Shown | Refusal:
    """Ask for a change. It waits for LIFE_SECONDS for another's decision. Needs Key, shown lately."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        found = tx.users.by_key(username_key(username))
        who = access.member(kit, tx, session, about=found.id if found else "")
        if isinstance(who, Refusal):
            return who
        denied = _may_not_ask(tx, who, kind, found)
        if denied is not None or found is None:
            return access.refused(kit, tx, who, "request", denied or Refusal(STAFF_NOBODY), found.id if found else "")
        if not access.fresh(who.session, now):
            return Refusal(CONFIRM_FIRST, "session.not_confirmed")
        shown = ask_in(kit, tx, who, kind, found, {"reason": reason, "evidence": evidence}, params)
    if not isinstance(shown, Refusal):
        kit.events.publish(QUEUE, {"state": "changed"})
    return shown


def ask_in(
    kit: Kit, tx: Tx, who: Member, kind: str, about: User, said: Mapping[str, str], params: Mapping[str, str]
) -> Shown | Refusal:
    """Ask in a transaction of the caller, who has checked roles and Key."""
    request = _new(kit, tx, who, kind, about, said, params)
    if isinstance(request, Refusal):
        return access.refused(kit, tx, who, "request", request, about.id)
    tx.staff.ask(request)
    fields = {"by": who.user.id, "kind": kind}
    access.note(kit, tx, AuditRow("staff.request.opened", about.id, request.id, fields))
    return shown_to(kit, tx, who, request)


def _may_not_ask(tx: Tx, who: Member, kind: str, about: User | None) -> Refusal | None:
    if kind not in CHANGES:
        return Refusal(STAFF_FORM, "kind.unknown", {"field": "kind"})
    oneself = about is not None and access.himself(tx, who, about)
    to_staff = about is not None and bool(tx.staff.roles(about.id))
    if staff.may_ask(kind, who.roles, oneself=oneself, about_staff=to_staff):
        return None if about is not None else Refusal(STAFF_NOBODY, "user.unknown")
    return Refusal(STAFF_OWN, "staff.oneself") if oneself else Refusal(STAFF_ROLE, "staff.role")


def _new(
    kit: Kit, tx: Tx, who: Member, kind: str, about: User, said: Mapping[str, str], params: Mapping[str, str]
) -> StaffRequest | Refusal:
    now = kit.clock.now()
    kept = {name: words(text) for name, text in said.items()}
    for name, text in kept.items():
        if not text:
            return Refusal(STAFF_WORDS, f"words.{name}", {"field": name})
    change = CHANGES[kind]
    strange = sorted(name for name, value in params.items() if value and name not in change.names)
    if strange:
        return Refusal(STAFF_FORM, "params.strange", {"field": strange[0]})
    tx.users.lock(about.id)
    guarded = caller.guarded_until(tx, about.id, now)
    if guarded:
        return Refusal(CALLER_GUARDED, "caller.guarded", {"until": guarded}, retry_after=guarded - now)
    read = change.read(kit, tx, about, params)
    if isinstance(read, Refusal):
        return read
    beside = tx.staff.requests_about(about.id, SHOWN)
    if any(other.kind == kind and state_at(other, now) == "open" for other in beside):
        return Refusal(REQUEST_TWICE, "request.twice")
    if kind in staff.AFTER_INTERVIEW:
        held = tx.staff.interview(about.id, who.user.id, now - interviews.GOOD_SECONDS)
        if held is None or not interviews.enough(held.matched) or not tx.staff.use_interview(held.id, now):
            return Refusal(INTERVIEW_FIRST, "interview.missing")
        kept["evidence"] += f" [{', '.join(held.matched)}]"
    return StaffRequest(
        id=kit.entropy.id(), kind=kind, state="open", user_id=about.id, asked_by=who.user.id, asked=now, expires=now + LIFE_SECONDS,
        decided_by="", decided=0, reason=kept["reason"], evidence=kept["evidence"], params=read,
        caller=caller.evidence(tx, about.id, who.user.id, now),
    )  # fmt: skip


def approve(kit: Kit, session: Session, request_id: str, checked: str) -> Shown | Refusal:
    """Approve what another asked for, and do it. `checked` says what was looked at. Needs Key, shown lately."""
    try:
        result = _decide(kit, session, request_id, "approve", checked)
    except _Undone as undone:
        with kit.store.write() as tx:
            row = AuditRow(
                "staff.request.failed", "", request_id, {"by": session.user_id, "reason": undone.refusal.reason}
            )
            access.note(kit, tx, row)
        return undone.refusal
    if isinstance(result, Refusal):
        return result
    shown, user, effect = result
    ends.tell(kit, user, effect.sessions)
    kit.events.publish(QUEUE, {"state": "changed"})
    return shown


def reject(kit: Kit, session: Session, request_id: str, why: str) -> Shown | Refusal:
    """Refuse what another asked for, with a reason that he reads."""
    return _closed(kit, _decide(kit, session, request_id, "reject", why))


def withdraw(kit: Kit, session: Session, request_id: str) -> Shown | Refusal:
    """Take back one's own request."""
    return _closed(kit, _decide(kit, session, request_id, "withdraw", "withdrawn"))


def _closed(kit: Kit, result: tuple[Shown, User, Effect] | Refusal) -> Shown | Refusal:
    if isinstance(result, Refusal):
        return result
    kit.events.publish(QUEUE, {"state": "changed"})
    return result[0]


def _decide(kit: Kit, session: Session, request_id: str, event: str, note: str) -> tuple[Shown, User, Effect] | Refusal:
    """One decision. Locks: staff rows, the person, the request. Raises _Undone for a change that is refused."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        seen = tx.staff.request(request_id)
        ids = {"about": seen.user_id, "beside": _second(seen)} if seen else {}
        who = access.member(kit, tx, session, **ids)
        if isinstance(who, Refusal):
            return who
        if seen is None:
            return access.refused(kit, tx, who, event, Refusal(REQUEST_UNKNOWN, "request.unknown"))
        for user_id in sorted({seen.user_id, *filter(None, (seen.params.get("owner", ""),))}):
            tx.users.lock(user_id)
        user = tx.users.get(seen.user_id)
        request = tx.staff.request(request_id, lock=True)
        if user is None or request is None:
            return Refusal(REQUEST_UNKNOWN, "user.gone")
        denied = _may_not_decide(tx, who, request, user, event)
        if denied is not None:
            return access.refused(kit, tx, who, event, denied, request.id)
        over = _over(tx, request, event, now)
        if over:
            return access.refused(kit, tx, who, event, Refusal(REQUEST_CLOSED, f"request.{over}"), request.id)
        if event == "approve" and not access.fresh(who.session, now):
            return Refusal(CONFIRM_FIRST, "session.not_confirmed")
        if not words(note):
            refusal = Refusal(STAFF_WORDS, "words.note", {"field": "checked" if event == "approve" else "why"})
            return access.refused(kit, tx, who, event, refusal, request.id)
        closed = replace(request, state=AFTER[event], decided_by=who.user.id, decided=now, note=words(note))
        if not tx.staff.close(closed, AFTER[event]):
            return Refusal(REQUEST_CLOSED, "request.moved")
        fields = {"by": who.user.id, "kind": request.kind, "emergency": access.emergency(who.session)}
        access.note(kit, tx, AuditRow(f"staff.request.{AFTER[event]}", user.id, request.id, fields))
        effect = _followed(kit, tx, user, request, who, event)
        return shown_to(kit, tx, who, closed, effect.told), user, effect


def _followed(kit: Kit, tx: Tx, user: User, request: StaffRequest, who: Member, event: str) -> Effect:
    """What a decision brings about. Raises _Undone for a change that is refused."""
    change = CHANGES[request.kind]
    if event != "approve":
        if change.closed is not None:
            change.closed(kit, tx, user, request, event)
        return Effect()
    effect = change.do(kit, tx, user, request, who.user.id)
    if isinstance(effect, Refusal):
        raise _Undone(effect)
    return effect


def _second(request: StaffRequest) -> str:
    """Whose staff row is looked at beside that of the person: of who asked, or of whose device is to be shared."""
    return request.params.get("owner", request.asked_by)


def _over(tx: Tx, request: StaffRequest, event: str, now: int) -> str:
    """Why a request can be decided no more, or "". Two who are staff now stand behind what is done: who asked still has to be one."""
    state = state_at(request, now)
    if state != "open" or event != "approve":
        return "" if state == "open" else state
    asker, about_staff = tx.users.get(request.asked_by), bool(tx.staff.roles(request.user_id))
    if request.kind in staff.BY_PERSON:
        return "" if asker is not None and asker.state == "active" else "asker_gone"
    roles = tx.staff.roles(request.asked_by) if asker is not None and asker.state == "active" else frozenset()
    return "" if staff.may_ask(request.kind, roles, oneself=False, about_staff=about_staff) else "asker_gone"


def _may_not_decide(tx: Tx, who: Member, request: StaffRequest, about: User, event: str) -> Refusal | None:
    asked_it, oneself = request.asked_by == who.user.id, access.himself(tx, who, about)
    beside = tx.users.get(request.params["owner"]) if "owner" in request.params else None
    oneself = oneself or (beside is not None and access.himself(tx, who, beside))
    if event == "withdraw":
        return None if asked_it else Refusal(STAFF_OWN, "request.foreign")
    about_staff = bool(tx.staff.roles(request.user_id) or (beside is not None and tx.staff.roles(beside.id)))
    if staff.may_approve(request.kind, who.roles, asked_it=asked_it, oneself=oneself, about_staff=about_staff):
        return None
    return Refusal(STAFF_OWN, "request.own") if asked_it or oneself else Refusal(STAFF_ROLE, "staff.role")


def listed(kit: Kit, session: Session) -> tuple[Shown, ...] | Refusal:
    """Open requests, oldest first."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        who = access.member(kit, tx, session)
        if isinstance(who, Refusal):
            return who
        found = [one for one in tx.staff.requests_in("open", SHOWN) if state_at(one, now) == "open"]
        access.note(kit, tx, AuditRow("staff.requests.listed", who.user.id, "", {"found": len(found)}))
        return tuple(shown_to(kit, tx, who, one) for one in found)


def one(kit: Kit, session: Session, request_id: str) -> Shown | Refusal:
    """One request, open or not."""
    with kit.store.write() as tx:
        who = access.member(kit, tx, session)
        if isinstance(who, Refusal):
            return who
        request = tx.staff.request(request_id)
        if request is None:
            return access.refused(kit, tx, who, "requests", Refusal(REQUEST_UNKNOWN, "request.unknown"))
        access.note(kit, tx, AuditRow("staff.request.shown", request.user_id, request.id, {"by": who.user.id}))
        shown = shown_to(kit, tx, who, request)
        return replace(shown, compared=sharing.compared(tx, who, request)) if shown.state == "open" else shown


def shown_to(kit: Kit, tx: Tx, who: Member, request: StaffRequest, told: Mapping[str, str] | None = None) -> Shown:
    """A request as this member of staff reads it."""
    names = {}
    for user_id in (request.user_id, request.asked_by, request.decided_by):
        user = tx.users.get(user_id) if user_id else None
        names[user_id] = user.username if user else ""
    state = state_at(request, kit.clock.now())
    about = tx.users.get(request.user_id)
    events = AFTER if state == "open" and about is not None else ()
    return Shown(
        request, state, names[request.user_id], names[request.asked_by], names.get(request.decided_by, ""), told or {},
        caller.alarmed(tx, request.user_id, kit.clock.now()),
        frozenset(event for event in events if about and _may_not_decide(tx, who, request, about, event) is None),
        _words(kit, tx, request),
    )  # fmt: skip


def _words(kit: Kit, tx: Tx, request: StaffRequest) -> Mapping[str, str]:
    """The parameters as people read them: a contact by its masked form instead of its id."""
    if "sharing" in request.params:
        return sharing.named(tx, request)
    known = {contact.id: sent_codes.masked(kit, contact) for contact in tx.contacts.of(request.user_id)}
    return {name: known.get(value, value) for name, value in request.params.items() if value}
