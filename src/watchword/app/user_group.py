"""The commands of `watchword user`, under one name from the files that have them."""

from __future__ import annotations

from watchword.app import limit_commands
from watchword.app.user_commands import app

app.command("entitlements")(limit_commands.show)
app.command("limits")(limit_commands.set_limits)

__all__ = ["app"]
