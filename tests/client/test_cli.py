"""The commands as a program and as a person use them, over real sockets to `key.localhost` and `portal.localhost`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
import typer
from typer.testing import CliRunner, Result

from tests.client.conftest import PIN
from tests.client.fake_platform import FakePlatform
from tests.client.fake_server import CODE, PROOF, FakeServer
from tests.support.fakes import FakeClock, FakeEntropy
from watchword_client import crypto, oath
from watchword_client.cli import login_command, phone_app

SECRET = crypto.b64u(bytes(range(16)))

app = typer.Typer()
app.add_typer(phone_app, name="phone")
app.command("login")(login_command)


class Hosts:
    """Both fake servers behind one real port, told apart by the Host header."""

    def __init__(self) -> None:
        self.clock = FakeClock(int(time.time()))
        hosts = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.do_GET()

            def do_DELETE(self) -> None:
                self.do_GET()

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                host = self.headers["Host"]
                request = httpx.Request(
                    self.command, f"http://{host}{self.path}", headers=dict(self.headers), content=body
                )
                response = (hosts.key if host.startswith("key.") else hosts.portal).handle(request)
                self.send_response(response.status_code)
                self.send_header("Content-Length", str(len(response.content)))
                self.end_headers()
                self.wfile.write(response.content)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        port = self.http.server_address[1]
        self.key_url, self.portal_url = f"http://key.localhost:{port}", f"http://portal.localhost:{port}"
        self.key = FakeServer(self.clock, FakeEntropy("server"), self.key_url)
        self.portal = FakePlatform(self.clock, self.portal_url)
        Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    made = Hosts()
    yield made
    made.http.shutdown()
    made.http.server_close()


@pytest.fixture
def state(tmp_path: Path) -> str:
    return str(tmp_path / "phone.json")


def run(*arguments: str, pin: str = PIN, typed: str = "", lang: str = "en") -> Result:
    environment = {"WATCHWORD_PIN": pin, "WATCHWORD_LANG": lang}
    return CliRunner().invoke(app, arguments, env=environment, input=typed)


def last(result: Result) -> dict[str, Any]:
    """The last JSON object of standard output."""
    return json.loads(result.stdout.strip().splitlines()[-1])


def activated(hosts: Hosts, state: str, username: str = "mtanaka01") -> Result:
    who = ("--username", username, "--password", "correct horse", "--code", CODE)
    return run("phone", "activate", *who, "--url", hosts.key_url, "--state", state, "--json")


def test_activate_list_code_respond(hosts: Hosts, state: str) -> None:
    result = activated(hosts, state)
    assert result.exit_code == 0, result.output
    user = last(result)["user"]
    listed = last(run("phone", "list", "--state", state, "--json"))
    assert [one["username"] for one in listed["users"]] == ["mtanaka01"]
    made = last(run("phone", "code", "--state", state, "--json"))
    assert made["code"] == oath.totp(hosts.key.key(user, "totp"), made["until"] - 1)
    challenge = "148201937" + oath.check_digit("148201937")
    response = last(run("phone", "respond", challenge, "--state", state, "--json"))["response"]
    assert response == oath.key_response(hosts.key.key(user, "ocra"), challenge)
    shown = run("phone", "respond", challenge, "--state", state)
    assert f"{response[:4]} {response[4:]}" in shown.stdout
    assert "login.example.com" in shown.stdout


def test_one_of_many_is_found(hosts: Hosts, state: str) -> None:
    """J02: an adviser's list, narrowed by a part of a name, and the code of the one that is found."""
    activated(hosts, state)
    kept = json.loads(Path(state).read_text())
    one = kept["users"][0]
    for at in range(45):
        name = {"username": f"client{at:02}", "display_name": f"Hana Kobayashi {at}"}
        kept["users"].append({**one, "user": f"{at:026}", "device": f"{at:026}", **name})
    Path(state).write_text(json.dumps(kept))
    everybody = last(run("phone", "list", "--state", state, "--json"))["users"]
    assert len(everybody) == 46

    def found(typed: str) -> list[str]:
        listed = last(run("phone", "list", "--search", typed, "--state", state, "--json"))
        return [user["username"] for user in listed["users"]]

    assert found("IENT37") == ["client37"], "case does not count"
    assert found("kobayashi 41") == ["client41"], "a part of the name that is shown finds as well"
    assert len(found("client")) == 45
    assert found("nobody") == []
    shown = run("phone", "list", "--search", "client37", "--state", state).stdout
    assert ("client37" in shown, "client36" in shown) == (True, False)
    assert last(run("phone", "code", "--username", "client37", "--state", state, "--json"))["username"] == "client37"


