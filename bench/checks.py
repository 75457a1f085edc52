"""Second elements judged: codes and responses over the platform API's `answer` route, many users, on attempts that wait for them."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench import drive, load, people, servers
from bench.actors import Clocked, PlatformClient
from bench.people import Person
from bench.servers import Installation, Site
from watchword.core.otp import challenge_digits
from watchword.vault import dpop
from watchword_client import crypto, oath

USERS, CLIENTS, ROUNDS = 1500, 16, 3
TURN = 1


@dataclass(frozen=True, slots=True)
class Open:
    """An attempt that waits for an answer. `answer` is the response, or "" where the code of the moment is to be made."""

    login: str
    collector: str
    person: Person
    answer: str


def run(quick: bool) -> dict[str, float]:
    """Both databases; the lower rate is the figure."""
    results: dict[str, float] = {}
    for kind in servers.KINDS:
        results |= measure(kind, 8 if quick else USERS, 1 if quick else ROUNDS)
    return {"checks_per_s": min(results[f"checks_{kind}_per_s"] for kind in servers.KINDS), **results}


def measure(kind: str, users: int, rounds: int) -> dict[str, float]:
    """Each user answers one code and one challenge in all, in `rounds` parts; the middle one counts."""
    rates, costs = [], []
    with servers.installation(kind, cheap=True) as home, load.generator() as pool:
        everybody = people.add(home.built, users + CLIENTS, cheap=True)
        platform = PlatformClient(home.site, Clocked())
        opened = prepare(home, everybody, thumbprint(platform))
        key = platform.key
        with servers.running(home) as server:
            pool.submit(answer, home.site, opened[-CLIENTS:], key, 2).result()
            each = 2 * users // rounds
            for at in range(0, each * rounds, each):
                began = server.cpu.seconds()
                done = pool.submit(answer, home.site, opened[at : at + each], key, CLIENTS).result()
                costs.append((server.cpu.seconds() - began) / each * 1000)
                rates.append(done.per_s)
    middle = len(rates) // 2
    return {f"checks_{kind}_per_s": sorted(rates)[middle], f"check_cpu_ms_{kind}": sorted(costs)[middle]}


def thumbprint(platform: PlatformClient) -> str:
    """The name under which the server knows the platform's key."""
    path = "/api/v1/logins"
    proof = dpop.verify(platform.proof(path), method="POST", url=platform.site.origin + path, now=int(time.time()))
    if isinstance(proof, str):
        raise ValueError(proof)
    return str(proof.thumbprint)


def prepare(home: Installation, everybody: Sequence[Person], bound: str) -> list[Open]:
    """An attempt for a code and one with an open challenge for each person, in turn."""
    built, out = home.built, list[Open]()
    now = built.kit.clock.now()
    for at in range(0, len(everybody), people.BATCH):
        with built.store.write() as tx:
            for person in everybody[at : at + people.BATCH]:
                for way in ("code", "challenge"):
                    collector = crypto.b64u(built.kit.entropy.bytes(16))
                    attempt = people.open_attempt(built, tx, person, collector, now, client="terminal", bound_key=bound)
                    answer = ""
                    if way == "challenge":
                        tx.attempts.set(
                            attempt.id, challenge_state="open", challenge_turn=TURN, challenge_until=now + 300
                        )
                        answer = oath.key_response(
                            person.ocra, challenge_digits(built.vault.derive("challenge", attempt.id, TURN))
                        )
                    out.append(Open(attempt.id, collector, person, answer))
    return out


def answer(site: Site, opened: Sequence[Open], key: int, clients: int) -> drive.Driven:
    """In the load generator: sign every request first, then send them. Raises ValueError unless all were right."""
    platform = PlatformClient(site, Clocked(), key)
    now = int(time.time())
    requests = []
    for one in opened:
        way, typed = ("challenge", one.answer) if one.answer else ("code", oath.key_code(one.person.totp, now))
        path = f"/api/v1/logins/{one.login}/answer"
        body = json.dumps({"collector": one.collector, "way": way, "answer": typed}).encode()
        headers = f"DPoP: {platform.proof(path)}\r\nContent-Type: application/json\r\nAccept-Language: en\r\n"
        requests.append(drive.request("POST", path, site.portal, headers, body))
    done = drive.closed(site.port, requests, clients)
    if done.count(200) != len(requests):
        raise ValueError(f"{len(requests) - done.count(200)} of {len(requests)} answers were not accepted")
    return done
