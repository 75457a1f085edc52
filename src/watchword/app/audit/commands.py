"""The commands of `watchword audit` under their names."""

from __future__ import annotations

import typer

from watchword.app.audit import reading, verifying

app = typer.Typer(
    help="What was written down: verify it, search it, prove it, and keep its heads outside.", no_args_is_help=True
)

for _name, _function in (
    ("verify", verifying.verify), ("search", reading.search), ("export", reading.export), ("proof", reading.proof),
    ("check-proof", verifying.check_proof), ("head", verifying.head), ("key", verifying.key), ("rotate-key", verifying.rotate_key),
    ("erase", reading.erase),
):  # fmt: skip
    app.command(_name)(_function)
