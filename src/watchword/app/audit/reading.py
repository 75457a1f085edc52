"""`watchword audit search`, `export`, `proof`, `erase`: reading what was written down, and letting go of what is personal in it."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Literal, TextIO, cast

import typer

from watchword.app.audit.shell import OPERATOR, AsJson, Language, Output, Shell, dumped, moment, shell, writing
from watchword.core.audit_rows import csv_line, described, json_line, values
from watchword.core.audit_search import LARGEST_PAGE, LATEST, PAGE, Filter, read, read_place
from watchword.core.refusals import Refusal
from watchword.flows import audit_erase, audit_proofs, audit_search
from watchword.flows.audit_ports import Found
from watchword.flows.ports import AuditRow
from watchword_client.terminal import plain

Tag = Annotated[str, typer.Option(help="A tag, or how it begins: login.attempt.opened, login.attempt, login.")]
Person = Annotated[str, typer.Option(help="Username, or the id of somebody who is not on file any more.")]
Subject = Annotated[str, typer.Option(help="Id that a row is about: an attempt, a session, a device.")]
Outcome = Annotated[str, typer.Option(help="Last part of the tag: refused, opened, ended.")]
AllWords = Annotated[str, typer.Option("--words", help="Words that all stand somewhere in a row.")]
Since = Annotated[
    str, typer.Option(help="From this time on: 2026-11-22, 2026-11-22T14:30, or seconds since the epoch.")
]
Until = Annotated[str, typer.Option(help="Up to this time; a day counts from its beginning.")]
Personal = Annotated[bool, typer.Option("--personal", help="With personal values: addresses, places, what was typed.")]


def search(
    context: typer.Context, tag: Tag = "", person: Person = "", subject: Subject = "", outcome: Outcome = "", words: AllWords = "",
    since: Since = "", until: Until = "",
    after: Annotated[str, typer.Option(help="Where the last page ended, as it said.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=LARGEST_PAGE, help="Rows of a page.")] = PAGE,
    personal: Personal = False, as_json: AsJson = False, lang: Language = "",
) -> None:  # fmt: skip
    """Rows of the audit, newest first, a page at a time."""
    with shell(context, lang, as_json=as_json) as here:
        wanted = _filter(here, tag, person, subject, outcome, words, since, until)
        place = read_place(after)
        if place is None:
            raise here.stop("search.wrong", field="--after")
        page = audit_search.page(here.kit.store, wanted, place, limit)
        _noted(
            here, wanted, "search", personal=personal
        )  # before anything is shown, and after, so as not to find itself
        for found in page.rows:
            print(dumped(_shown(found, personal=personal)) if as_json else _line(here, found, personal=personal))
        if page.next is not None:
            # For people and programs alike: `--after` is the whole of it.
            print(here.text("search.more", after=page.next.written()), file=sys.stderr)
        elif not page.rows:
            print(here.text("search.none"), file=sys.stderr)


def export(
    context: typer.Context,
    form: Annotated[Literal["jsonl", "csv"], typer.Option("--format", help="jsonl (JSON Lines) or csv.")] = "jsonl",
    output: Output = None, tag: Tag = "", person: Person = "", subject: Subject = "", outcome: Outcome = "", words: AllWords = "",
    since: Since = "", until: Until = "", personal: Personal = False, lang: Language = "",
) -> None:  # fmt: skip
    """Every row of a search, newest first."""
    with shell(context, lang) as here:
        wanted = _filter(here, tag, person, subject, outcome, words, since, until)
        _noted(here, wanted, form, personal=personal)
        count = 0
        try:
            with writing(output) as to:
                file = cast("TextIO", to)
                if form == "csv":
                    file.write(csv_line())
                line = csv_line if form == "csv" else json_line
                for rows in audit_search.everything(here.kit.store, wanted):
                    file.writelines(line(_shown(found, personal=personal)) for found in rows)
                    count += len(rows)
        except OSError as fault:
            raise here.stop("export.file", path=str(output), why=fault.strerror or "") from fault
        print(here.text("export.done", count=count), file=sys.stderr)


def proof(
    context: typer.Context, row: Annotated[int, typer.Argument(help="Id of a row, as search prints it.")],
    personal: Personal = False, output: Output = None, lang: Language = "",
) -> None:  # fmt: skip
    """The proof that one row is in the log, with a signed head: `watchword audit check-proof` judges it anywhere."""
    with shell(context, lang) as here:
        found = audit_proofs.inclusion(here.kit, row, personal=personal)
        if isinstance(found, Refusal):
            raise here.refuse(found)
        here.note(AuditRow("audit.proof.made", "", str(row), {"personal": personal, "by": OPERATOR}))
        try:
            with writing(output) as to:
                cast("TextIO", to).write(f"{json.dumps(found, indent=1, ensure_ascii=False)}\n")
        except OSError as fault:
            raise here.stop("export.file", path=str(output), why=fault.strerror or "") from fault


def erase(
    context: typer.Context, who: Annotated[str, typer.Argument(help="Username, or the id of somebody who is not on file any more.")],
    reason: Annotated[str, typer.Option(help="Why, in words that say nothing personal: they stay in the log.")],
    before: Annotated[str, typer.Option(help="Only what was written before this time.")] = "",
    as_json: AsJson = False, lang: Language = "",
) -> None:  # fmt: skip
    """Erase the personal values of somebody's rows; the rows stay, and the log verifies as before. It cannot be undone."""
    with shell(context, lang, as_json=as_json) as here:
        until = moment(before, here.built.settings.zone) if before else LATEST
        if until is None or not 3 <= len(reason.strip()) <= 200:
            raise here.stop("search.wrong", field="--before" if until is None else "--reason")
        known = audit_erase.person_of(here.kit, who)
        if known is None:
            raise here.stop("erase.nobody", who=who)
        user_id, active = known
        if active and not before:
            raise here.stop("erase.active", who=who)
        done = audit_erase.erase(here.kit, user_id, until, reason.strip(), OPERATOR)
        if as_json:
            print(dumped({"ok": True, "user": done.user_id, "rows": done.rows, "left": done.left}))
            return
        print(here.text("erase.done", count=done.rows, left=done.left))
        print(here.text("erase.stays"))


