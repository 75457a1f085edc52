"""What a phone keeps: its key, its salt, the server's keys, and for each user the camouflaged secret (spec.md 3, 9)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from watchword_client import crypto
from watchword_client.crypto import FormError, Json, PrivateKey
from watchword_client.store import Unreadable
from watchword_client.system import System


@dataclass(slots=True)
class User:
    """One user of this phone. `blob` is S under the pad of the PIN; `enrolment` is kept until the server confirmed."""

    user: str
    username: str
    display_name: str
    device: str
    blob: str
    enrolment: str = ""
    confirmed: bool = False


@dataclass(slots=True)
class PhoneState:
    """`phone` is empty before the first activation, `kept` before the first contact; `offset` is in seconds.

    `renewal` holds new secrets that the server has not confirmed: beside those in use, never in their place (spec.md 5.8).
    """

    iss: str
    key: PrivateKey
    salt: bytes
    phone: str = ""
    kept: list[Json] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    offset: int = 0
    portal: str = ""
    renewal: Json | None = None

    @classmethod
    def new(cls, iss: str, system: System) -> PhoneState:
        """A phone that has met no server yet."""
        return cls(iss, crypto.new_key(system.entropy(48)), system.entropy(16))

    @classmethod
    def read(cls, state: Json) -> PhoneState:
        """The phone of a stored state; Unreadable when a part of it is missing or damaged."""
        try:
            users = [User(**user) for user in state["users"]]
            for user in users:
                crypto.unb64u(user.blob, 32)
            result = cls(
                iss=str(state["iss"]),
                key=crypto.load_key(state["key"]),
                salt=crypto.unb64u(state["salt"], 16),
                phone=str(state["phone"]),
                kept=list(state["kept"]),
                users=users,
                offset=int(state["offset"]),
                portal=str(state["portal"]),
                renewal=_renewal(state.get("renewal")),
            )
            for entry in result.kept:
                crypto.load_public(entry["key"])
        except (FormError, KeyError, TypeError, ValueError, AttributeError) as fault:
            raise Unreadable("the phone's state is damaged") from fault
        return result

    def write(self) -> Json:
        """The state as JSON; every byte in it that is a secret is camouflaged or the phone's own key."""
        return {
            "iss": self.iss,
            "key": crypto.dump_key(self.key),
            "salt": crypto.b64u(self.salt),
            "phone": self.phone,
            "kept": self.kept,
            "users": [asdict(user) for user in self.users],
            "offset": self.offset,
            "portal": self.portal,
            "renewal": self.renewal,
        }


def _renewal(stored: Json | None) -> Json | None:
    """KeyError, TypeError or FormError for one that is damaged."""
    if stored is None:
        return None
    crypto.unb64u(stored["salt"], 16)
    for user in stored["users"]:
        crypto.unb64u(User(**user).blob, 32)
    return {name: stored[name] for name in ("kind", "renewal", "phone", "salt", "users")}
