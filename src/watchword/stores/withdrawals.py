"""Withdrawals: what is held of a limit is summed by the database, under the lock of the user's row.

The payee is sealed and bound to the row; rows from before revision 0020 have it in columns of its own until the sweep has sealed it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import and_, case, func, or_, select

from watchword.core.withdrawals import Held, Withdrawal
from watchword.flows.ports import Vault
from watchword.stores import tables
from watchword.stores.database import Database, Row
from watchword.stores.query import Query, adding, by, param, setting
from watchword.stores.rows import Changes, packed, storable, unpacked
from watchword.stores.withdrawal_tables import withdrawals

_T = withdrawals
_A = tables.attempts
_CHANGES = Changes(_T, {"closed", "shown"})
_ADD = adding(_T)
_BY_ID = Query(by(_T, "id"))
_LOCK_ID = Query(by(_T, "id").with_for_update())
_BY_REFERENCE = Query(by(_T, "user_id", "client", "reference"))
_NEWEST = Query(
    by(_T, "user_id")
    .where(
        or_(
            _T.c.at < param(_T.c.at, "before"),
            and_(_T.c.at == param(_T.c.at, "before"), _T.c.id < param(_T.c.id, "before_id")),
        )
    )
    .order_by(_T.c.at.desc(), _T.c.id.desc())
    .limit(param(_T.c.at, "limit"))
)
# What ran out counts for nothing, also before somebody comes by and writes that down.
_HOLDING = or_(
    and_(_T.c.state == "reserved", _T.c.expires > param(_T.c.expires, "now")),
    _T.c.state == "authorised",
    _T.c.state == "collected",
)
_OF_USER = _T.c.user_id == param(_T.c.user_id)
_SINCE = _T.c.at >= param(_T.c.at, "since")


def _from(name: str) -> object:
    return func.coalesce(func.sum(case((_T.c.at >= param(_T.c.at, name), _T.c.amount), else_=0)), 0)


_SUMS = Query(select(_from("day"), _from("five_days")).where(_OF_USER, _HOLDING, _SINCE))  # type: ignore[call-overload]
_ZONES = Query(select(_T.c.zone).distinct().where(_OF_USER, _HOLDING, _SINCE))
# Reserved ones whose attempt is no longer open: whatever closed it, they have still to be written down as over.
_ENDED = Query(
    select(_T.c.id)
    .select_from(_T.outerjoin(_A, _A.c.id == _T.c.id))
    .where(_OF_USER, _T.c.state == "reserved")
    .where(or_(_A.c.id.is_(None), _A.c.state != "pending", _T.c.expires <= param(_T.c.expires, "now")))
    .order_by(_T.c.id)
)
# Those that were signed, by the session whose program asked for them: it is in their attempt.
_OF_SESSION = Query(
    select(_T.c.id)
    .select_from(_T.join(_A, _A.c.id == _T.c.id))
    .where(_OF_USER, or_(_T.c.state == "authorised", _T.c.state == "collected"))
    .where(_A.c.session_id == param(_A.c.session_id))
    .order_by(_T.c.id)
)

_PLAIN = Query(
    select(_T.c.id, _T.c.payee_name, _T.c.payee_account)
    .where(_T.c.payee.is_(None))
    .order_by(_T.c.id)
    .limit(param(_T.c.at, "limit"))
    .with_for_update(skip_locked=True)
)
_ANY_PLAIN = Query(select(_T.c.id).where(_T.c.payee.is_(None)).limit(1))
_SEAL = Query(
    setting(_T, ["payee", "payee_name", "payee_account"]).where(_T.c.id == param(_T.c.id), _T.c.payee.is_(None))
)


class Withdrawals:
    """Port `Withdrawals`."""

    __slots__ = ("_db", "_vault")

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def add(self, row: Withdrawal) -> None:
        """A new one. Raises Duplicate for a reference that the account has."""
        payee = packed([row.payee_name, row.payee_account]).encode()
        sealed = self._vault.seal("personal", payee, _bound(row.id))
        self._db.run(_ADD, **{**asdict(row), "payee_name": "", "payee_account": "", "payee": sealed})

    def get(self, withdrawal_id: str, *, lock: bool = False) -> Withdrawal | None:
        """By its id, which is the attempt's. Raises ValueError for a row that was moved."""
        if not storable(withdrawal_id):
            return None
        return self._one(self._db.one(_LOCK_ID if lock else _BY_ID, id=withdrawal_id))

    def by_reference(self, user_id: str, client: str, reference: str) -> Withdrawal | None:
        """The one that this program asked for under this reference."""
        return self._one(self._db.one(_BY_REFERENCE, user_id=user_id, client=client, reference=reference))

    def move(self, withdrawal_id: str, state: str, to: str, now: int, *, shown: bool = False) -> bool:
        """Compare-and-swap on the state; False when somebody was first."""
        return _CHANGES.move(self._db, withdrawal_id, state, to, {"closed": now, "shown": shown})

    def of_user(self, user_id: str, limit: int, before: tuple[int, str]) -> tuple[Withdrawal, ...]:
        """A person's, newest first, from before this time and id."""
        rows = self._db.all(_NEWEST, user_id=user_id, before=before[0], before_id=before[1], limit=limit)
        return tuple(map(self._present, rows))

    def held(self, user_id: str, day: int, five_days: int, now: int) -> Held:
        """What is reserved, authorised or collected since each of the two times, in US cents."""
        since = min(day, five_days)
        row = self._db.one(_SUMS, user_id=user_id, day=day, five_days=five_days, since=since, now=now)
        return Held(int(row[0]), int(row[1])) if row else Held()

    def zones(self, user_id: str, since: int, now: int) -> Sequence[str]:
        """The zones in which something was withdrawn since then."""
        return [row[0] for row in self._db.all(_ZONES, user_id=user_id, since=since, now=now)]

    def ended(self, user_id: str, now: int) -> Sequence[str]:
        """Reserved ones that are over, by time or because their attempt is."""
        return [row[0] for row in self._db.all(_ENDED, user_id=user_id, now=now)]

    def of_session(self, user_id: str, session_id: str) -> Sequence[str]:
        """Signed ones that were asked for in this session."""
        return [row[0] for row in self._db.all(_OF_SESSION, user_id=user_id, session_id=session_id)]

    def seal_plain(self, limit: int) -> int:
        """Seal up to `limit` payees that stand in plain columns; how many there were. What somebody else is at stays for the next time."""
        plain = self._db.all(_PLAIN, limit=limit)
        for row_id, name, account in plain:
            sealed = self._vault.seal("personal", packed([name, account]).encode(), _bound(row_id))
            self._db.run(_SEAL, id=row_id, set_payee=sealed, set_payee_name="", set_payee_account="")
        return len(plain)

    def any_plain(self) -> bool:
        """Whether a payee still stands in plain columns, also one that somebody else is at."""
        return self._db.one(_ANY_PLAIN) is not None

    def _one(self, row: Row | None) -> Withdrawal | None:
        return None if row is None else self._present(row)

    def _present(self, row: Row) -> Withdrawal:
        """Columns in the order of the table: `payee`, the last, stands in the place of the two that it seals."""
        name, account = row[6], row[7]
        if row[13] is not None:
            name, account = unpacked(self._vault.open("personal", row[13], _bound(row[0])).decode())
        return Withdrawal(*(*row[:6], name, account, *row[8:12], bool(row[12])))


def _bound(withdrawal_id: str) -> str:
    return f"withdrawals|payee|{withdrawal_id}"
