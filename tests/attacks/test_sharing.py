"""Sharing a device as an attacker sees it: a road beside the login, to be tried as an oracle, a way round the lock, and a second use of one answer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

from tests.support.cards import asked_cells, typed
from tests.support.installation import WRONG, Installation, Person
from tests.support.raw import form, numbers
from tests.support.sharing import (
    SELF,
    SHARING,
    Thing,
    answered,
    begin,
    login,
    newest,
    put,
    shared,
    sharing_id,
    states,
)
from tests.support.staff import tags
from tests.support.steps import approve, go_on, logged_in, waiting
from watchword.core.devices import BORROWER_WRONG_LIMIT, BORROWERS_WRONG_LIMIT, WRONG_LIMIT
from watchword.core.refusals import DEVICE_RESTS, QUESTION_OVER
from watchword.flows.staff.ends import end_key
from watchword_client.portal import Browser


def pair(here: Installation, *, phones: int = 1) -> tuple[Person, Person, Thing]:
    who, owner = here.person(phones=phones, **SELF), here.person(phones=0, **SELF)  # type: ignore[arg-type]
    return who, owner, put(here, owner)


def tell(browser: Browser, username: str, password: str) -> tuple[int, list[int]]:
    """What the page says to a username and a password."""
    browser.get(SHARING)
    page = browser.post(SHARING, do="begin", username=username, password=password)
    return page.status, page.refusals


def at_card(here: Installation, who: Person) -> Browser:
    """A login that waits for the card."""
    with here.built.store.read() as tx:
        own = next(one.id for one in tx.devices.of_user(who.id) if one.kind == "code_card" and one.state == "active")
    browser = waiting(here, who)
    browser.post("/login/wait", do="method", method=own)
    return browser


def test_it_tells_nobody_who_is_on_file(here: Installation) -> None:
    who, owner, _ = pair(here)
    suspended = here.person(phones=0)
    with here.built.store.write() as tx:
        tx.users.set_state(suspended.id, "suspended")
    browser = logged_in(here, who)
    names = (owner.username, suspended.username, "nobody-here", "")
    assert [tell(browser, name, WRONG) for name in names] == [(401, [1101])] * len(names)


def test_wrong_passwords_here_are_wrong_passwords_of_the_login(here: Installation) -> None:
    who, owner, _ = pair(here)
    browser = logged_in(here, who)
    for name in (owner.username, "nobody-else"):
        said = [tell(browser, name, WRONG) for _ in range(5)]
        assert [one for _, one in said] == [[1101]] * 4 + [[1102]], f"{name}: {said}"
    assert here.browser().login(owner.username, owner.password).refusals == [1102], "the login is paused too"
    here.later(60 * 60)
    victim = here.person(phones=0, **SELF)  # type: ignore[arg-type]
    put(here, victim)
    for _ in range(5):
        page = here.browser().login(victim.username, WRONG)
    assert page.refusals == [1102]
    browser = logged_in(here, who)
    assert tell(browser, victim.username, victim.password)[1] == [1102], "nor is this a way round the pause"


def test_names_are_not_tried_without_end(here: Installation) -> None:
    who, _, _ = pair(here)
    browser = logged_in(here, who)
    said = [tell(browser, f"guess-{at}", WRONG)[1] for at in range(11)]
    assert said == [[1101]] * 10 + [[7311]]


def test_a_right_password_alone_says_nothing_of_who_it_is_and_leaves_a_trace(here: Installation) -> None:
    thief, owner = here.person(birth_date="1950-01-01"), here.person(phones=0, **SELF)  # type: ignore[arg-type]
    thing = put(here, owner)
    browser = logged_in(here, thief)
    page = begin(browser, owner)
    assert page.refusals == [] and "Show the device" in page.text
    assert "sharing.owner.named" in tags(here, owner.id)
    cells = typed(thing.cells, asked_cells(page))
    for _ in range(3):
        wrong = ("1" if cells[0] != "1" else "2") + cells[1:]
        assert browser.post(SHARING, do="answer", sharing=sharing_id(page), answer=wrong).refusals == [2360]
    over = browser.post(SHARING, do="answer", sharing=newest(here, thief).id, answer=cells)
    assert over.refusals == [QUESTION_OVER.number], "three tries a question"
    browser.post(SHARING, do="ask", sharing=newest(here, thief).id)
    page = answered(browser, thing)
    assert page.refusals == [7306], "only who holds the device learns that much"
    assert SELF["document_number"] not in page.html


def test_a_stolen_password_shares_nothing(here: Installation) -> None:
    victim, colleague, thing = pair(here, phones=0)
    browser = here.browser()
    assert browser.login(victim.username, victim.password).path == "/enrol"
    assert browser.get(SHARING).path == "/enrol", "first the code to what is on file"
    made = form(here, browser, SHARING, {"do": "begin", "username": colleague.username, "password": colleague.password})
    assert made.status_code == 303 and made.headers["location"] == "/enrol" and numbers(made) == []
    with here.built.store.read() as tx:
        assert not tx.sharings.of_user(victim.id)
    assert thing.device


def test_nobody_goes_on_with_the_steps_of_another(here: Installation) -> None:
    who, owner, thing = pair(here)
    browser, other = logged_in(here, who), logged_in(here, here.person(**SELF))  # type: ignore[arg-type]
    page = begin(browser, owner)
    stolen, cells = sharing_id(page), thing.answer(page)
    other.get(SHARING)
    for do in ("answer", "ask", "send", "drop"):
        assert other.post(SHARING, do=do, sharing=stolen, answer=cells).refusals == [7303], do
    for do in ("cancel", "lost"):
        assert other.post(SHARING, do=do, sharing=stolen).refusals == [7313], do
    beside = logged_in(here, who)
    beside.get(SHARING)
    assert beside.post(SHARING, do="answer", sharing=stolen, answer=cells).refusals == [7303], (
        "nor another session of his"
    )


def test_one_answer_at_two_logins_at_once_counts_once(here: Installation) -> None:
    who, owner, thing = pair(here)
    shared(logged_in(here, who), owner, thing)
    for _ in range(3):
        pages = [at_card(here, one) for one in (who, owner)]
        cells = {tuple(asked_cells(browser.page)) for browser in pages}
        assert len(cells) == 1, "both are asked the same two"
        answer = thing.answer(pages[0].page)

        def send(browser: Browser, answer: str = answer) -> str:
            return browser.post("/login/wait", do="answer", kind="code_card", answer=answer).path

        with ThreadPoolExecutor(2) as pool:
            paths = sorted(pool.map(send, pages))
        assert paths == ["/", "/login/wait"], paths


def test_an_answer_to_share_logs_nobody_in_and_the_other_way_round(here: Installation) -> None:
    who, owner, thing = pair(here)
    browser, at_login = logged_in(here, who), at_card(here, owner)
    page = begin(browser, owner)
    answer = thing.answer(page)
    assert answered(browser, thing).refusals == []
    assert at_login.post("/login/wait", do="answer", kind="code_card", answer=answer).path == "/login/wait"
    second = at_card(here, owner)
    answer = thing.answer(second.page)
    begin(browser, owner)
    assert second.post("/login/wait", do="answer", kind="code_card", answer=answer).path == "/"
    assert browser.post(SHARING, do="answer", sharing=newest(here, who).id, answer=answer).refusals != []


def test_wrong_answers_of_all_who_share_are_one_row(here: Installation) -> None:
    who, owner, thing = pair(here)
    shared(logged_in(here, who), owner, thing)
    for one in (who, owner):
        browser = at_card(here, one)
        cells = thing.answer(browser.page)
        browser.post("/login/wait", do="answer", kind="code_card", answer=("1" if cells[0] != "1" else "2") + cells[1:])
    row = newest(here, who).device_id
    with here.built.store.read() as tx:
        found = tx.devices.get(thing.device)
        mine = tx.devices.get(row)
    assert found is not None and found.wrong == 2
    assert mine is not None and mine.secret == b"", "what makes the answers stands in one place"
    assert mine.wrong == 1, "and his own part of the sum in his row"
    login(here, who, thing)
    with here.built.store.read() as tx:
        found = tx.devices.get(thing.device)
    assert found is not None and found.wrong == 0


def test_not_me_takes_along_what_the_strangers_session_shared(here: Installation) -> None:
    who, owner, thing = pair(here)
    stranger = waiting(here, who)
    attempt = approve(here, who, stranger)
    go_on(stranger)
    card = put(here, who)
    assert "You share a device" in shared(stranger, owner, thing).text
    assert who.phone.not_me(attempt).result == "not_me"
    with here.built.store.read() as tx:
        states = {one.id: one.state for one in tx.devices.of_user(who.id)}
    assert states[newest(here, who).device_id] == "inactive" and states[card.device] == "active"
    assert newest(here, who).state == "ended"


def test_guesses_at_the_device_put_aside_count_on_it_as_at_a_login(here: Installation) -> None:
    who, owner = here.person(phones=0, **SELF), here.person(phones=0, **SELF)  # type: ignore[arg-type]
    kept, thing = put(here, who), put(here, owner)
    browser = login(here, who, kept)
    shared(browser, owner, thing)
    here.later(5 * 60 + 1)
    current = newest(here, who).id
    for turn in range(10):
        browser.get(SHARING)
        browser.post(SHARING, do="ask_kept", sharing=current)
        for guess in range(3):
            said = browser.post(SHARING, do="cancel", sharing=current, answer="000000").refusals
            assert said == [2360], f"guess {turn}.{guess}: {said}"
        assert counted(here, kept.device) == 3 * (turn + 1)
    with here.built.store.read() as tx:
        device = tx.devices.get(kept.device)
    assert device is not None and device.state == "disabled"
    assert "device.other.disabled" in tags(here, who.id)
    browser.get(SHARING)
    assert "Use the one put aside" not in browser.post(SHARING, do="ask_cancel", sharing=current).text


def counted(here: Installation, device_id: str) -> int:
    """Wrong answers in a row of a device."""
    with here.built.store.read() as tx:
        device = tx.devices.get(device_id)
    assert device is not None
    return device.wrong


def wrong_at(here: Installation, who: Person, kind: str, times: int) -> list[int]:
    """Wrong answers under this username, five a login; the refusals."""
    said: list[int] = []
    while len(said) < times:
        browser = waiting(here, who)
        for _ in range(min(5, times - len(said))):
            browser.post("/login/wait", do="ask", kind=kind)
            said += browser.post("/login/wait", do="answer", kind=kind, answer="00000000").refusals[:1] or [0]
        here.later(61)
    return said


def counts(here: Installation, *people: Person) -> list[int]:
    with here.built.store.read() as tx:
        return [one.wrong for who in people for one in tx.devices.of_user(who.id) if one.kind == "card_plus"]


def sharers(here: Installation, owner: Person, thing: Thing, number: int) -> list[Person]:
    """People with a card of codes of their own, put aside for the token of the owner."""
    made = []
    for _ in range(number):
        who = here.person(phones=0, **SELF)  # type: ignore[arg-type]
        own = put(here, who)
        shared(login(here, who, own), owner, thing)
        made.append(who)
    return made


def test_who_shares_ends_his_own_use_by_guessing_and_nobody_elses(here: Installation) -> None:
    owner = here.person(phones=0, **SELF)  # type: ignore[arg-type]
    thing = put(here, owner, "card_plus")
    rogue, other = sharers(here, owner, thing, 2)
    login(here, other, thing)
    wrong_at(here, rogue, "card_plus", BORROWER_WRONG_LIMIT - 1)
    assert counts(here, rogue, other) == [BORROWER_WRONG_LIMIT - 1, 0]
    login(here, owner, thing)
    assert counts(here, owner, rogue) == [0, BORROWER_WRONG_LIMIT - 1], "no success of another forgives his"
    login(here, rogue, thing)
    assert counts(here, owner, rogue) == [0, 0], "his own does"
    wrong_at(here, rogue, "card_plus", BORROWER_WRONG_LIMIT)
    assert (newest(here, rogue).state, newest(here, rogue).by) == ("ended", "answers")
    assert "It goes on for you" in here.letters(owner.number)[0]["text"]
    assert "guessed at" in here.letters(rogue.number)[0]["text"]
    page = here.browser().login(rogue.username, rogue.password)
    assert page.refusals == [7231], "the weaker card that was put aside does not come back by guessing at the token"
    assert newest(here, other).state == "active"
    login(here, other, thing)
    login(here, owner, thing)


def test_those_who_share_have_a_part_of_the_thirty_however_many_they_are(here: Installation) -> None:
    owner = here.person(phones=0, **SELF)  # type: ignore[arg-type]
    thing = put(here, owner, "card_plus")
    people = sharers(here, owner, thing, 4)
    for rogue in people[:2]:
        wrong_at(here, rogue, "card_plus", BORROWER_WRONG_LIMIT)
    assert [newest(here, who).state for who in people] == ["ended", "ended", "active", "active"]
    said = wrong_at(here, people[2], "card_plus", 6)
    assert said == [*[DEVICE_RESTS.number] * 4, 0, DEVICE_RESTS.number], (
        "nothing was compared, and the fifth ended the login"
    )
    with here.built.store.read() as tx:
        assert [one.state for one in tx.attempts.lines(people[2].id, 2)] == ["pending", "failed"]
    assert counts(here, owner, people[2]) == [BORROWERS_WRONG_LIMIT, 0]
    wrong_at(here, owner, "card_plus", WRONG_LIMIT - BORROWERS_WRONG_LIMIT - 1)
    login(here, owner, thing)
    login(here, people[2], thing)
    assert counts(here, owner, people[2]) == [0, 0]


def test_a_sharing_that_ends_elsewhere_ends_its_pages_at_once(here: Installation) -> None:
    owner = here.person(phones=0, **SELF)  # type: ignore[arg-type]
    thing = put(here, owner, "card_plus")
    guessing, beside = sharers(here, owner, thing, 2)
    heard: list[str] = []
    login(here, guessing, thing), login(here, beside, thing)
    with here.built.store.read() as tx:
        for who in (guessing, beside):
            for session in tx.sessions.of_user(who.id, here.clock.now()):
                here.built.hub.subscribe(f"session:{session.id}", lambda _, name=who.username: heard.append(name))
    wrong_at(here, guessing, "card_plus", BORROWER_WRONG_LIMIT)
    assert heard == [guessing.username], "the one that the token opened, and nobody else's"
    wrong_at(here, owner, "card_plus", WRONG_LIMIT - BORROWER_WRONG_LIMIT)
    assert newest(here, beside).by == "disabled"
    assert heard == [guessing.username, beside.username]


def test_a_report_of_loss_which_needs_no_device_brings_back_nothing_weaker(here: Installation) -> None:
    owner = here.person(phones=0, **SELF)  # type: ignore[arg-type]
    thing = put(here, owner, "card_plus")
    who = here.person(phones=0, **SELF)  # type: ignore[arg-type]
    card = put(here, who)
    browser = login(here, who, card)
    shared(browser, owner, thing)
    browser.get(SHARING)
    assert browser.post(SHARING, do="lost", sharing=newest(here, who).id).path == f"{SHARING}?done=lost"
    assert states(here, who)[card.device] == "kept", "a photograph of it would do for the thief of a session"
    assert here.browser().login(who.username, who.password).refusals == [7231]
    equal, holder = here.person(phones=0, **SELF), here.person(phones=0, **SELF)  # type: ignore[arg-type]
    own, other = put(here, equal, "card_plus"), put(here, holder, "card_plus")
    browser = login(here, equal, own)
    shared(browser, holder, other)
    browser.get(SHARING)
    browser.post(SHARING, do="lost", sharing=newest(here, equal).id)
    assert states(here, equal)[own.device] == "active"
    login(here, equal, own)


def test_whoever_asks_to_share_a_device_cannot_stop_it_by_guessing(here: Installation) -> None:
    owner = here.person(phones=0, **SELF)  # type: ignore[arg-type]
    thing = put(here, owner, "card_plus")
    browser = logged_in(here, here.person(**SELF))  # type: ignore[arg-type]
    said: list[int] = []
    for at in range(30):
        if at % 5 == 0:
            begin(browser, owner)
        browser.post(SHARING, do="ask", sharing=sharing_id(browser.page))
        said += browser.post(SHARING, do="answer", sharing=sharing_id(browser.page), answer="00000000").refusals
        if at % 5 == 4:
            here.later(61)
    assert DEVICE_RESTS.number in said and counts(here, owner) == [BORROWERS_WRONG_LIMIT], said
    assert states(here, owner) == {thing.device: "active"}
    login(here, owner, thing)


def test_whatever_ends_a_sharing_and_an_answer_of_the_device_never_wait_for_each_other(here: Installation) -> None:
    """Whoever ends one has the owner's device first, and only then what was put aside for it."""

    def cancelling(who: Person, browser: Browser, kept: Thing) -> Callable[[], bool]:
        current = newest(here, who).id
        browser.get(SHARING)
        answer = kept.answer(browser.post(SHARING, do="ask_kept", sharing=current))
        return lambda: browser.post(SHARING, do="cancel", sharing=current, answer=answer).path.endswith("cancelled")

    def by_staff(who: Person, browser: Browser, kept: Thing) -> Callable[[], bool]:
        def end() -> bool:
            with here.built.store.write() as tx:
                user = tx.users.lock(who.id)
                assert user is not None
                return bool(end_key(here.built.kit, tx, user, tx.devices.of_user(user.id), reason="restart"))

        return end

    for ending in (cancelling, by_staff):
        owner, who = here.person(phones=0, **SELF), here.person(phones=0, **SELF)  # type: ignore[arg-type]
        thing, kept = put(here, owner), put(here, who)
        browser = login(here, who, kept)
        here.later(1)  # what is put aside is the older of the two
        shared(browser, owner, thing)
        here.later(5 * 60 + 1)
        end, now = ending(who, browser, kept), here.clock.now()
        with ThreadPoolExecutor(1) as other:
            with here.built.store.write() as tx:  # as an answer does that ends the sharing
                assert tx.devices.get(thing.device, lock=True) is not None
                ended = other.submit(end)
                wait([ended], timeout=1)  # not for ever, since it has to wait for this one
                assert tx.devices.move(kept.device, "kept", "active", now)
                assert tx.devices.move(kept.device, "active", "kept", now)
            assert ended.result(20)
