"""Nothing is spent twice (THREATS): a right answer sent again, or twice at once, wins once and only for what it was made for."""

from __future__ import annotations

from functools import partial

from tests.support.crowd import together
from tests.support.installation import PIN, WRONG, Installation
from tests.support.raw import form, numbers, post
from tests.support.signed import caught, decision, resigned
from tests.support.steps import asked, challenge, confirmation, go_on, logged_in, proved, waiting
from watchword_client.login import PlatformLogin


def sessions_of(here: Installation, user_id: str) -> int:
    """How many sessions this person was ever given."""
    with here.built.store.engine.connect() as connection:
        return int(
            connection.exec_driver_sql(f"SELECT count(*) FROM sessions WHERE user_id = '{user_id}'").scalar() or 0
        )


def test_a_code_opens_one_login(here: Installation) -> None:
    who = here.person()
    code = who.phone.code(here.pin())
    assert waiting(here, who).post("/login/wait", do="code", code=code).path == "/"
    assert waiting(here, who).post("/login/wait", do="code", code=code).refusals == [2103]


def test_a_code_typed_into_two_logins_at_once_opens_one(here: Installation) -> None:
    for _ in range(4):
        who = here.person()
        here.later(30)
        browsers = [waiting(here, who) for _ in range(4)]
        fields = {"do": "code", "code": who.phone.code(here.pin())}
        found = together([partial(form, here, browser, "/login/wait", fields) for browser in browsers])
        assert sorted(response.status_code for response in found) == [303, 422, 422, 422]
        assert sum(go_on(browser).path == "/" for browser in browsers) == 0, "it was collected by the answer itself"


def test_a_response_answers_its_own_challenge(here: Installation) -> None:
    who = here.person()
    first, second = waiting(here, who), waiting(here, who)
    digits = challenge(first.post("/login/wait", do="challenge"))
    second.post("/login/wait", do="challenge")
    response = who.phone.respond(digits, here.pin())
    assert second.post("/login/wait", do="response", response=response).refusals == [2104]
    assert first.post("/login/wait", do="response", response=response).path == "/"
    assert second.post("/login/wait", do="response", response=response).refusals == [2104]


def test_two_equal_responses_at_once_give_one_session(here: Installation) -> None:
    for _ in range(3):
        who = here.person()
        browser = waiting(here, who)
        digits = challenge(browser.post("/login/wait", do="challenge"))
        fields = {"do": "response", "response": who.phone.respond(digits, here.pin())}
        found = together([partial(form, here, browser, "/login/wait", fields)] * 6)
        assert sum("__Host-ww_s=" in str(response.headers.get_list("set-cookie")) for response in found) == 1
        assert all(response.status_code < 500 for response in found)


