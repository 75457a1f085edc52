"""What a login asks of a person, counted from the browser's own events and weighed by the Keystroke-Level Model (docs/usability.md).

Card, Moran and Newell, "The keystroke-level model for user performance time with interactive systems", CACM 23 (7), 1980. Only trusted
events count: what a script fills in costs nothing, what a person presses cannot be hidden.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Frame, Request

from tests.browser.devices import Computer, Device, Phone

SECONDS = {"K": 0.28, "P": 1.1, "H": 0.4, "M": 1.35, "R": 0.5}
CHUNK = 3  # digits read at one glance

_EVENTS = """for (const kind of ['keydown', 'pointerdown']) addEventListener(kind, event => {
  if (!event.isTrusted) return
  const at = event.target.closest('button, a, summary, input, label') || event.target
  const name = [at.tagName, at.id, at.name, at.tagName === 'INPUT' ? '' : at.textContent.trim()].join(' ')
  window.counted(kind, kind === 'keydown' ? event.key : '', name, at.inputMode === 'numeric')
}, true)"""


@dataclass(frozen=True)
class Act:
    """One thing done: `keydown` or `pointerdown`, on which device and control."""

    device: str
    kind: str
    key: str
    control: str
    digits: bool


@dataclass
class Strokes:
    """Everything a person does on both devices, and what was waited for. `begin` after the login page is there."""

    desk: Computer
    hand: Phone
    acts: list[Act] = field(default_factory=list)
    more: Counter[str] = field(default_factory=Counter)
    on: bool = False

    def __post_init__(self) -> None:
        for name, device in (("desk", self.desk), ("hand", self.hand)):
            self._follow(name, device)

    def _follow(self, name: str, device: Device) -> None:
        def counted(_: Any, kind: str, key: str, control: str, digits: bool) -> None:
            if self.on:
                self.acts.append(Act(name, kind, key, control, digits))

        device.context.expose_binding("counted", counted)
        device.context.add_init_script(_EVENTS)
        device.page.evaluate(_EVENTS)
        device.page.on("framenavigated", self._turned)
        device.page.on("request", self._sent)

    def _turned(self, frame: Frame) -> None:
        if self.on and frame.parent_frame is None and frame.url.startswith(self.desk.here.portal):
            self.more["R"] += 1

    def _sent(self, request: Request) -> None:
        if self.on and request.method == "POST" and request.url.startswith(f"{self.hand.here.key}/v1/decide"):
            self.more["R"] += 1

    def begin(self) -> None:
        """From now on it counts; hands are on the keyboard."""
        self.acts, self.more, self.on = [], Counter(), True

    def takes_phone(self) -> None:
        """The phone is taken up and unlocked; the request is on it by then."""
        self.more.update({"P": 1, "R": 1})

    def points_camera(self) -> None:
        """Camera opened, pointed at the screen, its link tapped, and the answer waited for."""
        self.more.update({"P": 2, "M": 1, "R": 1})

    def compares(self) -> None:
        """Place, network and browser on the phone are looked at before the decision."""
        self.more["M"] += 1

    def reads(self, digits: str) -> None:
        """Digits carried over from one screen to the other, a few at a glance; the field itself is one more."""
        self.more["M"] += -(-len(digits) // CHUNK) - 1

    def total(self) -> Counter[str]:
        """How often each operator; it counts no longer."""
        self.on = False
        found = Counter(self.more)
        for at, act in enumerate(self.acts):
            before = self.acts[at - 1] if at else None
            found["K" if act.kind == "keydown" else "P"] += 1
            found["K"] += _shifts(act, before)
            found["H"] += _other_hand(act, before)
            found["M"] += _thinks(act, before)
        return found


def _shifts(act: Act, before: Act | None) -> int:
    """Capitals and signs need one key more; on a phone's keyboard of letters digits are on another layer, there and back."""
    if len(act.key) != 1:
        return 0
    shifted = act.key.isupper() or act.key in '!"#$%&()*+:<>?@^_{|}~'
    if act.device == "desk" or act.digits:
        return int(shifted)
    was_digit = before is not None and before.control == act.control and before.key.isdigit()
    return int(shifted) + int(act.key.isdigit() != was_digit)


def _other_hand(act: Act, before: Act | None) -> int:
    """From keyboard to mouse and back, from computer to phone and back."""
    places = [
        ("desk", "keydown") if one is None else (one.device, one.device == "hand" or one.kind) for one in (before, act)
    ]
    return int(places[0] != places[1])


def _thinks(act: Act, before: Act | None) -> int:
    """Before each field and each decision; not before the press that ends what was just typed, nor before typing where one pressed."""
    if before is None or act.device != before.device:
        return 1
    if act.control == before.control:
        return 0
    ends = act.kind == "pointerdown" and before.kind == "keydown" and "INPUT" not in act.control
    return int(not ends)


def seconds(found: Counter[str]) -> float:
    """By the model."""
    return round(sum(SECONDS[name] * times for name, times in found.items()), 1)
