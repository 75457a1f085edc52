"""The settings and the installation for a command, or what is wrong with them in words and never as a traceback."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from watchword.app import setting_faults
from watchword.app.environment import CONFIG_VARIABLE
from watchword.app.settings import Settings, load
from watchword.app.wiring import Built, SettingsFault, build, migrated


def settings_or_exit() -> Settings:
    """The settings; where one is wrong, each fault on standard error and exit 2."""
    file = os.environ.get(CONFIG_VARIABLE, "")
    try:
        if file and not Path(file).is_file():  # passed over, the defaults would name another database
            raise _wrong(f"There is no file of settings {file}.")
        return load()
    except ValidationError as wrong:
        raise _wrong(*setting_faults.worded(wrong, os.environ, file=file)) from wrong
    except SettingsError as wrong:  # its words name the table that a variable is of, and no more
        table = str(wrong).partition('"')[2].partition('"')[0]
        raise _wrong(*setting_faults.unread(os.environ, table)) from wrong
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise _wrong(f"{file}: {wrong}") from wrong


def _wrong(*faults: str) -> typer.Exit:
    for fault in faults:
        typer.echo(fault, err=True)
    typer.echo("docs/settings.md lists every setting.", err=True)
    return typer.Exit(2)


def built_or_exit(settings: Settings) -> Built:
    """The installation, wired; exit 1 with the fault where its database is not up to date or does not answer, or its files or settings do
    not go together."""
    try:
        with answering(settings):
            if not migrated(settings):
                typer.echo(f"The database {database_of(settings)} is not up to date. Run: watchword migrate", err=True)
                raise typer.Exit(1)
            return build(settings)
    except (SettingsFault, PermissionError, ValueError) as fault:
        typer.echo(f"{fault}\nMore: watchword doctor", err=True)
        raise typer.Exit(1) from fault


@contextmanager
def answering(settings: Settings) -> Iterator[None]:
    """For what asks the database first; exit 2 where its address is none, 1 with its own words where it does not answer."""
    try:
        yield
    except ArgumentError as fault:  # the address is not repeated: it may hold a password
        raise _wrong("setting database.url: this is no address of a database") from fault
    except DBAPIError as fault:
        typer.echo(
            f"The database {database_of(settings)} cannot be used: {fault.orig}\nMore: watchword doctor", err=True
        )
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
