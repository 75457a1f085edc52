"""Attacks on the seams between recovery, Key's life, settings, networks and staff: a rule that one part keeps, gone round by another."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacks.test_enrolment_offers import issued
from tests.journeys.test_networks import ELSEWHERE, keep_to
from tests.journeys.test_questions import save
from tests.support.installation import OTHER_PIN, PASSWORD, PIN, Installation, Person, refused
from tests.support.recovering import begin, by_code, choose, new_password
from tests.support.staff import WORDS, at_shell, give
from tests.support.steps import approve, logged_in, phone_first, proved, scan, waiting
from watchword.core.devices import SIGNED_WRONG_LIMIT
from watchword.core.refusals import Refusal
from watchword.flows import activation_start, held, offers, primary, sessions
from watchword.flows.kit import Visit
from watchword.web.asking import SESSION
from watchword_client import Phone
from watchword_client.keylife import Recovery
from watchword_client.portal import Browser

CHANGED = "Nakanoshima-5300!"


@pytest.fixture(autouse=True)
def _afresh(here: Installation) -> None:
    """Days later: no limit is left of the tests before."""
    here.later(2 * 86_400)


def with_the_sim(here: Installation, who: Person, password: str = "") -> tuple[Phone, Recovery]:
    """Somebody with the password and the number, on a phone of his own, at the question for the recovery PIN."""
    phone = here.new_phone()
    recovery = phone.recover()
    recovery.start(who.username, password or who.password)
    recovery.send()
    recovery.prove(here.code_to(who.number))
    return phone, recovery


def password_taken_over(here: Installation, who: Person) -> None:
    """A stolen SIM and mailbox set a new password."""
    browser = begin(here, who.username)
    by_code(here, who, browser, "sms")
    by_code(here, who, browser, "mail")
    assert new_password(browser, CHANGED).refusals == []
    here.later(61)


# The day after a recovery


def test_the_sim_and_the_mailbox_give_no_key_in_the_day_after_a_recovery(here: Installation) -> None:
    """A new password by two letters, then "the PIN is forgotten" by one of them: no held element was shown, and no delay passed."""
    who = here.person()
    password_taken_over(here, who)
    phone, recovery = with_the_sim(here, who, CHANGED)
    refused(6103, work=lambda: phone.recover_declined(recovery))
    assert who.phone.check(PIN)
    here.later(86_400)
    phone, recovery = with_the_sim(here, who, CHANGED)
    phone.recover_declined(recovery)


def test_spending_the_pins_from_afar_does_not_open_the_road_of_a_first_key(here: Installation) -> None:
    """Ten wrong recovery PINs end Key; what is left looks like somebody who never had one, whom password and SMS activate."""
    who = here.person()
    password_taken_over(here, who)
    _, recovery = with_the_sim(here, who, CHANGED)
    for _ in range(SIGNED_WRONG_LIMIT):
        refused(4304, 4305, work=lambda: recovery.unlock(OTHER_PIN, "mine"))
    begun = activation_start.start(
        here.built.kit, who.username, CHANGED, activation_start.Platform(), "A" * 22, Visit()
    )
    assert isinstance(begun, Refusal) and begun.kind.number == 7231
    assert here.browser().login(who.username, CHANGED).refusals == [7231]


def test_pins_spent_by_a_recovery_are_followed_by_lower_limits(here: Installation) -> None:
    who = here.person()
    _, recovery = with_the_sim(here, who)
    for _ in range(SIGNED_WRONG_LIMIT):
        refused(4304, 4305, work=lambda: recovery.unlock(OTHER_PIN, "mine"))
    with here.built.store.read() as tx:
        user = tx.users.get(who.id)
    assert user is not None and user.recovered == here.clock.now()


def test_no_further_phone_in_the_day_after_a_recovery(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    session = sessions.find(here.built.kit, browser.cookies[SESSION])
    assert isinstance(session, sessions.Session)
    with here.built.store.write() as tx:
        tx.users.set_recovered(who.id, here.clock.now())
    offer = offers.current(here.built.kit, session, renew=True)
    assert isinstance(offer, Refusal) and offer.kind.number == 6103
    here.later(86_400)


def test_a_first_key_that_was_begun_before_waits_too(here: Installation) -> None:
    """However the recovery came about: what a password and a code began does not end with a Key."""
    who = here.person(phones=0)
    phone = here.new_phone()
    started = phone.activate_start(who.username, who.password)
    phone.activate_send(next(contact["id"] for contact in started["contacts"] if contact["kind"] == "sms"))
    with here.built.store.write() as tx:
        tx.users.set_recovered(who.id, here.clock.now())
    refused(1430, work=lambda: phone.activate_prove(here.code_to(who.number)))


# What a new password ends


@pytest.mark.parametrize("how", ["password", "recovery", "not_me", "suspended", "ended"])
@pytest.mark.parametrize("step", ["opened", "proven"])
def test_a_recovery_of_key_ends_with_what_it_began_on(here: Installation, tmp_path: Path, how: str, step: str) -> None:
    """The owner hears of a recovery that is not his and does what the letter says: the stranger's goes on no further."""
    who = here.person()
    phone, recovery = with_the_sim(here, who)
    renewal = recovery.unlock(PIN, "mine") if step == "proven" else None
    if how == "password":
        page = logged_in(here, who).post("/settings/password", current=who.password, password=CHANGED, repeat=CHANGED)
        assert page.refusals == [], page.text
    elif how == "recovery":
        here.later(61)
        password_taken_over(here, who)
    elif how == "not_me":
        waiting(here, who)
        attempt = [one for one in who.phone.pending().attempts if one.username == who.username][-1]
        who.phone.decide(attempt, "not_me")
    else:
        agent = at_shell(here, tmp_path, "client_services", "compliance")
        agent.do("suspend" if how == "suspended" else "end-sessions", who.username)
        with here.built.store.write() as tx:
            tx.users.set_state(who.id, "active")
    if renewal is not None:
        refused(4402, work=lambda: renewal.complete(PIN))
    else:
        refused(4402, work=lambda: phone.recover_declined(recovery))
        refused(4402, work=lambda: recovery.unlock(PIN, "mine"))
    assert who.phone.check(PIN)


