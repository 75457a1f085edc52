"""Every text of the section `staff` is said by some command, and every one that a command names is there."""

from __future__ import annotations

import re

from tests.support.tree import SRC
from tests.web_look.test_texts import SOURCES
from watchword.core.caller import DIRECTIONS, OUTCOMES, OVER, WORDS
from watchword.core.devices import DEVICE
from watchword.core.interviews import FACTS
from watchword.core.orders import CHARGE, ORDER
from watchword.core.orders import KINDS as ORDERED
from watchword.core.staff import KINDS, ROLES
from watchword.core.staff_requests import REQUEST
from watchword.flows.staff.effects import CHANGES
from watchword.flows.staff.members import ACTS

FAMILIES = {
    "role": ROLES,
    "order.kind": ORDERED,
    "order.state": ORDER.states,
    "order.charge": CHARGE.states,
    "state": ("active", "suspended", "invited", "closed"),
    "device": DEVICE.states,
    "lock.of": ("unknown", "browser", "held"),
    "kind_of": KINDS,
    "interview.ask": FACTS,
    "interview.fact": FACTS,
    "interview": ("matched", "differs", "skipped"),
    "request.state": REQUEST.states,
    "caller.direction": DIRECTIONS,
    "caller.state": (*OUTCOMES.values(), OVER),
    "caller.check": WORDS.states,
    "caller": ("words_shown", "words_matched"),
    "case.author": ("person", "staff"),
    "glass.act": ACTS,
    "glass.done": ACTS,
    "param": {name for change in CHANGES.values() for name in change.names},
}


def test_every_text_is_said_and_every_one_that_is_said_is_there() -> None:
    code = "\n".join(path.read_text("utf-8") for path in (SRC / "watchword/app/staff").glob("*.py"))
    named = set(re.findall(r'"([a-z_]+(?:\.[a-z_]+)*)"', code))
    named |= {f"{family}.{word}" for family, words in FAMILIES.items() for word in words}
    named |= {f"ask.{way}" for way in ("code", "challenge")} | {
        f"request.{event}" for event in REQUEST.final - {"expired"}
    }
    there = {key.removeprefix("staff.") for key in SOURCES["en"] if key.startswith("staff.")}
    assert sorted(there - named) == [], "said by no command"
    for family, words in FAMILIES.items():
        assert {f"{family}.{word}" for word in words} <= there, family
    for key in re.findall(r'(?:text|say|ask)\("([a-z_.]+)"', code):
        assert key in there, key
