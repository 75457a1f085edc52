"""The first administrators come in by a one-time link that the operator makes at the machine's shell (L03; core/staff_links.py).

The link is opened once: the browser that opens it holds a session that can choose a password and activate Key, and nothing else. Both
done, its person is an administrator. Every step is written down, also a link that somebody tries a second time.
"""

from __future__ import annotations

from dataclasses import dataclass

from watchword.core import staff
from watchword.core.encoding import b64u, sha256
from watchword.core.refusals import ADMINISTRATOR_EXISTS, LINK_GONE, LINK_KEY, STAFF_NOBODY, Refusal
from watchword.core.sessions import Session
from watchword.core.staff_links import LIFE_SECONDS, LINK, SECRET_BYTES, Link, state_at
from watchword.core.users import NewUser, User, username_key
from watchword.flows import accounts, letters, new_passwords, password_step, sessions
from watchword.flows.kit import Kit, Visit
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.staff.access import door, note

LONGEST_TOKEN = 64
IDLE_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class Offered:
    """A link that was made. `token` is its secret, shown this once."""

    username: str
    token: str
    expires: int


@dataclass(frozen=True, slots=True)
class Stage:
    """How far somebody has come. `step` is `password`, `key`, `finish` or `done`."""

    link: Link
    user: User
    step: str


def offer(kit: Kit, username: str, new: NewUser | None = None) -> Offered | Refusal:
    """Make a link for somebody, who is added to those on file if `new` says who it is. Only while nobody is an administrator.

    Earlier links of the same person are void. Raises accounts.TakenError where `new` has the name of somebody else by then.
    """
    now = kit.clock.now()
    token = b64u(kit.entropy.bytes(SECRET_BYTES))
    with kit.store.write() as tx:
        door(kit, tx)
        found = tx.users.by_key(username_key(username))
        if _administrators(tx):
            return Refusal(ADMINISTRATOR_EXISTS, "administrator.exists")
        user = accounts.add_one(kit, tx, new, invite=False, by="operator") if found is None and new else found
        if user is None or user.state != "active" or user.kind != "live":
            return Refusal(STAFF_NOBODY, "user.unknown")
        if password_step.active_devices(tx, user.id, now):
            return Refusal(LINK_KEY, "device.exists")
        for earlier in tx.links.of_user(user.id):
            _void(kit, tx, earlier, "replaced")
        link = Link(kit.entropy.id(), user.id, sha256(token.encode()), "offered", "", now, now + LIFE_SECONDS)
        tx.links.add(link)
        note(kit, tx, AuditRow("staff.link.offered", user.id, link.id, {"by": "operator"}))
    return Offered(user.username, token, link.expires)


def look(kit: Kit, token: str) -> User | Refusal:
    """Whose link this is, while it can be opened. Looking opens nothing: what fetches addresses in advance must not spend it."""
    with kit.store.write() as tx:
        found = _open_link(kit, tx, token)
        return found if isinstance(found, Refusal) else found[1]


