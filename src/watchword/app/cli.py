"""The command `watchword`: where each of its commands is made."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from watchword import __version__
from watchword.app.environment import CONFIG_VARIABLE
from watchword.app.loading import group

COMMANDS = {
    "version": "watchword.app.cli:version",
    "serve": "watchword.app.server_commands:serve",
    "worker": "watchword.app.server_commands:work",
    "migrate": "watchword.app.server_commands:migrate",
    "doctor": "watchword.app.doctor_command:examine",
    "demo": "watchword.app.demo_command:demo",
    "login": "watchword_client.cli:login_command",
    "break-glass": "watchword.app.staff.commands:break_glass",
    "what-if": "watchword.app.limit_commands:what_if",
    "user": "watchword.app.user_group:app",
    "tokens": "watchword.app.token_commands:app",
    "passwords": "watchword.app.password_commands:app",
    "keys": "watchword.app.key_commands:app",
    "staff": "watchword.app.staff.commands:app",
    "audit": "watchword.app.audit.commands:app",
    "phone": "watchword_client.cli:phone_app",
}

app = typer.Typer(
    cls=group(COMMANDS),
    help="Watchword: a secure login system that an institution runs itself.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.callback()
def common(
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.", exists=True, dir_okay=False)] = None,
) -> None:
    """Settings come from the environment (WATCHWORD_…), then from the TOML file."""
    if config is not None:
        os.environ[CONFIG_VARIABLE] = str(config.resolve())


def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def main() -> None:
    """Entry point."""
    app()
