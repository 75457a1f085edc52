"""The audit for auditors and compliance at the console: search, one row with its proof, export, and the log itself.

Whoever reads is a member of staff whose role allows it, read again in the transaction that writes down what he asked for; only then is it
read. What is refused is written down too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from watchword.core.audit_search import EXPORTED, LATEST, PAGE, Filter, Place, read, read_place
from watchword.core.rates import Window
from watchword.core.refusals import AUDIT_FILTER, AUDIT_ROW, STAFF_LIMITED, STAFF_NOBODY, STAFF_ROLE, Refusal
from watchword.core.sessions import Session
from watchword.core.staff import may
from watchword.core.users import username_key
from watchword.flows import audit_proofs, audit_search
from watchword.flows.audit_ports import Found, KeptHead, Sending
from watchword.flows.audit_search import Page
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.staff import access

READS = (Window(600, 60 * 60),)
SHOWN_HEADS = 20
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Searched:
    """A page of rows, and the names of the users whose ids stand in it."""

    page: Page
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class One:
    """One row with its personal values, the user's name, and its proof, or why there is none."""

    found: Found
    names: Mapping[str, str]
    proof: audit_proofs.Proof | Refusal


@dataclass(frozen=True, slots=True)
class Log:
    """The log: what it is called, how many rows it has, when the last was sealed, its last heads and where they went."""

    origin: str
    size: int
    sealed: int
    heads: tuple[KeptHead, ...]
    places: tuple[Sending, ...]


def search(kit: Kit, session: Session, given: Mapping[str, str], after: str = "") -> Searched | Refusal:
    """A page of what was asked for: `tag`, `person` (a username), `subject`, `outcome`, `words`, `since`, `until`; see core/audit_search.py."""
    page = _read(kit, session, given, after, "", PAGE)
    return page if isinstance(page, Refusal) else Searched(page, _names(kit, page.rows))


def export(
    kit: Kit, session: Session, given: Mapping[str, str], after: str, form: str, *, personal: bool
) -> Page | Refusal:
    """A page of an export; `form` is `jsonl` or `csv`. Each page is written down, personal values or not."""
    return _read(kit, session, given, after, f"{form}{'+personal' if personal else ''}", EXPORTED)


def row(kit: Kit, session: Session, audit_id: str) -> One | Refusal:
    """One row, with what is personal in it."""
    number = int(audit_id) if audit_id.isascii() and audit_id.isdecimal() and len(audit_id) <= 18 else None
    with kit.store.write() as tx:
        who = _reader(kit, tx, session)
        if isinstance(who, Refusal):
            return who
        found = tx.audit_reading.row(number) if number is not None else None
        if number is None or found is None:
            return Refusal(AUDIT_ROW, "audit.no_row")
        access.note(kit, tx, AuditRow("staff.audit.shown", who.user.id, str(number)))
    return One(found, _names(kit, (found,)), audit_proofs.inclusion(kit, number, personal=True))


def log(kit: Kit, session: Session) -> Log | Refusal:
    """How far the log is, and its heads."""
    with kit.store.write() as tx:
        who = _reader(kit, tx, session)
        if isinstance(who, Refusal):
            return who
        access.note(kit, tx, AuditRow("staff.log.shown", who.user.id))
        state = tx.sealed.state()
        heads = tuple(tx.sealed.heads_before(Place().id, SHOWN_HEADS))
        size, sealed = (state.size, state.sealed) if state else (0, 0)
        return Log(kit.policy.log_origin, size, sealed, heads, tuple(tx.sealed.sendings()))


def _reader(kit: Kit, tx: Tx, session: Session) -> access.Member | Refusal:
    who = access.member(kit, tx, session)
    if isinstance(who, Refusal):
        return who
    if not may("audit", who.roles):
        return access.refused(kit, tx, who, "audit", Refusal(STAFF_ROLE, "staff.role"))
    now = kit.clock.now()
    until = tx.rates.take(f"staff:audit:{who.user.id}", READS, now)
    return Refusal(STAFF_LIMITED, "staff.audit", {"until": until}, retry_after=until - now) if until else who


def _read(kit: Kit, session: Session, given: Mapping[str, str], after: str, form: str, limit: int) -> Page | Refusal:
    """A page of what was asked for. It is written down before it is given out, and after it was read, so that no search finds itself."""
    with kit.store.write() as tx:
        who = _reader(kit, tx, session)
        asked = who if isinstance(who, Refusal) else _meant(tx, given, after)
    if isinstance(who, Refusal):
        return who
    if isinstance(asked, Refusal):
        return asked
    wanted, place = asked
    page = audit_search.page(kit.store, wanted, place, limit)
    fields = {"tag": wanted.tag, "outcome": wanted.outcome, "since": wanted.since, "until": wanted.until, "form": form}
    said = {name: value for name, value in fields.items() if value and value != LATEST}
    # People search for people: what they typed is a personal value.
    typed = {"words": " ".join(wanted.words), "subject": wanted.subject}
    personal = {name: value for name, value in typed.items() if value}
    with kit.store.write() as tx:
        access.note(
            kit,
            tx,
            AuditRow(
                "staff.audit.exported" if form else "staff.audit.searched", who.user.id, wanted.person, said, personal
            ),
        )
    return page


def _meant(tx: Tx, given: Mapping[str, str], after: str) -> tuple[Filter, Place] | Refusal:
    name = given.get("person", "").strip()
    if len(name) > LONGEST_NAME:
        return Refusal(AUDIT_FILTER, "audit.filter", {"field": "person"})
    person = tx.users.by_key(username_key(name)) if name else None
    if name and person is None:
        return Refusal(STAFF_NOBODY, "user.unknown")
    wanted, place = read(given, person.id if person else ""), read_place(after)
    if isinstance(wanted, str) or place is None:
        return Refusal(AUDIT_FILTER, "audit.filter", {"field": wanted if isinstance(wanted, str) else "after"})
    return wanted, place


def _names(kit: Kit, rows: Sequence[Found]) -> dict[str, str]:
    """Usernames of the ids that stand in rows, of those who are on file."""
    ids = {one for found in rows for one in (found.row.user_id, found.row.subject) if len(one) == 26}
    with kit.store.read() as tx:
        users = [tx.users.get(one) for one in sorted(ids)]
    return {user.id: user.username for user in users if user is not None}