def test_collecting_at_once_gives_one_session(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    who.phone.approve(asked(who.phone, who), here.pin(), confirmation(browser.page))
    found = together([partial(form, here, browser, "/login/wait", {"do": "continue"})] * 8)
    assert sum("__Host-ww_s=" in str(response.headers.get_list("set-cookie")) for response in found) == 1
    assert sessions_of(here, who.id) == 1


def test_an_approval_and_a_code_at_once_give_one_winner_and_no_fault(here: Installation) -> None:
    """Two roads lock the same rows: neither may wait for the other for ever, and the first right answer wins."""
    for _ in range(5):
        who = here.person()
        here.later(30)
        browser = waiting(here, who)
        body = decision(who.phone, asked(who.phone, who), here.pin(), confirmation=confirmation(browser.page))
        works = [
            partial(post, here.key, "/v1/decide", body, here),
            partial(form, here, browser, "/login/wait", {"do": "code", "code": who.phone.code(here.pin())}),
            partial(form, here, browser, "/login/wait", {"do": "again"}),
            partial(form, here, browser, "/login/wait", {"do": "qr"}),
        ]
        found = together(works)
        assert [response.status_code for response in found if response.status_code >= 500] == []
        go_on(browser)
        assert sessions_of(here, who.id) == 1


def test_everything_at_once_is_no_fault(here: Installation) -> None:
    """Every road to the same rows, many times over, on both databases: refusals, but no deadlock and no second session."""
    for last in ("not_me", "deny"):
        who = here.person(phones=2)
        here.later(30)
        browsers = [waiting(here, who) for _ in range(2)]
        attempts = [asked(phone, who) for phone in who.phones]
        code = who.phone.code(here.pin())
        works = [partial(here.browser().login, who.username, password) for password in (who.password, WRONG)]
        for browser, attempt, phone in zip(browsers, attempts, who.phones, strict=True):
            works += [
                partial(form, here, browser, "/login/wait", {"do": do, "code": code, "method": phone.users[0].device})
                for do in ("code", "again", "qr", "challenge", "method", "continue")
            ]
            works += [
                partial(post, here.key, "/v1/decide", decision(phone, attempt, here.pin(), confirmation="1"), here)
            ]
            works += [partial(post, here.key, "/v1/decide", decision(phone, attempt, None, choice=last), here)]
        found = together(works)
        statuses = [getattr(result, "status_code", 0) or getattr(result, "status", 0) for result in found]
        assert [status for status in statuses if status >= 500] == []
        assert sessions_of(here, who.id) <= 1


def test_approve_and_deny_at_once_end_in_one_of_them(here: Installation) -> None:
    for _ in range(4):
        who = here.person(phones=2)
        browser = waiting(here, who)
        attempt, code = asked(who.phone, who), confirmation(browser.page)
        other = asked(who.phones[1], who)
        works = [
            partial(post, here.key, "/v1/decide", decision(who.phone, attempt, here.pin(), confirmation=code), here),
            partial(post, here.key, "/v1/decide", decision(who.phones[1], other, None, choice="deny"), here),
        ]
        found = together(works)
        assert sorted(response.status_code for response in found) == [200, 410]
        won = next(response.json()["result"] for response in found if response.status_code == 200)
        assert go_on(browser).status == {"approved": 200, "denied": 403}[won]


def test_a_decision_sent_again_changes_nothing(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    body = decision(who.phone, asked(who.phone, who), here.pin(), confirmation=confirmation(browser.page))
    assert post(here.key, "/v1/decide", body, here).json()["result"] == "approved"
    assert go_on(browser).path == "/"
    browser.post("/logout")
    post(here.key, "/v1/decide", body, here)
    assert go_on(browser).path != "/" or who.given not in browser.page.text
    here.later(61)
    again = waiting(here, who)
    post(here.key, "/v1/decide", body, here)
    assert numbers(form(here, again, "/login/wait", {"do": "continue"})) == [1112]


def test_yesterdays_deny_does_not_stop_todays_login(here: Installation) -> None:
    who = here.person()
    waiting(here, who)
    body = decision(who.phone, asked(who.phone, who), None, choice="deny")
    post(here.key, "/v1/decide", body, here)
    here.later(24 * 3600)
    browser = waiting(here, who)
    post(here.key, "/v1/decide", body, here)
    who.phone.approve(asked(who.phone, who), here.pin(), confirmation(browser.page))
    assert go_on(browser).path == "/"


def test_an_activation_is_used_once_by_two_phones_at_once(here: Installation) -> None:
    who = here.person(phones=0)
    secret = proved(here, who).page.links[0].rpartition("#")[2]
    bodies = [{"secret": secret, "platform": {"os": "other"}, "claim": here.new_phone().wire.nonce()} for _ in range(6)]
    found = together([partial(post, here.key, "/v1/activation/scan", body, here) for body in bodies])
    assert sorted(response.status_code for response in found) == [200, *[410] * 5]


def test_one_activation_completed_twice_at_once_gives_one_secret(here: Installation) -> None:
    who = here.person(phones=0)
    phone = here.new_phone()
    phone.activate_scan(proved(here, who).page.links[0])
    with caught(phone) as sent:
        try:
            phone.complete(PIN, "Pocket")
        except Exception as stopped:  # noqa: BLE001 - the caught phone gets no answer and says so in its own way
            assert sent, stopped
    body = sent[0][1]
    found = together([partial(post, here.key, "/v1/activation/complete", body, here)] * 5)
    secrets = {response.json()["signed"]["secret"] for response in found if response.status_code == 200}
    assert len(secrets) == 1
    with here.built.store.read() as tx:
        assert [one.kind for one in tx.devices.of_user(who.id) if one.kind != "sms"] == ["key"]


def test_a_sent_code_is_good_once(here: Installation) -> None:
    who = here.person(phones=0)
    other = here.browser()
    other.login(who.username, who.password)
    browser = proved(here, who)
    code = here.code_to(who.number, who.mail)
    assert other.post("/enrol", do="code", code=code).refusals == [3205], "another session's code"
    assert numbers(form(here, browser, "/enrol", {"do": "code", "code": code})) == [3205]


def test_a_nonce_of_a_proof_is_good_once_and_for_five_minutes(here: Installation) -> None:
    who = here.person()

    def proof() -> dict[str, object]:
        nonce = str(who.phone.wire.request("/v1/nonce", "nonce")["nonce"])
        with caught(who.phone) as sent:
            wire = who.phone.wire
            wire.request, original = (lambda *_: {"nonce": nonce}), wire.request  # type: ignore[method-assign]
            try:
                who.phone.check(here.pin())
            finally:
                wire.request = original  # type: ignore[method-assign]
        return sent[-1][1]

    body = proof()
    found = together([partial(post, here.key, "/v1/prove", body, here)] * 4)
    assert sorted(response.status_code for response in found) == [200, 401, 401, 401]
    late = proof()
    here.later(301)
    assert numbers(
        post(here.key, "/v1/prove", resigned(who.phone, late, here.pin(), "proof", time=here.clock.now()), here)
    ) == [4103]


def test_a_nonce_of_one_phone_is_no_nonce_of_another(here: Installation) -> None:
    one, other = here.person(), here.person()
    nonce = str(one.phone.wire.request("/v1/nonce", "nonce")["nonce"])
    with caught(other.phone) as sent:
        other.phone.wire.request, original = (lambda *_: {"nonce": nonce}), other.phone.wire.request  # type: ignore[method-assign]
        try:
            other.phone.check(here.pin())
        finally:
            other.phone.wire.request = original  # type: ignore[method-assign]
    assert numbers(post(here.key, "/v1/prove", sent[-1][1], here)) == [4103]


def test_a_proof_of_a_platforms_key_is_good_once(here: Installation) -> None:
    """RFC 9449 11.1."""
    who = here.person()
    login = here.platform()
    made = login.start(who.username, who.password)
    path = f"/api/v1/logins/{made.id}/poll"
    body = {"collector": made.collector, "wait": 0}
    proof = login._prover.proof("POST", here.portal + path)
    found = together([partial(post, here.portal, path, body, here, dpop=proof)] * 5)
    assert sorted(response.status_code for response in found) == [200, 401, 401, 401, 401]


def test_a_proof_of_a_platforms_key_is_for_one_address_and_time(here: Installation) -> None:
    who = here.person()
    login = here.platform()
    made = login.start(who.username, who.password)
    path, body = f"/api/v1/logins/{made.id}/collect", {"collector": made.collector}
    login.answer("code", who.phone.code(here.pin()))

    def tried(proof: str) -> list[int]:
        return numbers(post(here.portal, path, body, here, dpop=proof))

    prover = login._prover
    assert tried(prover.proof("GET", here.portal + path)) == [6003]
    assert tried(prover.proof("POST", here.portal + path.replace("collect", "poll"))) == [6003]
    assert tried(prover.proof("POST", here.key + path)) == [6003]
    assert tried("") == [6003]
    old = prover.proof("POST", here.portal + path)
    prover.offset = 301
    assert tried(prover.proof("POST", here.portal + path)) == [6003]
    prover.offset = 0
    stranger = PlatformLogin(here.portal, "terminal", http=here.http, system=here.system)
    assert tried(stranger._prover.proof("POST", here.portal + path)) == [6005], "another key"
    assert tried(old[:-4] + "AAAA") == [6003]
    assert tried(old) == [], "and the right one still collects"


def test_a_session_of_a_platform_is_collected_once_at_once(here: Installation) -> None:
    who = here.person()
    login = here.platform()
    made = login.start(who.username, who.password)
    login.answer("code", who.phone.code(here.pin()))
    path = f"/api/v1/logins/{made.id}/collect"

    def collect() -> int:
        proof = login._prover.proof("POST", here.portal + path)
        return post(here.portal, path, {"collector": made.collector}, here, dpop=proof).status_code

    assert sorted(together([collect] * 6)) == [200, *[410] * 5]


def test_a_logged_out_cookie_opens_nothing(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    old = dict(browser.cookies)
    browser.post("/logout")
    browser.cookies = old
    assert who.given not in browser.get("/").text