def test_activate_by_session_id_qr_and_add(hosts: Hosts, state: str) -> None:
    where = ("--state", state, "--json")
    by_id = run("phone", "activate", "--username", "sato", "--session-id", "7kq4-x9tm", "--url", hosts.key_url, *where)
    assert last(by_id)["username"] == "sato"
    by_qr = run("phone", "add", "--qr", f"{hosts.key_url}/a#{SECRET}", *where)
    assert last(by_qr)["username"] == "mtanaka01"
    scanned = run("phone", "scan", f"{hosts.key_url}/a#{SECRET}", *where)
    assert scanned.exit_code == 0
    assert len(last(run("phone", "list", *where))["users"]) == 3


def test_a_new_phone_takes_the_place_of_the_old_one_when_it_is_active(hosts: Hosts, state: str) -> None:
    activated(hosts, state)
    old = last(run("phone", "list", "--state", state, "--json"))
    who = ("--username", "sato", "--password", "x", "--url", hosts.key_url, "--state", state, "--new-phone", "--json")
    assert run("phone", "activate", *who, "--code", "87654321").exit_code == 1
    assert last(run("phone", "list", "--state", state, "--json")) == old
    hosts.key.phone, hosts.key.phone_key, hosts.key.devices = "", {}, {}
    assert run("phone", "activate", *who, "--code", CODE).exit_code == 0
    new = last(run("phone", "list", "--state", state, "--json"))
    assert [user["username"] for user in new["users"]] == ["sato"]
    assert new["phone"] != old["phone"]


def test_the_code_may_come_from_a_program(hosts: Hosts, state: str) -> None:
    hosts.key.needs_proof = True
    program = (
        f"{sys.executable} -c \"import os; print({{'8': '{CODE}', '6': '{PROOF}'}}[os.environ['WATCHWORD_DIGITS']])\""
    )
    number = ("--country", "JP", "--national", "9012345678", "--code-from", program)
    who = ("--username", "mtanaka01", "--password", "correct horse", "--url", hosts.key_url, "--state", state)
    result = run("phone", "activate", *who, *number)
    assert result.exit_code == 0, result.output
    assert "/v1/activation/proof" in hosts.key.paths()
    failing = run("phone", "add", *who, "--code-from", "false")
    assert failing.exit_code == 2


def test_missing_values_come_from_standard_input(hosts: Hosts, state: str) -> None:
    typed = f"mtanaka01\ncorrect horse\n{CODE}\n"
    assert run("phone", "activate", "--url", hosts.key_url, "--state", state, typed=typed).exit_code == 0
    short = run("phone", "add", "--url", hosts.key_url, "--state", state, typed="sato\n")
    assert short.exit_code == 2
    assert "Password" in short.stderr


def test_a_forbidden_pin_is_named(hosts: Hosts, state: str) -> None:
    who = ("--username", "mtanaka01", "--password", "x", "--code", CODE, "--url", hosts.key_url, "--state", state)
    english = run("phone", "activate", *who, pin="x1984")
    assert (english.exit_code, "part of your date of birth: 1984" in english.stderr) == (1, True)
    japanese = run("phone", "activate", *who, pin="x1984", lang="ja")
    assert "生年月日の一部（1984）" in japanese.stderr
    as_json = last(run("phone", "activate", *who, "--json", pin="x1984"))
    assert (as_json["error"], as_json["found"]) == ("pin_forbidden", [{"piece": "1984", "kind": "birth_date"}])


def test_approve_with_confirmation(hosts: Hosts, state: str) -> None:
    user = last(activated(hosts, state))["user"]
    hosts.key.begin_login(user, confirm=True, confirm_reason="network", network_new=True, place="")
    shown = run("phone", "pending", "--state", state)
    assert "Place: Not known [Known]" in shown.stdout
    assert "Network: Kita Fiber · 203.0.113.7 [New]" in shown.stdout
    wrong = run("phone", "approve", "--confirmation", "111111", "--state", state, "--json")
    assert (wrong.exit_code, last(wrong)["refusal"]["left"]) == (1, 2)
    right = run("phone", "approve", "--state", state, "--json", typed="482 915\n")
    assert (right.exit_code, last(right)["result"]) == (0, "approved")
    nothing = run("phone", "approve", "--state", state)
    assert (nothing.exit_code, "Nothing is waiting" in nothing.stderr) == (1, True)


