"""State machines as tables: states, events and where each leads, in one value that code, diagrams and tests share.

The rules of every machine here: an event that the table does not name for a state changes nothing and is refused; a final state
has no way out unless the table names one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Machine:
    """`transitions[(state, event)]` is the next state. `initial` are the states a new one may start in."""

    name: str
    initial: tuple[str, ...]
    transitions: Mapping[tuple[str, str], str]

    @property
    def states(self) -> frozenset[str]:
        """Every state that the table names."""
        named = {state for state, _ in self.transitions} | set(self.transitions.values())
        return frozenset(named | set(self.initial))

    @property
    def events(self) -> frozenset[str]:
        """Every event that the table names."""
        return frozenset(event for _, event in self.transitions)

    @property
    def final(self) -> frozenset[str]:
        """States that nothing leads out of."""
        return self.states - {state for state, _ in self.transitions}

    def step(self, state: str, event: str) -> str | None:
        """The next state, or None when `event` is refused in `state`."""
        return self.transitions.get((state, event))


def mermaid(machine: Machine) -> str:
    """The machine as a Mermaid state diagram, lines in a stable order."""
    lines = ["stateDiagram-v2"]
    lines += [f"    [*] --> {state}" for state in machine.initial]
    lines += [f"    {state} --> {to}: {event}" for (state, event), to in sorted(machine.transitions.items())]
    lines += [f"    {state} --> [*]" for state in sorted(machine.final)]
    return "\n".join(lines) + "\n"
