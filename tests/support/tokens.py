"""The emulator of a DSC+ as a token in somebody's hand."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from tests.support.installation import Installation
from watchword.core.card_plus import Token
from watchword.flows import token_stock
from watchword_client.cli import phone_app

PIN = "24680"


class Emulated:
    """`watchword phone dsc` with a file of its own, in stock at this installation."""

    def __init__(self, here: Installation, folder: Path, serial: str) -> None:
        self.serial, self.file = serial, folder / f"{serial}.json"
        made = self.run("new", serial)
        token_stock.add(
            here.built.kit, [(serial, "emulated", Token(str(made["suite"]), bytes.fromhex(str(made["key"]))))]
        )

    def run(self, *words: str, pin: str = PIN, code: int = 0) -> dict[str, object]:
        """What a command of the emulator says as JSON."""
        command = ["dsc", *words, "--state", str(self.file), "--json", "--lang", "en"]
        result = CliRunner().invoke(phone_app, command, env={"WATCHWORD_DSC_PIN": pin})
        assert result.exit_code == code, result.output
        found: dict[str, object] = json.loads(result.stdout.splitlines()[-1]) if result.stdout.strip() else {}
        return found

    def respond(self, digits: str) -> str:
        """The response to a challenge."""
        return str(self.run("respond", digits)["response"])
