"""The commands that run the server and bring its database up to date."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from watchword.app import serving
from watchword.app.environment import WORKER_VARIABLE
from watchword.app.opening import answering, built_or_exit, settings_or_exit
from watchword.app.server import Server, hosts
from watchword.app.settings import Settings
from watchword.app.worker import run_worker
from watchword.stores import migrate as migrations

Port = Annotated[int | None, typer.Option(help="Port to listen on.")]


def serve(port: Port = None, workers: Annotated[int | None, typer.Option(help="Processes; more than one needs PostgreSQL.")] = None,
          worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Send messages in these processes too.")] = True) -> None:  # fmt: skip
    """Run the server. The database must be migrated; the key file is made at first start."""
    if port is not None:
        os.environ["WATCHWORD_LISTEN__PORT"] = str(port)
    if workers is not None:
        os.environ["WATCHWORD_WORKERS"] = str(workers)
    os.environ[WORKER_VARIABLE] = "1" if worker else "0"
    settings = settings_or_exit()
    serving.setup_logging(settings)
    built = built_or_exit(settings)
    if settings.workers > 1:
        built.close()
        serving.run_many(settings)
    else:
        serving.run(Server(built, hosts(built), worker=worker), settings, ready=lambda port: _say_ready(settings, port))


def _say_ready(settings: Settings, port: int) -> None:
    typer.echo(f"Listening on {settings.listen.host}:{port} for {settings.portal.url} and {settings.key.url}", err=True)


def work() -> None:
    """Send messages from the outbox and keep house, without serving pages."""
    settings = settings_or_exit()
    serving.setup_logging(settings)
    run_worker(built_or_exit(settings))


def migrate() -> None:
    """Bring the database to the revision that this program needs."""
    settings = settings_or_exit()
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with answering(settings):
        changed = migrations.upgrade(settings.database_url)
    typer.echo("The database is up to date now." if changed else "The database was up to date.")
