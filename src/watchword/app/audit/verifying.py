"""`watchword audit verify`, `head`, `key`, `rotate-key`, `check-proof`: what the log proves, and what it is proven with."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from watchword.app.audit.shell import (
    FOUND,
    USAGE,
    AsJson,
    Keys,
    Language,
    Shell,
    alone,
    dumped,
    heads_in,
    keys_given,
    shell,
)
from watchword.app.clock import monotonic
from watchword.core import checkpoints
from watchword.core.audit_search import Place
from watchword.core.refusals import Refusal
from watchword.flows import audit_heads, audit_proofs
from watchword.flows.audit_verify import REMARKS, Fault, Outside, Tally, Verifier
from watchword.flows.ports import AuditRow
from watchword.vault import keyring, proofs
from watchword.vault.notes import Key

SHOWN = 200
INSIDE = 200

Heads = Annotated[
    list[Path] | None,
    typer.Option("--head", help="File of heads that were kept outside; may be given more than once.", exists=True, dir_okay=False),
]  # fmt: skip


def verify(
    context: typer.Context, head: Heads = None, key: Keys = None, as_json: AsJson = False, lang: Language = ""
) -> None:
    """Look at every row: say which was changed, removed or slipped in, and, against heads kept outside, whether the end is missing.

    Exit 0: as it was sealed. 1: something is not. 2: a file or a key that cannot be used.
    """
    with shell(context, lang, as_json=as_json) as here:
        outside = _outside(here, head or (), _known(here, key))
        verifier = Verifier(here.kit.store, [*outside, *_inside(here)])
        began, faults = monotonic(), 0
        for shown, fault in enumerate(verifier.run()):
            faults += fault.kind not in REMARKS
            if as_json:
                print(_object(fault))
            elif shown < SHOWN:
                print(_line(here, fault))
        seconds, tally = max(monotonic() - began, 1e-6), verifier.tally
        here.note(
            AuditRow(
                "audit.log.verified",
                "",
                "",
                {"rows": tally.size, "faults": faults, "heads": len(outside), "by": "operator"},
            )
        )
        _told(here, tally, outside, faults, seconds)
    if faults:
        raise typer.Exit(FOUND)


def _known(here: Shell, given: Sequence[str] | None) -> tuple[Key, ...]:
    """Keys of the options, else those of this installation."""
    keys = keys_given(given)
    if keys is None:
        raise here.stop("key.unreadable")
    return keys or here.built.vault.head_keys(here.kit.policy.log_origin)


def _outside(here: Shell, files: Sequence[Path], keys: Sequence[Key]) -> list[Outside]:
    found: list[Outside] = []
    for path in files:
        try:
            read = heads_in(path, keys)
        except (OSError, UnicodeDecodeError) as fault:
            raise here.stop("head.unreadable", path=str(path), why=str(fault)) from fault
        if not read:
            raise here.stop("head.none", path=str(path))
        for name, signed in read:
            if signed is None or signed.head.origin != here.kit.policy.log_origin:
                raise here.stop("head.unknown", name=name, origin=here.kit.policy.log_origin)
            found.append(Outside(name, signed.head.size, signed.head.root, signed.at))
    return found


def _inside(here: Shell) -> list[Outside]:
    """The last heads in the database itself: they prove something as long as the key file is not in the same hands."""
    with here.kit.store.read() as tx:
        kept = tx.sealed.heads_before(Place().id, INSIDE)
    origin = here.kit.policy.log_origin
    read = [(one, here.built.vault.own_head(one.note, origin)) for one in kept]
    return [
        Outside(here.text("head.inside", size=one.size), own[0].size, own[0].root, own[1]) for one, own in read if own
    ]


def _object(fault: Fault) -> str:
    said = "remark" if fault.kind in REMARKS else "fault"
    return dumped({said: fault.kind, **{name: value for name, value in asdict(fault).items() if name != "kind"}})


def _line(here: Shell, fault: Fault) -> str:
    values = {
        name: value for name, value in asdict(fault).items() if name not in ("kind", "audit_id") and value is not None
    }
    return here.text(f"fault.{fault.kind}", id=str(fault.audit_id), **{**values, "last": fault.end - 1})


def _told(here: Shell, tally: Tally, outside: Sequence[Outside], faults: int, seconds: float) -> None:
    rate, held = round(tally.size / seconds), [one for one in tally.held if one in outside]
    if here.as_json:
        summary = {
            "ok": not faults, "faults": faults, "rows": tally.size, "root": tally.root.hex(), "erased": tally.erased, "waiting": tally.waiting,
            "heads": len(outside), "heads_held": len(held), "heads_differing": tally.differing, "rows_per_s": rate,
        }  # fmt: skip
        print(dumped(summary))
        return
    if faults > SHOWN:
        print(here.text("verify.more", count=faults - SHOWN))
    print(here.text("verify.rows", rows=tally.size, seconds=f"{seconds:.1f}", rate=rate))
    for key, count in (("verify.erased", tally.erased), ("verify.waiting", tally.waiting)):
        if count:
            print(here.text(key, count=count))
    if held:
        last = held[-1]
        print(here.text("verify.held", count=len(held), size=last.size, at=here.words.moment(last.at)))
        if last.size < tally.size:
            print(here.text("verify.after_head", count=tally.size - last.size))
    elif not outside:
        print(here.text("verify.no_head"))
    print(here.text("verify.bad", count=faults) if faults else here.text("verify.good"))


def head(
    context: typer.Context,
    since: Annotated[
        Path | None, typer.Option("--since", help="File whose last head is older: print the proof that the log continues it.", exists=True, dir_okay=False)
    ] = None,
    lang: Language = "",
) -> None:  # fmt: skip
    """Print a signed head of the log as it is now, to be kept outside."""
    with shell(context, lang) as here:
        if since is not None:
            _continued(here, since)
            return
        try:
            kept = audit_heads.current(here.kit)
        except audit_heads.NotContinued as broken:
            raise here.stop("head.refused", why=str(broken)) from broken
        if kept is None:
            raise here.stop("head.empty")
        here.note(AuditRow("audit.head.shown", "", "", {"size": kept.size, "by": "operator"}))
        print(kept.note, end="")


def _continued(here: Shell, path: Path) -> None:
    read = _outside(here, [path], _known(here, None))
    old = max(read, key=lambda one: one.size)
    notes_read = dict(zip((one.name for one in read), _notes(path), strict=True))
    proof = audit_proofs.consistency(here.kit, notes_read[old.name])
    if isinstance(proof, Refusal):
        raise here.refuse(proof)
    here.note(AuditRow("audit.head.shown", "", "", {"since": old.size, "by": "operator"}))
    print(json.dumps(proof, indent=1, ensure_ascii=False))


def _notes(path: Path) -> list[str]:
    return list(checkpoints.notes(path.read_text("utf-8").split("\n")))


def key(context: typer.Context, lang: Language = "") -> None:
    """Print the keys that heads are checked with; keep them where the heads are kept."""
    with shell(context, lang) as here:
        for one in here.built.vault.head_keys(here.kit.policy.log_origin):
            print(one.written())


def rotate_key(context: typer.Context, lang: Language = "") -> None:
    """Make a new key for heads; the one before signs beside it until the next time. Restart the server afterwards."""
    with shell(context, lang) as here:
        path, origin = here.built.settings.keys_path, here.kit.policy.log_origin
        ring = keyring.rotate_audit(path, entropy=here.kit.entropy.bytes)
        new = Key(origin, ring.audit[0].public_key().public_bytes_raw())
        here.note(AuditRow("audit.key.rotated", "", "", {"key": new.written(), "by": "operator"}))
        print(new.written())
        print(here.text("key.rotated", path=str(path)), file=sys.stderr)


def check_proof(
    file: Annotated[Path, typer.Argument(help="A proof as `watchword audit proof` or `head --since` printed it.", exists=True, dir_okay=False)],
    key: Keys = None, as_json: AsJson = False, lang: Language = "",
) -> None:  # fmt: skip
    """Judge a proof with the log's key and nothing else: no database, no key file. Exit 0: it holds. 1: it does not. 2: it cannot be read."""
    words = alone(lang)
    keys = keys_given(key)
    if not keys:
        print(words.text("key.needed" if keys is not None else "key.unreadable"), file=sys.stderr)
        raise typer.Exit(USAGE)
    try:
        judged = proofs.judge(json.loads(file.read_text("utf-8")), keys)
    except (OSError, ValueError, RecursionError):
        judged = "form"
    if isinstance(judged, str):
        print(dumped({"ok": False, "why": judged}) if as_json else words.text(f"proof.{judged}"))
        raise typer.Exit(USAGE if judged == "form" else FOUND)
    head = judged.head.head
    if as_json:
        print(
            dumped(
                {"ok": True, "size": head.size, "at": judged.head.at, "row": judged.row, "position": judged.position}
            )
        )
    elif judged.row is not None:
        print(words.text("proof.holds", id=str(judged.row["id"]), size=head.size, at=words.moment(judged.head.at)))
        print(dumped(judged.row))
    elif judged.old is not None:
        print(
            words.text("proof.continues", first=judged.old.head.size, size=head.size, at=words.moment(judged.head.at))
        )