def test_deny_not_me_and_scan(hosts: Hosts, state: str) -> None:
    user = last(activated(hosts, state))["user"]
    one, two = hosts.key.begin_login(user), hosts.key.begin_login(user)
    chosen = run("phone", "deny", two["attempt"], "--state", state, "--json")
    assert (last(chosen)["login"], last(chosen)["result"]) == (two["attempt"], "denied")
    assert last(run("phone", "deny", "--not-me", "--state", state, "--json"))["login"] == one["attempt"]
    hosts.key.scannable[crypto.digest(bytes(range(16)))] = hosts.key.begin_login(user, confirm=True)
    scanned = run("phone", "scan", f"{hosts.key_url}/l#{SECRET}", "--state", state)
    assert (scanned.exit_code, "Approved" in scanned.stdout) == (0, True)
    assert run("phone", "check", "--state", state).exit_code == 0


def test_a_withdrawal_says_that_it_moves_money_how_much_and_to_whom(hosts: Hosts, state: str) -> None:
    user = last(activated(hosts, state))["user"]
    moves = {"amount": 1_234_550, "currency": "USD", "payee_name": "Kita <b> Estate", "payee_account": "JP12 3456"}
    hosts.key.begin_login(user, action="withdraw", confirm=False, confirm_reason="", **moves)
    shown = run("phone", "pending", "--state", state).stdout
    for told in ("THIS MOVES MONEY", "Amount: USD 12,345.50", "To: Kita <b> Estate", "Account: JP12 3456"):
        assert told in shown, told
    assert "資金が移動します" in run("phone", "pending", "--state", state, lang="ja").stdout
    signed = run("phone", "approve", "--state", state)
    assert (signed.exit_code, "This withdrawal, and no other" in signed.stdout) == (0, True)


def test_what_others_chose_cannot_redraw_the_terminal(hosts: Hosts, state: str) -> None:
    user = last(activated(hosts, state))["user"]
    hosts.key.begin_login(user, browser="\x1b[2J\x1b[HApproved\u202e\n" + "x" * 500)
    shown = run("phone", "pending", "--state", state).stdout
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert max(len(line) for line in shown.splitlines()) < 160


def test_exit_codes(hosts: Hosts, state: str) -> None:
    assert run("phone", "code", "--state", state).exit_code == 2
    assert run("phone", "pending", "--state", state).exit_code == 2
    assert run("phone", "nonsense").exit_code == 2
    activated(hosts, state)
    assert run("phone", "respond", "1234567890", "--state", state).exit_code == 2
    assert run("phone", "code", "--username", "nobody", "--state", state).exit_code == 2
    assert run("phone", "pending", "--url", "http://key.localhost:1", "--state", state).exit_code == 2
    stolen = run("phone", "scan", f"https://key.example.net/l#{SECRET}", "--state", state)
    assert (stolen.exit_code, hosts.key_url in stolen.stderr) == (2, True)
    Path(state).write_text("{")
    broken = run("phone", "list", "--state", state)
    assert (broken.exit_code, state in broken.stderr, Path(state).read_text()) == (2, True, "{")


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "No user is active on this phone"), ("ja", "有効なユーザーがいません")]
)
@pytest.mark.parametrize("command", ["code", "respond", "check"])
def test_a_phone_without_users_says_so(hosts: Hosts, state: str, command: str, lang: str, words: str) -> None:
    """Naming one of its users, as a phone with several asks, would be no help."""
    activated(hosts, state)
    content = json.loads(Path(state).read_text())
    Path(state).write_text(json.dumps({**content, "users": []}))
    arguments = ("phone", command, *(["1482019375"] if command == "respond" else []), "--state", state)
    result = run(*arguments, lang=lang)
    assert (result.exit_code, words in result.stderr, result.stdout) == (2, True, "")
    as_json = run(*arguments, "--json", lang=lang)
    assert (as_json.exit_code, last(as_json)["error"]) == (2, "list_none")
    named = run(*arguments, "--username", "nobody", lang=lang)
    assert (named.exit_code, words in named.stderr) == (2, True)


def test_no_connection(monkeypatch: pytest.MonkeyPatch, hosts: Hosts, state: str) -> None:
    activated(hosts, state)
    hosts.http.shutdown()
    hosts.http.server_close()
    monkeypatch.setattr("watchword_client.transport.PAUSES", (0.0,))
    result = run("phone", "pending", "--state", state, "--json")
    assert (result.exit_code, last(result)["error"]) == (3, "connection")
    assert run("phone", "code", "--state", state).exit_code == 0


def login(hosts: Hosts, state: str, *arguments: str, typed: str = "", lang: str = "en") -> Result:
    who = ("--username", "mtanaka01", "--password", "correct horse", "--client", "desk")
    return run("login", *who, "--url", hosts.portal_url, "--state", state, *arguments, typed=typed, lang=lang)


