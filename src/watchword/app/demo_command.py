"""The command `watchword demo`."""

from __future__ import annotations

import signal
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from watchword.app import demo as demonstration
from watchword.app import demo_check, serving


def demo(
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
    # The server gives the signal that ended it on to whoever had it before: left to the system, it would leave the folder behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
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
