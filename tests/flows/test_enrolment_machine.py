"""Activations at random. What must hold whatever phones, pages and thieves do, in whatever order:

1. A secret is handed out only for an enrolment that was proven: by a code sent to what was on file, or by an offer of a page that may offer.
2. It is handed out to one phone, the one whose claim the enrolment has, and as often as that phone asks it is the same.
3. A closed enrolment never opens, and moves only along the table of core/enrolments.py; a device works only after its phone confirmed.
4. An unproven page sees no offer; a password alone never proves one; with Key active the phone's own road is closed.
5. A sent code is compared at most three times and is good once; ten tries a day for a person.
6. An offer survives at most five wrong Session IDs.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from tests.flows.machines import walks
from tests.support.world import Pocket, World
from watchword.core.devices import Platform
from watchword.core.encoding import b64u
from watchword.core.enrolments import ENROLMENT, Enrolment
from watchword.core.refusals import SENT_CODE_WRONG, Refusal
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.flows import activate, activation_start, offers, ready, sessions
from watchword.flows.kit import Visit
from watchword.flows.ready import Proven
from watchword_client import crypto

PHONE = Platform()
CLAIMS = [b64u(bytes([at]) * 16) for at in range(3)]
CLOSED = ("active", "void", "expired")


class Enrolments(RuleBasedStateMachine):
    """Two people, three claims, three phones; every step asks the flows and remembers what was right about it."""

    world: ClassVar[World]
    begun = Bundle("begun")
    pages = Bundle("pages")

    @initialize()
    def people(self) -> None:
        """Nobody has Key yet."""
        self.users = [self.world.user() for _ in range(2)]
        self.privates = [crypto.new_key(self.world.kit.entropy.bytes(48)) for _ in range(3)]
        self.claimed: dict[str, str] = {}
        self.may: set[str] = set()
        self.states: dict[str, str] = {}
        self.secrets: dict[str, set[str]] = {}
        self.takers: dict[str, int] = {}
        self.compared: Counter[str] = Counter()
        self.right: Counter[str] = Counter()
        self.misses: Counter[str] = Counter()

    def enrolment(self, enrolment_id: str) -> Enrolment:
        """The row as it is."""
        with self.world.kit.store.read() as tx:
            found = tx.enrolments.get(enrolment_id)
        assert found is not None
        return found

    def active(self, user_id: str) -> int:
        """How many devices work for this person."""
        with self.world.kit.store.read() as tx:
            return sum(device.state == "active" for device in tx.devices.of_user(user_id))

    def code_of(self, user: User) -> str:
        """The newest code that went to this person."""
        return next(
            (
                kept.letter.data["code"]
                for kept in self.world.built.store.recent_letters(60)
                if kept.letter and kept.letter.user_id == user.id and kept.letter.data.get("code")
            ),
            "",
        )

    @rule(
        target=begun,
        who=st.integers(0, 1),
        claim=st.integers(0, 2),
        password=st.sampled_from(["right", "right", "wrong"]),
    )
    def start(self, who: int, claim: int, password: str) -> Any:
        """Username and password on a phone."""
        result = activation_start.start(
            self.world.kit, self.users[who].username, password, PHONE, CLAIMS[claim], Visit()
        )
        if isinstance(result, Refusal):
            return ""
        assert password == "right" and not self.active(self.users[who].id), (
            "the phone's road is open to somebody with Key"
        )
        self.claimed[result.enrolment.id] = CLAIMS[claim]
        return result.enrolment.id

    @rule(enrolment_id=begun, claim=st.integers(0, 2), road=st.sampled_from(["on file", "on file", "new", "proof"]))
    def send(self, enrolment_id: str, claim: int, road: str) -> None:
        """A code to what is on file, to a new number, or a proof."""
        if not enrolment_id:
            return
        before = self.enrolment(enrolment_id)
        with self.world.kit.store.read() as tx:
            contact = tx.contacts.of(before.user_id)[0].id
        kit = self.world.kit
        if road == "proof":
            result: object = activation_start.send_proof(kit, enrolment_id, CLAIMS[claim], contact)
        elif road == "new":
            result = activation_start.send_activation(
                kit, enrolment_id, CLAIMS[claim], region="JP", national="9087654321"
            )
            assert isinstance(result, Refusal) or before.proved, "a new number without a proof"
        else:
            result = activation_start.send_activation(kit, enrolment_id, CLAIMS[claim], contact_id=contact)
        assert isinstance(result, Refusal) or CLAIMS[claim] == self.claimed[enrolment_id], "another claim sent a code"

    @rule(enrolment_id=begun, claim=st.integers(0, 2), right=st.sampled_from([True, True, False]), proof=st.booleans())
    def type_code(self, enrolment_id: str, claim: int, right: bool, proof: bool) -> None:
        """The code that came, or a wrong one."""
        if not enrolment_id:
            return
        before = self.enrolment(enrolment_id)
        user = next(user for user in self.users if user.id == before.user_id)
        code = self.code_of(user)
        length = 6 if proof else 8
        typed = code if right and len(code) == length else "9" * length
        if proof:
            result: object = (
                activation_start.check_proof(self.world.kit, enrolment_id, CLAIMS[claim], typed) or "proved"
            )
        else:
            result = activation_start.prove(self.world.kit, enrolment_id, CLAIMS[claim], typed)
        day = self.world.clock.now() // 86_400
        if isinstance(result, Refusal):
            if result.kind is SENT_CODE_WRONG:
                self.compared[f"{code}:{enrolment_id}"] += 1
                self.compared[f"day:{user.id}:{day}"] += 1
            return
        assert CLAIMS[claim] == self.claimed[enrolment_id], "another claim proved it"
        if before.state == "started":
            assert typed == code, "a wrong code proved it"
            self.right[f"{code}:{enrolment_id}:{proof}"] += 1
            if not proof:
                self.may.add(enrolment_id)

    @rule(target=pages, who=st.integers(0, 1), kind=st.sampled_from(["portal", "enrolment", "proved"]))
    def page(self, who: int, kind: str) -> Any:
        """A session: complete, of a password alone, or of a password and a proof."""
        with self.world.kit.store.write() as tx:
            session, token = sessions.issue(
                self.world.kit, tx, self.users[who], kind="portal" if kind == "portal" else "enrolment", client="portal", attempt_id="", acr="",
                amr=("pwd",), idle=900, life=1800,
            )  # fmt: skip
            if kind == "proved":
                tx.sessions.set_proved(session.id, self.world.clock.now())
        return token, kind

    @rule(
        target=begun,
        page=pages,
        renew=st.booleans(),
        claim=st.integers(0, 2),
        road=st.sampled_from(["scan", "type", "mistype", "old"]),
    )
    def offer(self, page: Any, renew: bool, claim: int, road: str) -> Any:
        """The page shows its QR; a phone scans it, or a person types the Session ID, rightly or not."""
        token, kind = page
        session = sessions.find(self.world.kit, token)
        if isinstance(session, Refusal):
            return ""
        had_key = self.active(session.user_id)
        before = self._of_session(session)
        self.world.clock.advance(1)
        offer = offers.current(self.world.kit, session, renew=renew)
        if isinstance(offer, Refusal):
            return ""
        assert kind != "enrolment", "an unproven page sees an offer"
        made_now = before is None or before.id != offer.enrolment.id
        assert not (made_now and kind == "proved" and had_key), "the first enrolment's proof offers a second device"
        return self._take(offer, session, claim, road)

    def _of_session(self, session: Session) -> Enrolment | None:
        with self.world.kit.store.read() as tx:
            return tx.enrolments.of_session(session.id)

    def _take(self, offer: offers.Offer, session: Session, claim: int, road: str) -> str:
        enrolment_id = offer.enrolment.id
        state = self.enrolment(enrolment_id).state
        secret = crypto.unb64u(offer.address.rpartition("#")[2])
        if road in ("scan", "old"):
            result: object = offers.scan(self.world.kit, secret if road == "scan" else b"x" * 16, PHONE, CLAIMS[claim])
        else:
            typed = offer.session_id if road == "type" else offer.session_id[::-1]
            wrong = typed != offer.session_id
            result = offers.by_session_id(
                self.world.kit, session.username, typed, PHONE, CLAIMS[claim], Visit(network_key=enrolment_id)
            )
            self.misses[enrolment_id] += wrong and state == "offered"
            assert not (wrong and isinstance(result, Proven)), "a wrong Session ID was taken"
            assert self.misses[enrolment_id] < 5 or self.enrolment(enrolment_id).state != "offered", (
                "six wrong ones and still on offer"
            )
        if isinstance(result, Proven) and result.enrolment.id == enrolment_id:
            assert road != "old"
            self.claimed.setdefault(enrolment_id, CLAIMS[claim])
            assert self.claimed[enrolment_id] == CLAIMS[claim], "a second phone took the offer"
            self.may.add(enrolment_id)
        return enrolment_id if enrolment_id in self.claimed else ""

    @rule(
        enrolment_id=begun,
        phone=st.integers(0, 2),
        claim=st.integers(0, 2),
        nonce=st.sampled_from(["right", "right", "right", "wrong"]),
    )
    def complete(self, enrolment_id: str, phone: int, claim: int, nonce: str) -> None:
        """A phone asks for the secret."""
        if not enrolment_id:
            return
        before = self.enrolment(enrolment_id)
        given = ready.nonce(self.world.kit, before) if nonce == "right" else "A" * 22
        point = crypto.public_of(self.privates[phone])
        fields = {
            "type": "activate",
            "enrolment": enrolment_id,
            "nonce": given,
            "user": before.user_id,
            "key": point,
            "name": "P",
            "phone": "",
        }
        request = self.world.signed(Pocket("", self.privates[phone]), fields)
        result = activate.complete(self.world.kit, request, CLAIMS[claim], PHONE, None)
        if isinstance(result, Refusal):
            return
        assert enrolment_id in self.may, "a secret for an enrolment that nobody proved"
        assert CLAIMS[claim] == self.claimed[enrolment_id] and nonce == "right"
        self.secrets.setdefault(enrolment_id, set()).add(result["signed"]["secret"])
        assert self.takers.setdefault(enrolment_id, phone) == phone, "a second phone got the secret"

    @rule(enrolment_id=begun, phone=st.integers(0, 2), right=st.booleans())
    def confirm(self, enrolment_id: str, phone: int, right: bool) -> None:
        """The phone says that it has the secret."""
        if not enrolment_id or enrolment_id not in self.secrets:
            return
        before = self.enrolment(enrolment_id)
        secret = crypto.unb64u(next(iter(self.secrets[enrolment_id])))
        key = crypto.user_key(
            secret if right else b"x" * 32, "hmac", self.world.kit.vault.issuer, before.user_id, before.phone_id
        )
        fields = {
            "type": "confirm", "enrolment": enrolment_id, "user": before.user_id, "device": before.device_id,
            "recovery": {"salt": b64u(bytes(16)), "blob": b64u(bytes(32))}, "uv": "pin",
        }  # fmt: skip
        result = activate.confirm(
            self.world.kit, self.world.signed(Pocket(before.phone_id, self.privates[phone]), fields, key)
        )
        if not isinstance(result, Refusal):
            assert right and phone == self.takers[enrolment_id], "confirmed without the secret or by another phone"
            assert self.enrolment(enrolment_id).state == "active"

    @rule(seconds=st.sampled_from([1, 30, 61, 61, 300, 601, 901, 1801]))
    def wait(self, seconds: int) -> None:
        """Time goes on."""
        self.world.clock.advance(seconds)

    @invariant()
    def enrolments_move_along_the_table(self) -> None:
        """3."""
        for enrolment_id in getattr(self, "claimed", {}):
            before, found = self.states.get(enrolment_id, ""), self.enrolment(enrolment_id)
            if before and found.state != before:
                assert before not in CLOSED, f"closed as {before}, and now {found.state}"
                one = {to for (state, _), to in ENROLMENT.transitions.items() if state == before}
                assert found.state in one | {to for (state, _), to in ENROLMENT.transitions.items() if state in one}
            self.states[enrolment_id] = found.state
            if found.device_id:
                with self.world.kit.store.read() as tx:
                    device = tx.devices.get(found.device_id)
                assert device is not None and device.user_id == found.user_id
                assert (device.state == "active") == (found.state == "active")

    @invariant()
    def one_secret_one_code_one_use(self) -> None:
        """2 and 5."""
        assert all(len(found) == 1 for found in getattr(self, "secrets", {}).values())
        assert all(count == 1 for count in getattr(self, "right", {}).values()), "a code was good twice"
        for what, count in getattr(self, "compared", {}).items():
            assert count <= (10 if what.startswith("day:") else 3), what

    def teardown(self) -> None:
        """A day between two walks."""
        self.world.clock.advance(2 * 86_400)


def test_enrolments(world: World) -> None:
    walks(Enrolments, world=world, examples=35, steps=40)
