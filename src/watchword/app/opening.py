"""The settings and the installation for a command, or what is wrong with them in words and never as a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from pydantic import ValidationError
from sqlalchemy.engine import make_url

from watchword.app.settings import Settings, load
from watchword.app.wiring import Built, SettingsFault, build, migrated


def settings_or_exit() -> Settings:
    """The settings; where one is wrong, each fault on standard error and exit 2."""
    try:
        return load()
    except ValidationError as wrong:
        for error in wrong.errors():
            typer.echo(f"setting {'.'.join(str(part) for part in error['loc'])}: {error['msg']}", err=True)
        typer.echo("docs/settings.md lists every setting.", err=True)
        raise typer.Exit(2) from wrong


def built_or_exit(settings: Settings) -> Built:
    """The installation, wired; exit 1 with the fault where its database is not up to date, or its files or settings do not go together."""
    try:
        if not migrated(settings):
            typer.echo(f"The database {database_of(settings)} is not up to date. Run: watchword migrate", err=True)
            raise typer.Exit(1)
        return build(settings)
    except (SettingsFault, PermissionError, ValueError) as fault:
        typer.echo(f"{fault}\nMore: watchword doctor", err=True)
        raise typer.Exit(1) from fault


@contextmanager
def opened() -> Iterator[Built]:
    """The installation, wired, for one command."""
    built = built_or_exit(settings_or_exit())
    try:
        yield built
    finally:
        built.close()


def database_of(settings: Settings) -> str:
    """The database in use as an operator knows it, without a password in it."""
    return make_url(settings.database_url).render_as_string(hide_password=True)
