"""What a phone is shown of a login, signed by us, the same from the same row each time (protocol/spec.md 6.2)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from watchword.core.attempts import Attempt
from watchword.core.caller import ACTION
from watchword.core.encoding import b64u, sha256
from watchword.flows.kit import Kit

FACTS = 120
NOTHING: Mapping[str, object] = MappingProxyType({})


def details(
    kit: Kit, attempt: Attempt, device_id: str, account: str, agent: str = "", moves: Mapping[str, object] = NOTHING
) -> dict[str, Any]:
    """Details of an attempt for one device of its user. Facts from outside are clipped to one line of plain text.

    `account` is the user's kind: what a paper account is logged into says so by its name (A08).
    `agent` is who asks on the telephone: such a proof is with the institution, not with a program, and nothing of a browser belongs to it.
    `moves` is what a withdrawal moves and to whom (flows/withdrawal_signing.py), as it was asked for: never clipped, only refused before.
    A login begun with the phone is a login to it: which element came first is the page's matter.
    """
    client = kit.policy.clients[attempt.client]
    context = attempt.context
    onto = client.called(attempt.lang) if attempt.action != ACTION else kit.policy.brand_name
    return {
        "v": 1, "type": "login", "iss": kit.vault.issuer, "attempt": attempt.id, "nonce": attempt.nonce,
        "user": attempt.user_id, "username": attempt.username, "device": device_id,
        "action": "login" if attempt.action == "held" else attempt.action, "operation": attempt.operation,
        "client": client.id, "client_name": plain(_into(kit, onto, account, attempt.lang)),
        "portal": client.host or kit.policy.portal_host,
        "place": plain(context.place), "place_new": context.place_new,
        "network": plain(context.network), "network_new": context.network_new, "address": context.address,
        "browser": plain(context.browser), "system": plain(context.system), "browser_new": context.browser_new,
        "started": attempt.started, "expires": attempt.expires,
        "confirm": attempt.confirm, "confirm_reason": attempt.confirm_reason,
        **({"agent": plain(agent)} if attempt.action == ACTION else {}), **moves,
    }  # fmt: skip


def _into(kit: Kit, name: str, account: str, lang: str) -> str:
    return kit.texts.plain(lang, "common.paper_client", client=name) if account == "paper" else name


def context_of(kit: Kit, fields: dict[str, Any]) -> str:
    """The context hash that a decision binds."""
    return b64u(sha256(kit.vault.canonical(fields)))


def plain(text: str) -> str:
    """Printable characters only (bidirectional and other controls are not), clipped."""
    return "".join(character for character in text if character.isprintable())[:FACTS]
