"""Lists of stolen passwords, sprayed and stuffed (THREATS), and a year of patience: what is compared at most, and who still gets in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.crowd import counting_hashes, counting_statements
from tests.support.fixtures import KINDS, database
from tests.support.installation import WRONG, Installation
from tests.support.steps import approve, go_on, known, waiting
from tests.support.world import World
from watchword.core.lockout import CAP, worst_case
from watchword.core.refusals import CREDENTIALS, LOCKED, NETWORK_WAITS, PAUSED, Refusal
from watchword.core.throttle import Limit, Limits
from watchword.flows import login, password_step
from watchword.flows.kit import Visit

DAY = 24 * 3600
NARROW = {"address_tries": 12, "address_names": 6, "network_tries": 30, "network_names": 20}


@pytest.fixture(params=KINDS)
def narrow(request: pytest.FixtureRequest, install: Callable[..., Installation]) -> Installation:
    """An installation that asks a network to wait early."""
    return install(request.param, throttle=NARROW)


def test_one_address_may_type_so_many_wrong_ones(narrow: Installation) -> None:
    who = [narrow.person() for _ in range(4)]
    found: Counter[int] = Counter()
    with counting_hashes(narrow) as compared:
        for at in range(40):
            found.update(narrow.browser().login(who[at % 4].username, WRONG).refusals)
        assert len(compared.calls) == NARROW["address_tries"]
    assert found[1114] == 40 - NARROW["address_tries"]
    page = narrow.browser().login(who[0].username, who[0].password)
    assert (page.refusals, page.status) == ([1114], 429)
    with narrow.elsewhere("127.0.1.1") as http:
        assert narrow.browser(http=http).login(who[1].username, who[1].password).path == "/login/wait", "others go on"
    narrow.later(3600)
    assert narrow.browser().login(who[0].username, who[0].password).path == "/login/wait"


def test_spraying_one_password_over_many_names_stops_the_address_early(narrow: Installation) -> None:
    people = [narrow.person() for _ in range(12)]
    found = [narrow.browser().login(one.username, WRONG).refusals for one in people]
    assert found == [[1101]] * NARROW["address_names"] + [[1114]] * (12 - NARROW["address_names"])


def test_addresses_of_one_network_add_up(narrow: Installation) -> None:
    who = narrow.person()
    found: Counter[int] = Counter()
    for last in range(2, 12):
        with narrow.elsewhere(f"127.0.2.{last}") as http:
            for at in range(4):
                found.update(narrow.browser(http=http).login(f"nobody{last}{at % 2}", WRONG).refusals)
    assert found[1114] == 40 - NARROW["network_tries"]
    with narrow.elsewhere("127.0.2.99") as http:
        assert narrow.browser(http=http).login(who.username, who.password).refusals == [1114], "an address never seen"


def test_known_browsers_go_on_behind_the_same_address(narrow: Installation) -> None:
    """An office behind one NAT: the guest is asked to wait, nobody else."""
    who = narrow.person()
    home = known(narrow, who)
    for at in range(20):
        narrow.browser().login(f"nobody{at}", WRONG)
    assert narrow.browser().login(who.username, who.password).refusals == [1114]
    browser = waiting(narrow, who, home)
    approve(narrow, who, browser)
    assert go_on(browser).path == "/"


def test_right_passwords_count_nothing(narrow: Installation) -> None:
    """A Monday morning: a hundred people log in over one address, in browsers that are new."""
    people = [narrow.person(phones=0) for _ in range(20)]
    for one in people * 2:
        assert narrow.browser().login(one.username, one.password).path == "/enrol"


def test_names_of_nobody_are_throttled_alike(narrow: Installation) -> None:
    """Same answers, same statements, to the last one that is read and after."""
    seen = []
    for turn in range(2):
        narrow.later(7200)
        names = [narrow.person().username if turn else f"u8{at:07}" for at in range(8)]
        with counting_statements() as statements:
            pages = [narrow.browser().login(name, WRONG) for name in names]
        seen.append(([(page.status, page.refusals) for page in pages], list(statements)))
    assert seen[0] == seen[1]


@pytest.fixture(scope="module", params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("stuffing")
    with database(request.param, request, folder) as url:
        made = World(url, folder)
        yield made
        made.close()


def test_ten_thousand_stolen_passwords(world: World) -> None:
    """Over 400 names and 500 addresses in 50 networks, within an hour; every hundredth pair is right."""
    kit = replace(world.kit, policy=replace(world.kit.policy, throttle=Limits(Limit(15, 10), Limit(100, 60))))
    people = [world.user() for _ in range(100)]
    for one in people:
        world.holding(one, world.pocket())
    names = [one.username for one in people] + [f"nobody{at}" for at in range(300)]
    found: Counter[object] = Counter()
    before = world.passwords.compared
    for at in range(10_000):
        network, host = at % 50, at // 50 % 10
        visit = Visit(f"198.51.{network}.{host}", network_key=f"v4:198.51.{network}.0/24")
        right = at % 400 < 100 and at // 400 == 7
        result = login.begin(kit, names[at % 400], "right" if right else f"stolen-{at}", "portal", visit)
        found[result.kind if isinstance(result, Refusal) else "opened"] += 1
    compared = world.passwords.compared - before
    assert compared <= 50 * 100, f"{compared} were compared: more than the networks together may type"
    assert compared <= 400 * 5 + 100, f"{compared} were compared: more than five for each name"
    assert found["opened"] <= 100, "a right password is a first step and no more"
    assert sum(found.values()) == 10_000
    assert set(found) <= {CREDENTIALS, LOCKED, NETWORK_WAITS, PAUSED, "opened"}


@pytest.mark.parametrize("proofs", [0, 12])
def test_a_year_of_guessing(world: World, proofs: int) -> None:
    """A botnet that never comes twice from one network, and an owner who logs in now and then: no more than the document says."""
    user = world.user()
    world.holding(user, world.pocket())
    before, began, turn = world.passwords.compared, world.clock.now(), 0
    ended = 0
    while world.clock.now() < began + 365 * DAY:
        turn += 1
        visit = Visit(f"a{turn}", network_key=f"n{turn}")
        result = login.begin(world.kit, user.username, "guess", "portal", visit)
        assert isinstance(result, Refusal)
        wait = {CREDENTIALS: 0, LOCKED: 900, PAUSED: 6 * 3600}[result.kind]
        world.clock.advance(wait)
        if proofs and ended < proofs and world.clock.now() > began + (ended + 1) * 365 * DAY // (proofs + 1):
            with world.kit.store.write() as tx:
                password_step.end_row(world.kit, tx, user)
            ended += 1
        world.built.store.sweep(world.clock.now()) if turn % 200 == 0 else None
    compared = world.passwords.compared - before
    assert compared <= worst_case(365, proofs)
    assert compared == CAP * (proofs + 1), "the bound is met, so the test walks the whole road"


def test_strangers_fail_all_day_and_the_owner_logs_in(here: Installation) -> None:
    """Locked out on purpose, hour after hour: in the browser of every day nothing is noticed."""
    who = here.person()
    home = known(here, who)
    for _ in range(8):
        for _ in range(6):
            here.browser().login(who.username, WRONG)
        browser = waiting(here, who, home)
        approve(here, who, browser)
        assert go_on(browser).path == "/"
        browser.post("/logout")
        here.later(3600)
