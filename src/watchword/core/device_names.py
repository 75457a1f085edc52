"""Names that devices begin with, told apart from those that their owners gave: the first are shown in whatever language their reader has.

A device keeps its name as a text, as it was in its owner's language on that day. What reads exactly like one of ours in any language is ours;
everything else is somebody's own words and stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

PLAIN = (
    "devices.called_passkey", "devices.called_key", "devices.called_temporary", "devices.called_code_app", "devices.called_recovery_code",
    "devices.called_online_card", "devices.called_card", "devices.called_token",
)  # fmt: skip
NUMBERED = ("devices.called_card", "devices.called_token")  # and behind it a serial number, or "(whose)" where shared
ON_SYSTEM = "devices.called_system"
SYSTEMS = (
    "Android", "ChromeOS", "FreeBSD", "HarmonyOS", "Linux", "OpenBSD", "Windows", "Windows Phone", "iOS", "macOS",
)  # fmt: skip
_BEHIND = re.compile(r"(?=[^ ]*[0-9])[A-Za-z0-9._-]{1,64}|[0-9A-HJKMNP-TV-Z]{8}|\([^() ]{1,64}\)")

Named = tuple[str, Mapping[str, str]]  # the key of a text and what fills it


def defaults(texts: Iterable[Mapping[str, str]]) -> dict[str, Named]:
    """Every name of ours with its key, from the texts of each language; `ON_SYSTEM` has `{system}` in it."""
    found: dict[str, Named] = {}
    for text in texts:
        found |= {text[key]: (key, {}) for key in PLAIN if key in text}
        pattern = text.get(ON_SYSTEM, "")
        found |= {pattern.replace("{system}", system): (ON_SYSTEM, {"system": system}) for system in SYSTEMS if pattern}
    return found


def recognised(name: str, ours: Mapping[str, Named]) -> tuple[Named, str] | None:
    """The text that a name is, and what stands behind it or ""; None for a name that somebody gave."""
    whole = ours.get(name)
    if whole is not None:
        return whole, ""
    head, _, behind = name.rpartition(" ")
    found = ours.get(head)
    if found is None or found[0] not in NUMBERED or not _BEHIND.fullmatch(behind):
        return None
    return found, behind
