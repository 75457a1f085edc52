"""`watchword login` with devices other than Key: each is asked for what it answers, and none for Key's digits."""

from __future__ import annotations

import pytest

from tests.client.fake_platform import KEY, Json
from tests.client.test_cli import Hosts, hosts, login, state

__all__ = ["hosts", "state"]

PASSKEY: Json = {"id": "thepasskey", "kind": "passkey", "name": "Passkey", "ways": ["passkey"]}


def device(kind: str) -> Json:
    return {"id": f"the{kind}", "kind": kind, "name": kind, "ways": [kind]}


def shown(hosts: Hosts) -> list[str]:
    return [body["way"] for path, body in hosts.portal.seen if path.endswith("/show")]


@pytest.mark.parametrize(
    ("kind", "typed", "lang", "words"),
    [
        ("code_card", "7K2 QX4", "en", "Numbers on the card, until {}: 17 203"),
        ("code_card", "7K2 QX4", "ja", "カードの番号"),
        ("card_plus", "0077 4356", "en", "Challenge for the Digital Security Card+, until {}: 1009 6447"),
    ],
)
def test_a_card_or_token_is_asked_its_own_question(
    hosts: Hosts, state: str, kind: str, typed: str, lang: str, words: str
) -> None:
    hosts.portal.methods, hosts.portal.confirmation = [device(kind)], "482915"
    result = login(hosts, state, typed=f"{typed}\n", lang=lang)
    before, _, after = words.partition("{}")
    assert (result.exit_code, before in result.stdout, after in result.stdout) == (0, True, True)
    assert ("482 915" in result.stdout, "Key" in result.stdout) == (False, False), "there is no Key to type it into"
    assert shown(hosts) == [kind]


def test_the_way_named_finds_the_device_that_has_it(hosts: Hosts, state: str) -> None:
    hosts.portal.methods = [KEY, device("code_card")]
    result = login(hosts, state, "--way", "code_card", typed="7K2 QX4\n")
    assert (result.exit_code, shown(hosts)) == (0, ["code_card"])


def test_a_code_by_sms_went_out_with_the_password_and_is_not_sent_twice(hosts: Hosts, state: str) -> None:
    hosts.portal.methods = [device("sms")]
    assert (login(hosts, state, typed="730115\n").exit_code, shown(hosts)) == (0, [])
    hosts.portal.state, hosts.portal.key = "pending", ""
    hosts.portal.methods = [KEY, device("sms")]
    result = login(hosts, state, "--way", "sms", typed="730 115\n")
    assert (result.exit_code, "4210" in result.stdout, shown(hosts)) == (0, True, ["sms"])


def test_a_passkey_leads_to_another_device_or_to_the_portal(hosts: Hosts, state: str) -> None:
    hosts.portal.methods = [PASSKEY, device("code_card")]
    assert login(hosts, state, typed="7K2 QX4\n").exit_code == 0
    hosts.portal.state, hosts.portal.key = "pending", ""
    hosts.portal.methods = [PASSKEY]
    result = login(hosts, state)
    assert (result.exit_code, "at the portal" in result.stdout, hosts.portal.state) == (1, True, "cancelled")
