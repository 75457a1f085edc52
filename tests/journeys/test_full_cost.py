"""One login with the hash as it is in production: every other test lowers its cost by the ordinary setting (THREATS)."""

from __future__ import annotations

from pathlib import Path

from tests.support.installation import WRONG, Installation
from tests.support.steps import logged_in
from watchword.app.settings import HashSettings


def test_a_login_by_code_at_full_cost(store_url: str, tmp_path: Path) -> None:
    full = HashSettings()
    here = Installation(store_url, tmp_path, hash=full.model_dump())
    try:
        who = here.person()
        with here.built.store.read() as tx:
            kept = tx.users.get(who.id)
        assert kept is not None
        cost = f"$argon2id$v=19$m={full.memory_kib},t={full.passes},p={full.lanes}$"
        assert (full.memory_kib, full.passes, full.lanes) == (19456, 2, 1)
        assert kept.password_hash.startswith(cost), "this password was not hashed at full cost"
        browser = here.browser()
        assert browser.login(who.username, WRONG).refusals == [1101]
        assert logged_in(here, who, browser).page.path == "/"
    finally:
        here.stop()
