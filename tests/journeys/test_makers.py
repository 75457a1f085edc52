"""Passkeys whose maker must vouch for them: the operator has a list of makers (M01, NIST SP 800-63B-4 section 3.2.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.authenticator import Authenticator
from tests.support.devices import DEVICES, options, use_passkey
from tests.support.fixtures import KINDS
from tests.support.installation import Installation, Person
from tests.support.makers import Authority, Maker, Publisher, entry, raw
from tests.support.steps import logged_in, waiting
from watchword_client.portal import Browser

GOOD, FLAWED, OTHER, STRANGE = (f"00000000-0000-4000-8000-00000000000{digit}" for digit in range(1, 5))


class Shop:
    """An installation that takes keys of one maker, and a person at it with a browser."""

    def __init__(self, install: Callable[..., Installation], kind: str, folder: Path) -> None:
        self.root, self.publisher = Authority("Example Keys Root"), Publisher()
        names = {"ja-JP": "例示キー 5"}
        blob = self.publisher.blob(
            [
                entry(GOOD, "Example Key 5", self.root, names=names), entry(FLAWED, "Example Key 4", self.root, "USER_VERIFICATION_BYPASS"),
                entry(OTHER, "Example Key Mini", self.root),
            ]
        )  # fmt: skip
        (folder / "blob.jwt").write_bytes(blob)
        (folder / "root.pem").write_bytes(self.publisher.root.pem)
        paths = {"mds_file": str(folder / "blob.jwt"), "mds_root_file": str(folder / "root.pem")}
        self.here = install(kind, passkeys={**paths, "allow": [GOOD, FLAWED]})
        self.who: Person = self.here.person()
        self.browser: Browser = logged_in(self.here, self.who)

    def add(self, made: Authenticator, **wrong: Any) -> list[int]:
        """Refusals of adding it; none where it is in place."""
        self.browser.get(DEVICES)
        asked = options(self.browser, f"{DEVICES}/passkey")
        assert asked["attestation"] == "direct"
        return self.browser.post(DEVICES, do="passkey", answer=made.create(asked, **wrong)).refusals

    def key(self, model: str, maker: Maker | None = None) -> Authenticator:
        """A security key of a model; of its right maker, if no other is given."""
        seed = f"{self.who.username}:{model}"
        return Authenticator(
            seed, self.here.portal, transports=("usb",), maker=maker or Maker(self.root), aaguid=raw(model)
        )

    def written(self) -> tuple[str, Mapping[str, object]]:
        """The newest audit row of a passkey."""
        with self.here.built.store.read() as tx:
            rows = [row for row in tx.audit.about(self.who.id, 50) if row.tag.startswith("device.passkey")]
        return rows[0].tag, rows[0].fields


@pytest.mark.parametrize("kind", KINDS)
def test_only_models_that_are_wanted_and_vouched_for_are_added(
    install: Callable[..., Installation], kind: str, tmp_path: Path
) -> None:
    shop = Shop(install, kind, tmp_path)
    silent = Authenticator("phone", shop.here.portal, synced=True)
    assert shop.add(silent) == [2311]
    assert shop.add(shop.key(GOOD), statement=lambda it: {"alg": it["alg"], "sig": it["sig"]}) == [2311], "by itself"
    assert shop.add(shop.key(STRANGE)) == [2312]
    assert shop.written() == (
        "device.passkey.refused",
        {"reason": "passkey.model_unknown", "model": raw(STRANGE).hex(), "model_name": ""},
    )
    assert shop.add(shop.key(GOOD, Maker(Authority("Example Keys Root")))) == [2313], "a root of the same name"
    assert shop.add(
        shop.key(GOOD), statement=lambda it: {**it, "sig": it["sig"][:-1] + bytes([it["sig"][-1] ^ 1])}
    ) == [2313]
    assert shop.add(shop.key(GOOD), statement=lambda it: {**it, "x5c": [b"no certificate"]}) == [2313]
    assert shop.add(shop.key(GOOD, Maker(shop.root, ends=-60))) == [2313], "a certificate past its time"
    assert shop.add(shop.key(GOOD, Maker(shop.root, via_leaf=True))) == [2313], "issued by one that may issue none"
    assert shop.add(shop.key(FLAWED)) == [2314], "on the operator's list, and withdrawn"
    assert shop.add(shop.key(OTHER)) == [2315]
    assert shop.written()[1]["model_name"] == "Example Key Mini"
    assert "Example Key" not in shop.browser.get(DEVICES).text, "none of them is in place"
    made = shop.key(GOOD)
    assert shop.add(made) == []
    assert "Example Key 5" in shop.browser.get(DEVICES).text
    tag, fields = shop.written()
    assert (tag, fields["model"], fields["model_name"]) == ("device.passkey.added", raw(GOOD).hex(), "Example Key 5")
    shop.browser.post("/logout")
    assert use_passkey(waiting(shop.here, shop.who, shop.browser), made).path == "/"


def test_without_a_list_nothing_is_asked_of_the_maker(here: Installation) -> None:
    browser = logged_in(here, here.person())
    browser.get(DEVICES)
    asked = options(browser, f"{DEVICES}/passkey")
    assert asked["attestation"] == "none"
    made = Authenticator("any", here.portal, aaguid=raw(STRANGE), maker=Maker(Authority("Nobody")))
    assert browser.post(DEVICES, do="passkey", answer=made.create(asked)).refusals == []
