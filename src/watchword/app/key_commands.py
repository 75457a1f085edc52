"""The commands of `watchword keys`."""

from __future__ import annotations

import typer

from watchword.app.clock import SystemClock, SystemEntropy
from watchword.app.opening import settings_or_exit
from watchword.app.wiring import ring_of
from watchword.vault import keyring
from watchword.vault.vault import sign_with

app = typer.Typer(help="The server's keys.", no_args_is_help=True)


@app.command("show")
def show() -> None:
    """Where the key file is, and the names of the keys phones know us by."""
    settings = settings_or_exit()
    ring = ring_of(settings, SystemEntropy(), SystemClock())
    typer.echo(f"{settings.keys_path}  (back it up apart from the database)")
    for name, key in zip(("current", "next"), ring.signing, strict=False):
        typer.echo(f"{name:8} {key.kid}")


@app.command("rotate")
def rotate() -> None:
    """Let the next signing key take over and announce a new one. Restart the server afterwards; phones follow by the signed statement."""
    settings = settings_or_exit()
    clock = SystemClock()

    def sign(signer: keyring.SigningKey, fields: dict[str, object]) -> dict[str, object]:
        return sign_with(signer, {"v": 1, "type": "successor", "iss": settings.key.url, **fields, "time": clock.now()})

    ring_of(settings, SystemEntropy(), clock)
    ring = keyring.rotate(settings.keys_path, entropy=SystemEntropy().bytes, sign=sign)
    typer.echo(
        f"current {ring.signing[0].kid}, next {ring.signing[1].kid}. Back up {settings.keys_path}, then restart the server."
    )
