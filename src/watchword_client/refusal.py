"""Refusals as both APIs send them: a stable number, and what, why and do in the person's language (spec.md 2)."""

from __future__ import annotations

from dataclasses import dataclass

from watchword_client.crypto import FormError, read_json

USED_OR_OLD, ALREADY_ACTIVE, SENT_CODE_WRONG, PROOF_FIRST = 3201, 3202, 3204, 3110
SIGNATURE, CLOCK = 4101, 4102
OVER, NOT_FOR_YOU, CONFIRMATION_WRONG, PIN_WRONG, PINS_SPENT = 4201, 4202, 4303, 4304, 4305
RENEWAL_OVER, RENEWAL_EARLY, RENEWAL_DONE, TRANSFER_CODE = 4402, 4403, 4405, 4407
PROOF_OF_KEY = 6003
_OPTIONAL = ("retry_after", "time", "left")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal. `retry_after` is in seconds, `time` the server's clock, `left` the tries left on this phone."""

    status: int
    number: int
    code: str
    reference: str
    what: str
    why: str
    do: str
    retry_after: int | None = None
    time: int | None = None
    left: int | None = None

    @classmethod
    def parse(cls, status: int, body: str | bytes) -> Refusal | None:
        """None when the body holds no refusal, as a gateway's error page does not."""
        try:
            found = read_json(body)["refusal"]
            number, texts = found["number"], [found[name] for name in ("code", "reference", "what", "why", "do")]
            extra = {name: found.get(name) for name in _OPTIONAL}
        except (FormError, KeyError, TypeError, AttributeError):
            return None
        if not _whole(number) or not all(isinstance(text, str) for text in texts):
            return None
        if not all(value is None or _whole(value) for value in extra.values()):
            return None
        return cls(status, number, *texts, **extra)

    def public(self) -> dict[str, object]:
        """The refusal as the server sent it, for programs."""
        names = ("number", "code", "reference", "what", "why", "do")
        shown = {name: getattr(self, name) for name in names}
        return shown | {name: getattr(self, name) for name in _OPTIONAL if getattr(self, name) is not None}


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


class Refused(Exception):
    """The server refused; `refusal` says why and what to do."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.number} {refusal.code}: {refusal.what}")
        self.refusal = refusal

    @property
    def number(self) -> int:
        return self.refusal.number


class NoConnection(Exception):
    """The server could not be reached, or what came back was no answer of it."""
