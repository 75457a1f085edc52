"""The command `watchword`."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from watchword import __version__
from watchword.app import demo as demonstration
from watchword.app import demo_check, doctor, limit_commands, password_commands, serving, token_commands, user_commands
from watchword.app.audit import commands as audit_commands
from watchword.app.clock import SystemClock, SystemEntropy
from watchword.app.server import Server, hosts
from watchword.app.settings import CONFIG_VARIABLE, Settings, load
from watchword.app.staff import commands as staff_commands
from watchword.app.wiring import SettingsFault, build, migrated, ring_of
from watchword.app.worker import run_worker
from watchword.stores import migrate
from watchword.vault import keyring
from watchword.vault.vault import sign_with
from watchword_client.cli import login_command, phone_app

app = typer.Typer(
    help="Watchword: a secure login system that an institution runs itself.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
keys_app = typer.Typer(help="The server's keys.", no_args_is_help=True)
app.add_typer(user_commands.app, name="user")
user_commands.app.command("entitlements")(limit_commands.show)
user_commands.app.command("limits")(limit_commands.set_limits)
app.add_typer(token_commands.app, name="tokens")
app.add_typer(password_commands.app, name="passwords")
app.add_typer(keys_app, name="keys")
app.add_typer(staff_commands.app, name="staff")
app.add_typer(audit_commands.app, name="audit")
app.add_typer(phone_app, name="phone")
app.command("login")(login_command)
app.command("break-glass")(staff_commands.break_glass)
app.command("what-if")(limit_commands.what_if)

Port = Annotated[int | None, typer.Option(help="Port to listen on.")]


@app.callback()
def common(
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.", exists=True, dir_okay=False)] = None,
) -> None:
    """Settings come from the environment (WATCHWORD_…), then from the TOML file."""
    if config is not None:
        os.environ[CONFIG_VARIABLE] = str(config.resolve())


def _load() -> Settings:
    try:
        return load()
    except ValidationError as wrong:
        for error in wrong.errors():
            typer.echo(f"setting {'.'.join(str(part) for part in error['loc'])}: {error['msg']}", err=True)
        typer.echo("docs/settings.md lists every setting.", err=True)
        raise typer.Exit(2) from wrong


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


@app.command()
def serve(port: Port = None, workers: Annotated[int | None, typer.Option(help="Processes; more than one needs PostgreSQL.")] = None,
          worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Send messages in these processes too.")] = True) -> None:  # fmt: skip
    """Run the server. The database must be migrated; the key file is made at first start."""
    if port is not None:
        os.environ["WATCHWORD_LISTEN__PORT"] = str(port)
    if workers is not None:
        os.environ["WATCHWORD_WORKERS"] = str(workers)
    os.environ[serving.WORKER_VARIABLE] = "1" if worker else "0"
    settings = _load()
    serving.setup_logging(settings)
    try:
        if not migrated(settings):
            typer.echo("The database is not up to date. Run: watchword migrate", err=True)
            raise typer.Exit(1)
        built = build(settings)
    except (SettingsFault, PermissionError, ValueError) as fault:
        typer.echo(f"{fault}\nMore: watchword doctor", err=True)
        raise typer.Exit(1) from fault
    if settings.workers > 1:
        built.close()
        serving.run_many(settings)
    else:
        serving.run(Server(built, hosts(built), worker=worker), settings, ready=lambda port: _say_ready(settings, port))


def _say_ready(settings: Settings, port: int) -> None:
    typer.echo(f"Listening on {settings.listen.host}:{port} for {settings.portal.url} and {settings.key.url}", err=True)


@app.command("worker")
def worker_command() -> None:
    """Send messages from the outbox and keep house, without serving pages."""
    settings = _load()
    serving.setup_logging(settings)
    run_worker(build(settings))


@app.command("migrate")
def migrate_command() -> None:
    """Bring the database to the revision that this program needs."""
    settings = _load()
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    changed = migrate.upgrade(settings.database_url)
    typer.echo("The database is up to date now." if changed else "The database was up to date.")


@app.command("doctor")
def doctor_command(as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False) -> None:
    """Say what is wrong and how to mend it; exit 1 where something is."""
    findings = list(doctor.examine(_load()))
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


@keys_app.command("show")
def keys_show() -> None:
    """Where the key file is, and the names of the keys phones know us by."""
    settings = _load()
    ring = ring_of(settings, SystemEntropy(), SystemClock())
    typer.echo(f"{settings.keys_path}  (back it up apart from the database)")
    for name, key in zip(("current", "next"), ring.signing, strict=False):
        typer.echo(f"{name:8} {key.kid}")


@keys_app.command("rotate")
def keys_rotate() -> None:
    """Let the next signing key take over and announce a new one. Restart the server afterwards; phones follow by the signed statement."""
    settings = _load()
    clock = SystemClock()

    def sign(signer: keyring.SigningKey, fields: dict[str, object]) -> dict[str, object]:
        return sign_with(signer, {"v": 1, "type": "successor", "iss": settings.key.url, **fields, "time": clock.now()})

    ring_of(settings, SystemEntropy(), clock)
    ring = keyring.rotate(settings.keys_path, entropy=SystemEntropy().bytes, sign=sign)
    typer.echo(
        f"current {ring.signing[0].kid}, next {ring.signing[1].kid}. Back up {settings.keys_path}, then restart the server."
    )


@app.command("demo")
def demo_command(
    port: Annotated[int, typer.Option(help="Port of the demonstration.")] = 8400,
    data: Annotated[Path | None, typer.Option(help="Folder to keep it in; a temporary one if not given.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Walk the whole path by the public API, print each step, and exit.")
    ] = False,
) -> None:
    """A server with made-up people, a page with computer and phone side by side, and a visible outbox."""
    if check:
        raise typer.Exit(demo_check.run())
    if data is not None:
        _demo(port, data)
        return
    with tempfile.TemporaryDirectory(prefix="watchword-demo-") as folder:
        _demo(port, Path(folder))


def _demo(port: int, data: Path) -> None:
    settings = demonstration.settings_for(port, data)
    serving.setup_logging(settings)
    server, _, origin = demonstration.server(settings)

    def ready(_: int) -> None:
        typer.echo(
            f"\n  Watchword is on. Open  {origin}\n\n  Log in as mtanaka01 / {demonstration.PASSWORD}. Stop with Ctrl+C.\n"
        )

    try:
        serving.run(server, settings, ready=ready)
    except SystemExit as stopped:
        if stopped.code:
            typer.echo(f"Port {port} cannot be had. Another one: watchword demo --port {port + 1}", err=True)
        raise


def main() -> None:
    """Entry point."""
    app()