def _filter(
    here: Shell, tag: str, person: str, subject: str, outcome: str, words: str, since: str, until: str
) -> Filter:
    """What the options mean. Raises typer.Exit after naming the one that means nothing."""
    times = {"since": since, "until": until}
    for name, text in times.items():
        if text:
            at = moment(text, here.built.settings.zone)
            if at is None:
                raise here.stop("search.wrong", field=f"--{name}")
            times[name] = str(at)
    known = audit_erase.person_of(here.kit, person) if person else None
    if person and known is None:
        raise here.stop("erase.nobody", who=person)
    given = {"tag": tag, "subject": subject, "outcome": outcome, "words": words, **times}
    wanted = read(given, known[0] if known else "")
    if isinstance(wanted, str):
        raise here.stop("search.wrong", field=f"--{wanted}")
    return wanted


def _noted(here: Shell, wanted: Filter, form: str, *, personal: bool) -> None:
    """What was looked for; words and subjects are somebody's, so they are kept as personal values."""
    typed = {name: value for name, value in (("words", " ".join(wanted.words)), ("subject", wanted.subject)) if value}
    fields = {"tag": wanted.tag, "outcome": wanted.outcome, "personal": personal, "by": OPERATOR}
    if form == "search":
        here.note(AuditRow("audit.log.searched", "", wanted.person, fields, typed))
    else:
        here.note(AuditRow("audit.log.exported", "", wanted.person, {**fields, "form": form}, typed))


def _shown(found: Found, *, personal: bool) -> dict[str, object]:
    return described(found.row, found.openings, found.position, personal=personal)


def _line(here: Shell, found: Found, *, personal: bool) -> str:
    row = found.row
    parts = [str(row.id), here.words.moment(row.at), row.tag, row.user_id or "-", row.subject or "-", row.fields]
    if personal:
        parts.append(dumped(values(found.openings)))
    return plain("  ".join(parts), 2000)