def test_an_approval_that_waits_for_its_password_ends_with_the_password(here: Installation) -> None:
    """Begun with the phone, an attempt may be older than a login ever gets, and still be good."""
    who = here.person()
    browser = phone_first(here, who)
    here.later(13 * 60)
    browser.post("/login/held", do="qr")
    scan(here, who, browser)
    at_home = logged_in(here, who)
    here.later(2 * 60)
    page = at_home.post("/settings/password", current=who.password, password=CHANGED, repeat=CHANGED)
    assert page.refusals == []
    assert browser.post("/login/held", do="password", password=CHANGED).path != "/"
    found = held.look(here.built.kit, browser.cookies.get("__Host-ww_l", ""))
    assert isinstance(found, Refusal) or found[1] == "lapsed"


def test_this_is_not_me_ends_what_was_approved_and_not_collected_yet(here: Installation) -> None:
    who = here.person()
    first = waiting(here, who)
    here.later(1)
    second = waiting(here, who)
    approve(here, who, second)
    victim = [one for one in who.phone.pending().attempts if one.username == who.username][-1]
    who.phone.decide(victim, "not_me")
    assert second.post("/login/wait", do="continue").path != "/"
    assert SESSION not in second.cookies and SESSION not in first.cookies


# Networks, and whose right it is


def test_key_is_not_recovered_from_a_network_that_is_not_allowed(here: Installation) -> None:
    who = here.person()
    keep_to(here, who, "127.0.0.0/24")
    with here.elsewhere(ELSEWHERE) as http:
        stranger = Phone(here.key, http=http, system=here.system)
        refused(1303, work=lambda: stranger.recover().start(who.username, who.password))


def test_somebody_else_has_the_right_to_questions_and_further_phones_too(here: Installation) -> None:
    who, holder = here.person(), here.person()
    browser = logged_in(here, who)
    primary.set_primary(here.built.kit, who.username, holder.username)
    assert save(browser).refusals == [6102]
    session = sessions.find(here.built.kit, browser.cookies[SESSION])
    assert isinstance(session, sessions.Session)
    offer = offers.current(here.built.kit, session, renew=True)
    assert isinstance(offer, Refusal) and offer.kind.number == 6102


# Who is on file


def test_with_the_phone_first_a_name_is_shown_as_it_was_typed(here: Installation) -> None:
    """The spelling on file would tell that there is somebody."""
    who = here.person()
    typed = who.username.upper()
    assert typed != who.username

    def shown(name: str) -> bool:
        browser = here.browser()
        browser.get("/login")
        return name in browser.post("/login/held", do="begin", username=name).text

    assert shown(typed) and shown("NOBODY-OF-OURS")


