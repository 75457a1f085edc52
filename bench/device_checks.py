"""Passkeys and code cards judged: answers on the portal's own page, many users, on attempts that wait for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from bench import attack, drive, load, people, servers
from bench.actors import AGENT, LOGIN
from bench.people import Person
from bench.servers import Installation, Site
from tests.support.authenticator import Authenticator
from watchword.core import code_card
from watchword.core.code_card import Card
from watchword.core.devices import CODE_CARD, PASSKEY, Device
from watchword.core.encoding import b64u
from watchword.core.refusals import Refusal
from watchword.factors import passkey, webauthn
from watchword.factors.webauthn import Credential
from watchword.flows import methods
from watchword_client import crypto

USERS, CLIENTS, ROUNDS = 900, 16, 3
KINDS = {"passkey": PASSKEY, "code_card": CODE_CARD}
TAKEN = 303


@dataclass(frozen=True, slots=True)
class Waiting:
    """An attempt whose device was asked: the secret of its page, and the right answer."""

    collector: str
    kind: str
    answer: str


def run(quick: bool) -> dict[str, float]:
    """Both databases; the lower rate of each kind is the figure."""
    found = {kind: measure(kind, 6 if quick else USERS, 1 if quick else ROUNDS) for kind in servers.KINDS}
    least = {f"{name}_checks_per_s": min(one[name] for one in found.values()) for name in KINDS}
    return least | {f"{name}_checks_{kind}_per_s": one[name] for kind, one in found.items() for name in KINDS}


def measure(kind: str, users: int, rounds: int) -> dict[str, float]:
    """Each user answers once with each device, in `rounds` parts; the middle one counts."""
    rates: dict[str, float] = {}
    with servers.installation(kind, cheap=True) as home, load.generator() as pool:
        everybody = people.add(home.built, users + CLIENTS, cheap=True)
        held = {name: [_put(home, person, name) for person in everybody] for name in KINDS}
        with servers.running(home):
            for name in KINDS:
                # A question lives for minutes, so it is asked just before its part of the run.
                parts, each = [], users // rounds
                pool.submit(answer, home.site, [_ask(home, *one) for one in held[name][-CLIENTS:]], 2).result()
                for at in range(0, each * rounds, each):
                    waiting = [_ask(home, *one) for one in held[name][at : at + each]]
                    parts.append(pool.submit(answer, home.site, waiting, CLIENTS).result().per_s)
                rates[name] = sorted(parts)[len(parts) // 2]
    return rates


Held = tuple[Person, Authenticator | Card]


def _put(home: Installation, person: Person, name: str) -> Held:
    """A device of this kind in somebody's hand, as putting it in place leaves it."""
    kit = home.built.kit
    site = methods.site(kit, "portal", person.user)
    if name == "passkey":
        thing: Authenticator | Card = Authenticator(person.username, site.origin)
        secret = _registered(home, thing, site.rp_id, site.user).pack()
    else:
        thing = Card(kit.entropy.bytes(code_card.SEED))
        secret = thing.pack()
    now = kit.clock.now()
    device = Device(kit.entropy.id(), person.user, "", KINDS[name], "active", name, secret, 0, 0, now - people.DAY, 0)
    with kit.store.write() as tx:
        tx.devices.add(device)
    return person, thing


def _registered(home: Installation, thing: Authenticator, rp_id: str, user: bytes) -> Credential:
    options = {"challenge": b64u(home.built.kit.entropy.bytes(32)), "rp": {"id": rp_id}, "user": {"id": b64u(user)}}
    response = passkey.parsed(thing.create(options))
    asked = {
        "challenge": options["challenge"],
        "rp_id": rp_id,
        "origin": thing.origin,
        "user": b64u(user),
        "embedder": "",
    }
    found = webauthn.registered(passkey.expected(asked), response or {})
    if not isinstance(found, Credential):
        raise TypeError(found)
    return found


def _ask(home: Installation, person: Person, thing: Authenticator | Card) -> Waiting:
    """A login that waits, and its question, asked and answered."""
    kit, collector = home.built.kit, crypto.b64u(home.built.kit.entropy.bytes(16))
    with kit.store.write() as tx:
        people.open_attempt(home.built, tx, person, collector, kit.clock.now())
    kind = "code_card" if isinstance(thing, Card) else "passkey"
    question = methods.ask(kit, collector, kind)
    if isinstance(question, Refusal):
        raise ValueError(str(question))
    if isinstance(thing, Card):
        cells = question.shown["cells"]
        return Waiting(collector, kind, code_card.answer(thing, cells if isinstance(cells, list) else []))
    options = question.shown["options"]
    return Waiting(collector, kind, thing.get(options if isinstance(options, dict) else {}))


def answer(site: Site, waiting: Sequence[Waiting], clients: int) -> drive.Driven:
    """In the load generator. Raises ValueError unless all were right."""
    token, cookies = attack.form(site)
    requests = [_request(site, token, cookies, one) for one in waiting]
    done = drive.closed(site.port, requests, clients)
    if done.count(TAKEN) != len(requests):
        raise ValueError(f"{len(requests) - done.count(TAKEN)} of {len(requests)} answers were not accepted")
    return done


def _request(site: Site, token: str, cookies: str, one: Waiting) -> bytes:
    fields = {"csrf": token, "do": "answer", "kind": one.kind, "answer": one.answer}
    headers = (
        f"User-Agent: {AGENT}\r\nAccept-Language: en\r\nOrigin: {site.origin}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nCookie: {cookies}; {LOGIN}={one.collector}\r\n"
    )
    return drive.request("POST", "/login/wait", site.portal, headers, urlencode(fields).encode())
