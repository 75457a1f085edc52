"""What must not be guessed is long and never the same twice, as it arrives at a browser, a platform and a phone (ASVS 6.7.2, 7.2.3)."""

from __future__ import annotations

from tests.support.installation import Installation
from tests.support.steps import asked, logged_in, waiting
from watchword.core.encoding import unb64u
from watchword.web.asking import LOGIN, SESSION

TEN_MINUTES = 600


def test_session_tokens_are_256_bits_and_never_the_same(here: Installation) -> None:
    who = here.person()
    tokens = [logged_in(here, who, here.browser()).cookies[SESSION] for _ in range(5)]
    assert all(unb64u(token, 32) for token in tokens)
    assert len(set(tokens)) == 5


def test_collector_secrets_are_128_bits_and_never_the_same(here: Installation) -> None:
    who = here.person()
    secrets = [waiting(here, who).cookies[LOGIN] for _ in range(5)]
    assert all(unb64u(secret, 16) for secret in secrets)
    assert len(set(secrets)) == 5


def test_every_login_asks_the_phone_with_a_nonce_of_128_bits_of_its_own(here: Installation) -> None:
    who = here.person()
    nonces = []
    for _ in range(5):
        waiting(here, who)
        nonces.append(asked(who.phone, who).details["nonce"])
        here.later(2 * TEN_MINUTES)
    assert all(unb64u(nonce, 16) for nonce in nonces)
    assert len(set(nonces)) == 5
