"""The command `watchword doctor`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from watchword.app import doctor
from watchword.app.opening import settings_or_exit


def examine(as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False) -> None:
    """Say what is wrong and how to mend it; exit 1 where something is."""
    findings = list(doctor.examine(settings_or_exit()))
    for finding in findings:
        if as_json:
            typer.echo(
                json.dumps(
                    {"topic": finding.topic, "verdict": finding.verdict, "text": finding.text, "mend": finding.mend}
                )
            )
        else:
            typer.echo(
                f"{finding.verdict:8} {finding.topic:9} {finding.text}"
                + (f"\n{'':19}-> {finding.mend}" if finding.mend else "")
            )
    if any(finding.verdict == doctor.BAD for finding in findings):
        raise typer.Exit(1)