def begin(kit: Kit, token: str, visit: Visit) -> tuple[Session, str] | Refusal:
    """Open the link, in this browser and no other from now on. The session that goes with it and its token."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        found = _open_link(kit, tx, token)
        if isinstance(found, Refusal):
            return found
        link, user = found
        session, secret = sessions.issue(
            kit, tx, user, kind="enrolment", client="staff", attempt_id="", acr="", amr=(), idle=IDLE_SECONDS, life=link.expires - now,
        )  # fmt: skip
        tx.sessions.set_proved(session.id, now)  # the link is the proof that a code to what is on file is elsewhere
        if not tx.links.move(link.id, "offered", str(LINK.step("offered", "open")), session_id=session.id):
            raise RuntimeError("a link was opened twice under its lock")
        note(kit, tx, AuditRow("staff.link.opened", user.id, link.id, None, visit.personal()))
    return session, secret


def _open_link(kit: Kit, tx: Tx, token: str) -> tuple[Link, User] | Refusal:
    """A link that nobody has opened yet, locked, with its person. One that is over and tried again is written down."""
    hashed = sha256(token.encode()) if len(token) <= LONGEST_TOKEN else b""
    link = tx.links.by_token(hashed, lock=True) if hashed else None
    user = tx.users.get(link.user_id) if link else None
    if link is None or user is None:
        return Refusal(LINK_GONE, "link.unknown")
    state = _state(kit, tx, link)
    if state != "offered" or user.state != "active":
        note(kit, tx, AuditRow("staff.link.refused", user.id, link.id, {"reason": f"link.{state}"}))
        return Refusal(LINK_GONE, f"link.{state}")
    return link, user


def _state(kit: Kit, tx: Tx, link: Link) -> str:
    """The state of a link now; what time or another administrator has ended is written into its row."""
    state = state_at(link, kit.clock.now())
    if state == "expired":
        tx.links.move(link.id, link.state, state)
    elif state not in LINK.final and _foreign(tx, link):
        _void(kit, tx, link, "administrator")
        state = "void"
    return state


def _foreign(tx: Tx, link: Link) -> bool:
    """Whether somebody else is an administrator who came by no link: the installation has its own by now."""
    others = _administrators(tx) - {link.user_id}
    return any(all(each.state != "done" for each in tx.links.of_user(user_id)) for user_id in others)


def _administrators(tx: Tx) -> set[str]:
    return {role.user_id for role in tx.staff.members() if staff.ADMINISTRATOR in role.roles}


def _void(kit: Kit, tx: Tx, link: Link, reason: str) -> None:
    after = LINK.step(link.state, "void")
    if after is not None and tx.links.move(link.id, link.state, after):
        note(kit, tx, AuditRow("staff.link.void", link.user_id, link.id, {"reason": reason}))
        if link.session_id:
            tx.sessions.end(link.session_id, kit.clock.now())


def stage(kit: Kit, session: Session) -> Stage | Refusal:
    """How far this browser has come with its link."""
    with kit.store.write() as tx:
        return _stage(kit, tx, session)


def _stage(kit: Kit, tx: Tx, session: Session) -> Stage | Refusal:
    link = tx.links.of_session(session.id, lock=True) if session.kind == "enrolment" else None
    user = tx.users.get(link.user_id) if link else None
    if link is None or user is None:
        return Refusal(LINK_GONE, "link.session")
    state = _state(kit, tx, link)
    if state == "begun":
        return Stage(link, user, "password")
    if state == "chosen":
        return Stage(link, user, "finish" if _activated(kit, tx, session) else "key")
    return Stage(link, user, "done") if state == "done" else Refusal(LINK_GONE, f"link.{state}")


def _activated(kit: Kit, tx: Tx, session: Session) -> bool:
    """Whether Key came to be on a phone by the QR of this very browser, and is there still."""
    devices = {device.id for device in password_step.active_devices(tx, session.user_id, kit.clock.now())}
    return any(one.state == "active" and one.device_id in devices for one in tx.enrolments.all_of_session(session.id))


def set_password(kit: Kit, session: Session, password: str, visit: Visit) -> Refusal | None:
    """The person's own password, in place of any before."""
    with kit.store.read() as tx:
        user = tx.users.get(session.user_id)
        earlier = tx.history.of(session.user_id)
        known = new_passwords.own_on_file(kit, tx, user) if user else None
    if user is None or known is None:
        return Refusal(LINK_GONE, "user.gone")
    unfit = new_passwords.refused(kit, password, known)
    if unfit is not None:
        return unfit
    encoded = new_passwords.hashed(kit, user, earlier, password)
    if isinstance(encoded, Refusal):
        return encoded
    now = kit.clock.now()
    with kit.store.write() as tx:
        locked = tx.users.lock(user.id)
        found = _stage(kit, tx, session)
        if isinstance(found, Refusal) or locked is None:
            return found if isinstance(found, Refusal) else Refusal(LINK_GONE, "user.gone")
        if found.step != "password":
            return Refusal(LINK_GONE, "link.password_chosen")
        new_passwords.put(kit, tx, locked, encoded, now)
        ended = new_passwords.end_others(kit, tx, locked, now, session=session.id)
        tx.links.move(found.link.id, "begun", str(LINK.step("begun", "password")))
        tx.audit.write(AuditRow("user.password.set", user.id, user.id, personal=visit.personal()), now)
    new_passwords.publish(kit, ended)
    return None


def finish(kit: Kit, session: Session) -> User | Refusal:
    """Password and Key are there: the person is an administrator from now on, and the link's session has ended."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        door(kit, tx)
        tx.staff.lock([session.user_id])
        tx.users.lock(session.user_id)
        found = _stage(kit, tx, session)
        if isinstance(found, Refusal):
            return found
        if found.step != "finish":
            return Refusal(LINK_GONE, f"link.{found.step}")
        user = found.user
        tx.links.move(found.link.id, "chosen", str(LINK.step("chosen", "finish")))
        tx.staff.put(user.id, tx.staff.roles(user.id) | {staff.ADMINISTRATOR}, "", now)
        tx.sessions.end(session.id, now)
        letters.tell_all(kit, tx, user, "staff_roles")
        fields = {"by": "link", "roles": staff.ADMINISTRATOR}
        note(kit, tx, AuditRow("staff.administrator.first", user.id, found.link.id, fields))
    return user
