"""Who is staff: the first administrators, the list, and breaking the glass when no administrator can log in.

What stands here without a staff session is the operator's, at the machine's own shell: whoever has the key file and the database can
do more than this. It is made loud instead: its own tags in the audit, and every administrator told on every channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from watchword.core import staff
from watchword.core.refusals import (
    ADMINISTRATOR_EXISTS,
    CONFIRM_FIRST,
    GLASS,
    STAFF_FORM,
    STAFF_NAME,
    STAFF_NOBODY,
    STAFF_ROLE,
    Refusal,
)
from watchword.core.sessions import Session
from watchword.core.staff_requests import words
from watchword.core.users import NewUser, User, username_key
from watchword.flows import accounts, letters, sessions
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.staff import access, desk, ends, requests
from watchword.flows.staff_ports import Role

EMERGENCY_SECONDS = 15 * 60
ACTS = ("session", "administrator", "enrolment")


@dataclass(frozen=True, slots=True)
class Broken:
    """What breaking the glass gave. `token` is that of the emergency session, "" where none was opened; `told` how many were told."""

    username: str
    act: str
    token: str
    expires: int
    told: int


def whoami(kit: Kit, session: Session) -> access.Member | Refusal:
    """The person and the roles of a staff session, as they are now."""
    with kit.store.write() as tx:
        return access.member(kit, tx, session)


def listed(kit: Kit, session: Session) -> Sequence[Role] | Refusal:
    """Everybody with a role."""
    with kit.store.write() as tx:
        who = access.member(kit, tx, session)
        if isinstance(who, Refusal):
            return who
        if not staff.may("members", who.roles):
            return access.refused(kit, tx, who, "members", Refusal(STAFF_ROLE, "staff.role"))
        access.note(kit, tx, AuditRow("staff.members.listed", who.user.id))
        return tx.staff.members()


def invite(
    kit: Kit, session: Session, new: NewUser, roles: str, reason: str, evidence: str
) -> requests.Shown | Refusal:  # fmt: skip
    """Put somebody new on file, closed, and ask another administrator to take him onto the staff. All of it or nothing."""
    try:
        with kit.store.write() as tx:
            who = access.member(kit, tx, session)
            if isinstance(who, Refusal):
                return who
            if not staff.may_ask("invite", who.roles, oneself=False, about_staff=False):
                return access.refused(kit, tx, who, "request", Refusal(STAFF_ROLE, "staff.role"))
            if not access.fresh(who.session, kit.clock.now()):
                return Refusal(CONFIRM_FIRST, "session.not_confirmed")
            if new.paper_of or not (new.mails or new.numbers):
                return access.refused(kit, tx, who, "request", Refusal(STAFF_FORM, "invite.contact", {"field": "mail"}))
            user = accounts.add_one(kit, tx, new, invite=False, by=who.user.id, state="invited")
            made = requests.ask_in(
                kit, tx, who, "invite", user, {"reason": reason, "evidence": evidence}, {"roles": roles}
            )
            if isinstance(made, Refusal):
                raise _NotInvited(made)
    except accounts.TakenError:
        return Refusal(STAFF_NAME, "username.taken")
    except _NotInvited as refused:
        return refused.refusal
    kit.events.publish(desk.QUEUE, {"state": "changed"})
    return made


class _NotInvited(Exception):
    """The request was refused: the account that was begun for it is taken back with the transaction."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


def first_administrators(kit: Kit, usernames: Sequence[str]) -> tuple[User, ...] | Refusal:
    """Name the first administrators, while there is none: two or more, since one alone can have nothing approved."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        access.door(kit, tx)
        found = [tx.users.by_key(username_key(name)) for name in usernames]
        users = tuple({user.id: user for user in found if user is not None and _person(user)}.values())
        if len(users) != len(usernames):
            return Refusal(STAFF_NOBODY, "user.unknown")
        if _administrators(tx):
            return Refusal(ADMINISTRATOR_EXISTS, "administrator.exists")
        for user in users:
            tx.staff.put(user.id, tx.staff.roles(user.id) | {staff.ADMINISTRATOR}, "", now)
            letters.tell_all(kit, tx, user, "staff_roles")
            fields = {"by": "operator", "roles": staff.ADMINISTRATOR}
            access.note(kit, tx, AuditRow("staff.administrator.first", user.id, user.id, fields))
    return users


def break_glass(kit: Kit, username: str, again: str, act: str, reason: str) -> Broken | Refusal:
    """Emergency access by the operator. `again` is the username typed a second time.

    `session`: a staff session of EMERGENCY_SECONDS for an administrator; `administrator`: the role, for somebody active;
    `enrolment`: Key of an administrator ends, so that he can activate it anew. Raises KeyError for another act.
    """
    if act not in ACTS:
        raise KeyError(act)
    said = words(reason)
    if not said or again != username:
        return Refusal(GLASS, "glass.reason" if not said else "glass.username")
    with kit.store.write() as tx:
        found = tx.users.by_key(username_key(username))
        if found is None or not _person(found):
            return Refusal(GLASS, "user.not_active")
        roles = tx.staff.lock([found.id]).get(found.id, frozenset())
        if act != "administrator" and staff.ADMINISTRATOR not in roles:
            return Refusal(GLASS, "glass.no_administrator")
        user = tx.users.lock(found.id) or found
        token, ended = _act(kit, tx, user, roles, act)
        told = _tell_administrators(kit, tx, user, act, said)
        row = AuditRow("staff.glass.broken", user.id, user.id, {"act": act, "by": "operator", "reason": said})
        access.note(kit, tx, row)
    ends.tell(kit, user, ended)
    expires = kit.clock.now() + EMERGENCY_SECONDS if token else 0
    return Broken(user.username, act, token, expires, told)


def _act(kit: Kit, tx: Tx, user: User, roles: frozenset[str], act: str) -> tuple[str, list[str]]:
    """The token of a session that was opened, and the sessions that ended."""
    if act == "session":
        _, token = sessions.issue(
            kit, tx, user, kind=staff.SESSION_KIND, client="staff", attempt_id="", acr="", amr=(staff.EMERGENCY,),
            idle=EMERGENCY_SECONDS, life=EMERGENCY_SECONDS,
        )  # fmt: skip
        return token, []
    if act == "administrator":
        tx.staff.put(user.id, roles | {staff.ADMINISTRATOR}, "", kit.clock.now())
        return "", []
    ended = ends.end_sessions(kit, tx, user)
    ends.end_key(kit, tx, user, tx.devices.of_user(user.id), reason="emergency")
    tx.browsers.forget_all(user.id)
    tx.staff.release(user.id)
    tx.users.set_recovered(user.id, 0)  # nor does he wait: the operator answers for who it is
    return "", ended


def _tell_administrators(kit: Kit, tx: Tx, user: User, act: str, reason: str) -> int:
    """Every administrator, on every channel on file, at once; and the person himself. How many people were told."""
    told = {role.user_id for role in tx.staff.members() if staff.ADMINISTRATOR in role.roles} | {user.id}
    for user_id in sorted(told):
        other = tx.users.get(user_id)
        if other is not None:
            what = kit.texts.plain(other.lang, f"staff.glass.act.{act}")
            letters.tell_all(kit, tx, other, "glass_broken", who=user.username, act=what, reason=reason)
    return len(told)


def _person(user: User) -> bool:
    """Whether an account may have a role. A paper account may not: whose it is has another, and would be two pairs of eyes."""
    return user.state == "active" and user.kind == "live"


def _administrators(tx: Tx) -> list[Role]:
    return [role for role in tx.staff.members() if staff.ADMINISTRATOR in role.roles]