@pytest.mark.parametrize("limit", ["countries", "number"])
def test_a_code_that_may_not_go_out_looks_like_one_that_did(
    here: Installation, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    """Which countries get SMS, and how many a number got already, tells nothing about a name."""
    who = here.person()
    if limit == "countries":
        object.__setattr__(here.built.kit.policy, "countries", ("JP",))
    else:
        mac = here.built.kit.vault.mac("send", who.number).hex()
        with here.built.store.write() as tx:
            tx.rates.take(f"send:to:{mac}", activation_start.sent_codes.codes.SENDS, here.clock.now())

    def told(name: str) -> tuple[list[int], bool]:
        browser: Browser = begin(here, name)
        page = choose(browser, "sms")
        typed = browser.post("/recover", do="code", code="000000")
        return typed.refusals, "code_until" in page.html or page.html.count("<time") > 0

    try:
        assert told(who.username) == told("nobody-of-ours-at-all")
    finally:
        object.__setattr__(here.built.kit.policy, "countries", ())


# Staff


def test_a_request_dies_with_the_role_of_who_asked_for_it(here: Installation, tmp_path: Path) -> None:
    agent = at_shell(here, tmp_path, "client_services")
    officer = at_shell(here, tmp_path, "compliance")
    who = here.person()
    taken, kept = (
        agent.ask("restart_enrolment", who.username),
        agent.ask("change_number", who.username, "--number", "+818012340099"),
    )
    give(here, agent.who)
    assert officer.refused("approve", taken, "--checked", "the call was recorded") == 7212
    give(here, agent.who, "client_services")
    with here.built.store.write() as tx:
        tx.users.set_state(agent.who.id, "suspended")
    assert officer.refused("approve", kept, "--checked", "the call was recorded") == 7212
    assert who.phone.check(PIN)


def test_a_paper_account_is_no_second_pair_of_eyes(here: Installation, tmp_path: Path) -> None:
    """One person has two accounts, each with a Key: the second must not approve what the first asked for, nor be its own client."""
    first, second = at_shell(here, tmp_path, "administrator"), at_shell(here, tmp_path, "administrator")
    agent = at_shell(here, tmp_path, "client_services", "compliance")
    paper = here.person(kind="paper", paper_of=agent.who.id, password=PASSWORD)
    assert first.refused("request", "roles", paper.username, *WORDS, "--roles", "compliance") == 7207
    assert agent.refused("request", "restart_enrolment", paper.username, *WORDS) == 7204
    assert agent.refused("unlock", paper.username) == 7204
    assert second.username != first.username


def test_a_form_with_too_much_kept_does_not_break_the_page(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get("/settings/contacts")
    browser.post("/confirm", operation="contacts", **{f"keep_{at}": "x" for at in range(12)})
    assert browser.get("/settings/contacts").status == 200


def test_a_session_from_before_not_me_changes_no_password_without_key(here: Installation) -> None:
    """Whoever has the password and one session must not get rid of Key's approval by having another login refused."""
    who = here.person()
    thief = logged_in(here, who)
    here.later(301)
    waiting(here, who)
    attempt = [one for one in who.phone.pending().attempts if one.username == who.username][-1]
    who.phone.decide(attempt, "not_me")
    assert thief.get("/").path == "/password"
    page = thief.post("/password", current=who.password, password=CHANGED, repeat=CHANGED)
    assert (page.path, page.refusals) == ("/password", [6101])
    assert thief.post("/confirm", operation="password").path == "/login/wait", "the owner has a way on"


@pytest.mark.parametrize("claimed", ["proven", "issued"])
def test_a_first_enrolment_ends_where_another_was_first(here: Installation, claimed: str) -> None:
    """Two have the password and a code; whoever comes second would quietly add a further phone without showing Key."""
    who = here.person(phones=0)
    thief = proved(here, who)
    theirs = here.new_phone()
    if claimed == "issued":
        issued(here, thief.page.links[0], theirs)
    else:
        theirs.activate_scan(thief.page.links[0])
    here.later(61)
    owner = proved(here, who)
    mine = here.new_phone()
    mine.activate_scan(owner.page.links[0])
    mine.complete(PIN, "Mine")
    refused(3207, work=lambda: theirs.confirm(PIN) if claimed == "issued" else theirs.complete(PIN, "Theirs"))
    assert len(mine.pending().users) == 1
