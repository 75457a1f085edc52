"""How every machine of this folder is run: so many walks of so many steps, the same ones in each run."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


def walks(
    machine: type[RuleBasedStateMachine], *, examples: int, steps: int, shrink: bool = True, **given: Any
) -> None:
    """Run a machine with these attributes of its class. `shrink` False where one walk is dear: the first failing one is shown as it was."""
    run_state_machine_as_test(
        type(machine.__name__, (machine,), given),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            phases=tuple(Phase) if shrink else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
