"""Networks an account is kept to (T02, U07): asked after the right password and again when the session is given.

Staff change them (`change`), the person reads them. With a wrong password nobody learns that there are any.
"""

from __future__ import annotations

from collections.abc import Sequence

from watchword.core import networks
from watchword.core.networks import MOST, Allowed
from watchword.core.refusals import CREDENTIALS, NETWORK_FOREIGN, NETWORKS_FORM, NETWORKS_MANY, Refusal
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.flows import owner_notices, password_step
from watchword.flows.kit import Kit, Visit
from watchword.flows.password_step import Checked
from watchword.flows.ports import AuditRow, Tx

NOTE_LENGTH = 120


def of(kit: Kit, session: Session) -> tuple[Allowed, ...]:
    """The ranges of this person; none means everywhere."""
    with kit.store.read() as tx:
        return tx.protection.networks(session.user_id)


def inside(tx: Tx, user_id: str, visit: Visit) -> bool:
    """Whether this account may log in from there. Who sits at the institution's own machine is in no network, and needs none."""
    allowed = () if visit.at_hand else tx.protection.networks(user_id)
    return not allowed or networks.inside(visit.address, (one.cidr for one in allowed))


def refuse(kit: Kit, tx: Tx, user_id: str, visit: Visit) -> Refusal:
    """A right password from elsewhere: written down, told to the phones (call `owner_notices.tell` after the transaction), refused."""
    now = kit.clock.now()
    owner_notices.put(kit, tx, user_id, "network", now + owner_notices.SHORT_SECONDS, visit=visit, reason="networks")
    tx.audit.write(AuditRow("login.network.refused", user_id, personal=visit.personal()), now)
    return Refusal(NETWORK_FOREIGN, "network.foreign")


def admit(kit: Kit, tx: Tx, checked: Checked, visit: Visit) -> User | Refusal:
    """The user of a right password, locked, if the account may be used from there. Call `told` after the transaction."""
    if not inside(tx, checked.user.id, visit):
        password_step.uncount(tx, checked, kit.clock.now())
        return refuse(kit, tx, checked.user.id, visit)
    return password_step.accept(tx, checked, kit.clock.now()) or Refusal(CREDENTIALS, "user.gone")


def told(kit: Kit, user_id: str, result: object) -> None:
    """To the owner's phones, where the network was not allowed."""
    if isinstance(result, Refusal) and result.kind is NETWORK_FOREIGN:
        owner_notices.tell(kit, user_id)


def change(kit: Kit, tx: Tx, user: User, cidrs: Sequence[str], by: str, *, note: str = "") -> tuple[str, ...] | Refusal:
    """Set the ranges of a user whose row is locked; an empty list allows every network again. Returns the ids of sessions that ended.

    `by` names the member of staff. Sessions whose login came from outside the new ranges end, and so do those of which that is not known.
    After the transaction call `announce` with what this returned.
    """
    found = networks.canonical(cidrs)
    if found == "many":
        return Refusal(NETWORKS_MANY, "networks.many", {"limit": MOST})
    if isinstance(found, str):
        return Refusal(NETWORKS_FORM, "networks.form", {"range": found.removeprefix("form:")})
    now = kit.clock.now()
    rows = [(kit.entropy.id(), Allowed(cidr, note.strip()[:NOTE_LENGTH], now, by)) for cidr in found]
    tx.protection.set_networks(user.id, rows)
    ended = _end_outside(tx, user, found, now)
    fields = {"ranges": len(found), "ended": len(ended), "by": by}
    tx.audit.write(
        AuditRow("account.networks.changed", user.id, fields=fields, personal={"ranges": " ".join(found)}), now
    )
    return ended


def _end_outside(tx: Tx, user: User, cidrs: Sequence[str], now: int) -> tuple[str, ...]:
    if not cidrs:
        return ()
    outside = [
        row_id for row_id, address in tx.protection.sessions(user.id, now) if not networks.inside(address, cidrs)
    ]
    return tuple(row_id for row_id in outside if tx.sessions.end(row_id, now))