def test_login_by_push_remembers_this_computer(hosts: Hosts, state: str) -> None:
    hosts.portal.confirmation = "482915"

    def approve() -> None:
        hosts.portal.state = "approved"

    hosts.portal.polls = approve
    result = login(hosts, state)
    assert (result.exit_code, "482 915" in result.stdout, "Logged in as mtanaka01." in result.stdout) == (0, True, True)
    assert "ttt" not in result.stdout
    hosts.portal.state = "pending"
    hosts.portal.key = ""
    events = [json.loads(line) for line in login(hosts, state, "--json", "--token").stdout.splitlines()]
    assert [event["event"] for event in events] == ["login", "session"]
    assert (events[0]["confirmation"], events[1]["token"]) == ("482915", "t" * 22)
    started = [body for path, body in hosts.portal.seen if path == "/api/v1/logins"]
    assert [body.get("device_token") for body in started] == [None, "d" * 22]


@pytest.mark.parametrize(("lang", "words"), [("en", "Another login of yours"), ("ja", "別のログイン")])
def test_login_shows_a_code_that_is_asked_for_meanwhile(hosts: Hosts, state: str, lang: str, words: str) -> None:
    """Another login of this person has begun, so Key asks for the digits of this one."""
    hosts.portal.polls = switching_the_code_on(hosts)
    result = login(hosts, state, lang=lang)
    assert (result.exit_code, words in result.stdout) == (0, True)
    assert result.stdout.count("482 915") == 1
    told = [body["confirmation"] for path, body in hosts.portal.seen if path.endswith("/poll")]
    assert told == ["", "482915"], "the platform says what it shows"


def test_login_tells_a_program_of_a_code_that_is_asked_for_meanwhile(hosts: Hosts, state: str) -> None:
    hosts.portal.polls = switching_the_code_on(hosts)
    events = [json.loads(line) for line in login(hosts, state, "--json").stdout.splitlines()]
    assert [event["event"] for event in events] == ["login", "confirmation", "session"]
    assert [event.get("confirmation") for event in events] == ["", "482915", None]


def switching_the_code_on(hosts: Hosts) -> Callable[[], None]:
    """At the first poll another login begins, at the second the phone has approved."""

    def poll() -> None:
        if hosts.portal.confirmation:
            hosts.portal.state = "approved"
        hosts.portal.confirmation = "482915"

    return poll


def test_login_by_qr_draws_one(hosts: Hosts, state: str) -> None:
    hosts.portal.polls = lambda: setattr(hosts.portal, "state", "approved")
    result = login(hosts, state, "--way", "qr")
    assert result.exit_code == 0
    assert sum(line.count("█") + line.count("▄") + line.count("▀") for line in result.stdout.splitlines()) > 100


def test_a_push_that_was_not_sent_leads_on_to_the_qr_code(hosts: Hosts, state: str) -> None:
    real = hosts.portal.do_begin
    hosts.portal.do_begin = lambda body: (201, {**real(body)[1], "push": {"sent": False}})  # type: ignore[method-assign]
    hosts.portal.polls = lambda: setattr(hosts.portal, "state", "approved")
    result = login(hosts, state)
    assert (result.exit_code, "No request was sent" in result.stdout) == (0, True)
    assert [body["way"] for path, body in hosts.portal.seen if path.endswith("/show")] == ["qr"]


def test_login_by_challenge_and_code(hosts: Hosts, state: str) -> None:
    result = login(hosts, state, "--way", "challenge", typed="1234 567\n1234 5678\n")
    assert (result.exit_code, "148 201 9375" in result.stdout) == (0, True)
    hosts.portal.state, hosts.portal.key = "pending", ""
    assert login(hosts, state, "--way", "code", typed="123456\n").exit_code == 0
    hosts.portal.state, hosts.portal.key = "pending", ""
    wrong = login(hosts, state, "--way", "code", "--json", typed="654321\n")
    assert (wrong.exit_code, last(wrong)["refusal"]["reference"]) == (1, "U08")


@pytest.mark.parametrize("state_", ["denied", "not_me", "expired", "failed", "lapsed", "cancelled"])
def test_login_that_ends_otherwise(hosts: Hosts, state: str, state_: str) -> None:
    hosts.portal.polls = lambda: setattr(hosts.portal, "state", state_)
    result = login(hosts, state, lang="ja")
    assert result.exit_code == 1
    hosts.portal.key = ""
    assert last(login(hosts, state, "--json"))["state"] == state_


def test_login_needs_an_address_and_a_known_way(state: str) -> None:
    assert run("login", "--state", state).exit_code == 2
    assert run("login", "--url", "http://portal.localhost:1", "--way", "pigeon").exit_code == 2
