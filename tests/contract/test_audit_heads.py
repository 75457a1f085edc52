"""Heads: when one is signed, that it continues the last, and how it reaches the places outside, whatever these do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.contract.test_sealed_log import put, seal
from tests.support.fakes import FakeClock, FakeEntropy
from watchword.app.sealing import Sealing
from watchword.core.checkpoints import notes as told_apart
from watchword.core.policy import Policy
from watchword.flows import audit_heads, audit_proofs
from watchword.flows.audit_heads import AT_ONCE, LEASE_SECONDS, RETRY_SECONDS, NotContinued, Sent
from watchword.flows.audit_ports import KeptHead, LogState
from watchword.flows.kit import Kit
from watchword.flows.sealing import BATCH
from watchword.outbound.guard import Answer, NoAnswer
from watchword.outbound.head_places import HeadAddress, HeadFile
from watchword.stores.engine import SqlStore
from watchword.vault import keyring, proofs
from watchword.vault.vault import Vault

ORIGIN = "login.example.com/audit"


@dataclass
class Log:
    """A log with its clock."""

    kit: Any
    clock: FakeClock
    vault: Vault

    @property
    def store(self) -> SqlStore:
        store: SqlStore = self.kit.store
        return store

    def grow(self, count: int = 3) -> None:
        put(self.store, count)
        seal(self.store)

    def head(self) -> KeptHead | None:
        return audit_heads.publish(self.kit)

    def sql(self, *statements: str) -> None:
        with self.store.engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))


@dataclass
class Place:
    """A place outside that takes what it is sent, unless it is told to fail."""

    fails: bool = False
    taken: list[int] = field(default_factory=list)

    def send(self, head: KeptHead) -> Sent:
        if self.fails:
            return Sent(ok=False, detail="timeout")
        self.taken.append(head.size)
        return Sent(ok=True, detail="written")


@pytest.fixture
def log(store: SqlStore, vault: Vault) -> Log:
    clock = FakeClock()
    kit = _Kit(store, clock, vault, Policy(log_origin=ORIGIN, heads_seconds=60))
    return Log(kit, clock, vault)


@dataclass
class _Kit:
    """What of a Kit heads and proofs need."""

    store: SqlStore
    clock: FakeClock
    vault: Vault
    policy: Policy


def test_a_head_for_what_is_new_and_one_in_a_minute_at_most(log: Log) -> None:
    assert log.head() is None, "nothing is sealed yet"
    log.grow(3)
    first = log.head()
    assert first is not None
    own = log.vault.own_head(first.note, ORIGIN)
    assert own is not None and (own[0].size, own[1]) == (3, log.clock.now())
    assert log.head() is None, "nothing new"
    log.grow(2)
    assert log.head() is None, "too early"
    log.clock.advance(59)
    assert log.head() is None
    log.clock.advance(1)
    second = log.head()
    assert second is not None and second.size == 5, "the last one always gets its head, once the minute is over"
    log.clock.advance(3600)
    assert log.head() is None


def test_a_log_that_does_not_continue_its_last_head_gets_no_other(log: Log) -> None:
    log.grow(300)
    log.head()
    log.sql("UPDATE audit_leaves SET hash = (SELECT hash FROM audit_leaves WHERE position = 1) WHERE position = 299")
    log.grow(5)
    log.clock.advance(60)
    with pytest.raises(NotContinued, match="305 rows does not continue its head of 300"):
        log.head()
    with log.store.read() as tx:
        last = tx.sealed.last_head()
    assert last is not None and last.size == 300


def test_a_log_that_became_smaller_gets_none_and_says_so_once(log: Log, caplog: pytest.LogCaptureFixture) -> None:
    log.grow(10)
    log.head()
    with log.store.write() as tx:
        tx.sealed.save(LogState(0, 10, (), 0))
    log.clock.advance(60)
    sealing = Sealing(log.kit, {})
    for _ in range(3):
        sealing.heads()
    assert [record.getMessage() for record in caplog.records if "does not continue" in record.getMessage()] == [
        "heads: the log of 0 rows does not continue its head of 10; nothing is signed until `watchword audit verify` has shown why"
    ]


def test_while_much_is_still_to_be_sealed_there_is_no_head(log: Log) -> None:
    """Or the older rows that follow it would look as if they had been slipped in."""
    log.grow(1)
    put(log.store, BATCH)
    assert log.head() is None
    seal(log.store)
    assert log.head() is not None


def test_heads_reach_a_place_oldest_first_and_each_once(log: Log) -> None:
    place = Place()
    for _ in range(3):
        log.grow(2)
        log.head()
        log.clock.advance(60)
    assert audit_heads.deliver(log.kit, "file", place.send) == 3
    assert place.taken == [2, 4, 6]
    assert audit_heads.deliver(log.kit, "file", place.send) == 0
    other = Place()
    assert audit_heads.deliver(log.kit, "address", other.send) == 3, "each place by itself"


def test_a_place_that_fails_is_asked_again_ever_later_and_then_gets_everything(log: Log) -> None:
    place = Place(fails=True)
    log.grow()
    log.head()
    for wait in (*RETRY_SECONDS, RETRY_SECONDS[-1]):
        assert audit_heads.deliver(log.kit, "address", place.send) == 0
        sending = sendings(log)["address"]
        assert (sending.due - log.clock.now(), sending.detail, sending.size) == (wait, "timeout", 0)
        log.clock.advance(wait - 1)
        tries = sending.tries
        audit_heads.deliver(log.kit, "address", place.send)
        assert sendings(log)["address"].tries == tries, "not a second too early"
        log.clock.advance(1)
    log.grow()
    log.head()
    place.fails = False
    assert audit_heads.deliver(log.kit, "address", place.send) == 2
    sending = sendings(log)["address"]
    assert (place.taken, sending.tries, sending.since, sending.size) == ([3, 6], 0, 0, 6)


def test_one_sender_at_a_time_and_another_after_one_that_died(log: Log) -> None:
    log.grow()
    log.head()
    with log.store.write() as tx:
        assert tx.sealed.lease("file", log.clock.now(), log.clock.now() + LEASE_SECONDS) is not None
    place = Place()
    assert audit_heads.deliver(log.kit, "file", place.send) == 0
    log.clock.advance(LEASE_SECONDS)
    assert audit_heads.deliver(log.kit, "file", place.send) == 1


def test_a_backlog_goes_out_in_bounded_turns(log: Log) -> None:
    for _ in range(AT_ONCE + 3):
        log.grow(1)
        log.head()
        log.clock.advance(60)
    place = Place()
    sealing = Sealing(log.kit, {"file": place.send})
    assert sealing.heads() is True, "there is more"
    assert len(place.taken) == AT_ONCE
    assert sealing.heads() is False
    assert len(place.taken) == AT_ONCE + 3


def test_a_file_holds_every_head_and_others_find_them_in_it(log: Log, tmp_path: Path) -> None:
    path = tmp_path / "heads.txt"
    for _ in range(3):
        log.grow()
        log.head()
        log.clock.advance(60)
    audit_heads.deliver(log.kit, "file", HeadFile(str(path)).send)
    found = [log.vault.own_head(note, ORIGIN) for note in told_apart(path.read_text().split("\n"))]
    assert [one and one[0].size for one in found] == [3, 6, 9]


def test_a_folder_gets_a_file_for_each_and_none_twice(log: Log, tmp_path: Path) -> None:
    log.grow()
    head = log.head()
    assert head is not None
    folder = tmp_path / "heads"
    folder.mkdir()
    for path in (f"{folder}/", str(folder)):
        assert HeadFile(path).send(head).ok
    (file,) = folder.iterdir()
    assert (file.name, file.read_text()) == ("head-000000000003.txt", head.note)


def test_a_disk_that_takes_nothing_is_told(log: Log, tmp_path: Path) -> None:
    log.grow()
    head = log.head()
    assert head is not None
    sent = HeadFile(str(tmp_path / "none" / "heads.txt")).send(head)
    assert sent == Sent(ok=False, detail="No such file or directory")


class _Client:
    """The guarded client, whose own tests are elsewhere: an answer, and what it was asked."""

    def __init__(self, answer: Answer | NoAnswer) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []

    def request(self, method: str, url: str, headers: dict[str, str], content: bytes) -> Answer | NoAnswer:
        self.asked.append((method, url, headers, content))
        return self.answer


@pytest.mark.parametrize(
    ("answer", "sent"),
    [
        (Answer(200, {}, b""), Sent(ok=True, detail="answered 200")),
        (Answer(204, {}, b""), Sent(ok=True, detail="answered 204")),
        (Answer(302, {}, b"go"), Sent(ok=False, detail="answered 302 go")),
        (Answer(403, {}, b"not Token-4711"), Sent(ok=False, detail="answered 403 not •••")),
        (NoAnswer("timeout"), Sent(ok=False, detail="timeout")),
    ],
)
def test_what_an_address_answers(log: Log, answer: Answer | NoAnswer, sent: Sent) -> None:
    log.grow()
    head = log.head()
    assert head is not None
    client: Any = _Client(answer)
    assert HeadAddress(client, "https://heads.example.com/in", "Token-4711").send(head) == sent
    ((method, url, headers, content),) = client.asked
    assert (method, url, content) == ("POST", "https://heads.example.com/in", head.note.encode())
    assert headers["Authorization"] == "Bearer Token-4711"


def test_one_row_is_proven_with_the_head_that_is_there_or_a_new_one(log: Log) -> None:
    log.grow(300)
    log.head()
    log.grow(5)
    keys = log.vault.head_keys(ORIGIN)
    for row, size in ((7, 300), (304, 305)):
        proof = audit_proofs.inclusion(log.kit, row, personal=True)
        assert isinstance(proof, dict)
        judged = proofs.judge(proof, keys)
        assert isinstance(judged, proofs.Judged)
        assert (judged.head.head.size, judged.row and judged.row["id"]) == (size, row)


def test_a_proof_of_what_is_not_there_not_sealed_or_not_true_is_refused(log: Log) -> None:
    log.grow(300)
    log.head()
    put(log.store)
    log.sql("UPDATE audit SET subject = 'x' WHERE id = 8", "DELETE FROM audit_leaves WHERE position = 20")
    refusals = [audit_proofs.inclusion(log.kit, row, personal=False) for row in (999, 301, 8, 9)]
    assert [getattr(one, "kind", one) and one.kind.number for one in refusals if not isinstance(one, dict)] == [
        7501,
        7503,
        7504,
        7504,
    ]


def test_every_head_continues_every_one_before(log: Log) -> None:
    heads = []
    for count in (1, 6, 250, 300, 3):
        log.grow(count)
        head = log.head()
        assert head is not None
        heads.append(head)
        log.clock.advance(60)
    keys = log.vault.head_keys(ORIGIN)
    for head in heads:
        proof = audit_proofs.consistency(log.kit, head.note)
        assert isinstance(proof, dict)
        judged = proofs.judge(proof, keys)
        assert isinstance(judged, proofs.Judged)
        assert judged.old is not None and (judged.old.head.size, judged.head.head.size) == (head.size, 560)


def test_heads_go_on_under_a_new_key(log: Log, tmp_path: Path) -> None:
    """Whoever knows the key before takes the next heads too, and the log is still proven to continue."""
    entropy = FakeEntropy("rotated")
    path = tmp_path / "keys.json"
    ring = keyring.create(path, entropy=entropy.bytes, now=1)
    old = Vault(ring, issuer="x", entropy=entropy.bytes)
    kit: Kit = replace(log.kit, vault=old)
    log.grow()
    audit_heads.publish(kit)
    new = Vault(keyring.rotate_audit(path, entropy=entropy.bytes), issuer="x", entropy=entropy.bytes)
    log.grow()
    log.clock.advance(60)
    head = audit_heads.publish(replace(log.kit, vault=new))
    assert head is not None
    assert old.own_head(head.note, ORIGIN) is not None


def sendings(log: Log) -> dict[str, Any]:
    with log.store.read() as tx:
        return {one.place: one for one in tx.sealed.sendings()}
