"""The settings of this installation for a command, or what is wrong with them in words."""

from __future__ import annotations

import typer
from pydantic import ValidationError

from watchword.app.settings import Settings, load


def settings_or_exit() -> Settings:
    """The settings; where one is wrong, each fault on standard error and exit 2."""
    try:
        return load()
    except ValidationError as wrong:
        for error in wrong.errors():
            typer.echo(f"setting {'.'.join(str(part) for part in error['loc'])}: {error['msg']}", err=True)
        typer.echo("docs/settings.md lists every setting.", err=True)
        raise typer.Exit(2) from wrong
