"""The audit at the console: search, one row with its proof, files to take along, the log itself. What was typed stands in no address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.responses import Response

from watchword.core.audit_rows import csv_line, described, json_line, values
from watchword.core.audit_search import EXPORTED, LATEST
from watchword.core.refusals import AUDIT_FILTER, NOT_FOUND, STAFF_NOBODY, Refusal
from watchword.flows import audit_log
from watchword.flows.audit_ports import Found
from watchword.flows.staff import desk
from watchword.flows.staff.desk import Desk
from watchword.web import headers
from watchword.web.asking import Ask
from watchword.web.pages.audit_views import (
    FIELDS,
    AuditExportPage,
    AuditLine,
    AuditLogPage,
    AuditPage,
    AuditRowPage,
    HeadLine,
    PlaceLine,
)
from watchword.web.portal.showing import refusal_view, see, zone_of
from watchword.web.staff.opening import answer, common, opened, stopped

PATH, PREFIX, EXPORT, LOG, PROOF = "/audit", "/audit/", "/audit/export", "/audit/log", "/proof"
_LAST_DAY = 253_402_214_400  # a row whose time was bent is shown all the same
FORMS = {"csv": ("text/csv; charset=utf-8", "csv"), "jsonl": ("application/jsonl; charset=utf-8", "jsonl")}


def show(ask: Ask, error: Refusal | None = None) -> Response:
    """The form, and the newest rows of what was asked for."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    draft, typed = _typed(ask, who)
    after = ask.query.get("after", "")[:60]
    found = error or audit_log.search(ask.site.kit, who.session, _meant(typed, zone_of(ask, who.user)), after)
    if isinstance(found, Refusal):
        if found.kind not in (AUDIT_FILTER, STAFF_NOBODY):
            return stopped(ask, found)
        wrong = "person" if found.kind is STAFF_NOBODY else str(found.params.get("field", ""))
        view = AuditPage(**{**common(ask, who, found), "path": PATH}, typed=typed, wrong=wrong)
        return answer(ask, who, view, found)
    page = found.page
    view = AuditPage(
        **{**common(ask, who), "path": PATH}, typed=typed, rows=tuple(_line(one, found.names) for one in page.rows), draft=draft,
        older=page.next.written() if page.next else "", later=bool(after), looked=page.looked,
    )  # fmt: skip
    return answer(ask, who, view)


def post(ask: Ask) -> Response:
    """What to look for: kept sealed, so that no address and no log holds it."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    typed = {name: ask.form[name].strip() for name in FIELDS if ask.form.get(name, "").strip()}
    if not typed:
        return see(PATH)
    kept = desk.keep(ask.site.kit, who.session, PATH, typed)
    if isinstance(kept, Refusal):
        return show(
            ask, Refusal(AUDIT_FILTER, "draft.length", {"field": max(typed, key=lambda name: len(typed[name]))})
        )
    return see(f"{PATH}?s={kept}")


def one(ask: Ask) -> Response:
    """One row, or its proof as a file."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    number, _, rest = ask.path.removeprefix(PREFIX).partition("/")
    if rest and f"/{rest}" != PROOF:
        return stopped(ask, Refusal(NOT_FOUND, "path"))
    found = audit_log.row(ask.site.kit, who.session, number[:40])
    if isinstance(found, Refusal):
        return stopped(ask, found)
    if rest:
        return _proof(ask, found)
    return answer(ask, who, _row_view(ask, who, found))


def _proof(ask: Ask, found: audit_log.One) -> Response:
    if isinstance(found.proof, Refusal):
        return stopped(ask, found.proof)
    text = f"{json.dumps(found.proof, indent=1, ensure_ascii=False)}\n"
    return _file(text, "application/json", f"watchword-audit-{found.found.row.id}.json")


def _row_view(ask: Ask, who: Desk, found: audit_log.One) -> AuditRowPage:
    row, openings = found.found.row, found.found.openings
    shown = described(row, openings, found.found.position, personal=True)
    fields = shown["fields"]
    proven = found.proof if isinstance(found.proof, dict) else None
    return AuditRowPage(
        **common(ask, who), line=_line(found.found, found.names), subject_name=found.names.get(row.subject, ""),
        fields=tuple((name, _told(value)) for name, value in fields.items()) if isinstance(fields, dict) else (),
        personal=tuple(values(openings).items()), erased=bool(shown["erased"]), position=found.found.position or 0,
        head=int(str(proven["head"]).split("\n")[1]) if proven else 0,
        unproven=refusal_view(ask, found.proof, who.user) if isinstance(found.proof, Refusal) else None,
    )  # fmt: skip


def export(ask: Ask) -> Response:
    """The form, or with `form` a file of as many rows as one holds; the address of the next one is in its Link header."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    draft, typed = _typed(ask, who)
    form = ask.query.get("form", "")
    if form not in FORMS:
        view = AuditExportPage(
            **{**common(ask, who), "path": EXPORT}, typed=tuple(typed.items()), draft=draft, limit=EXPORTED
        )
        return answer(ask, who, view)
    personal, meant = ask.query.get("personal") == "1", _meant(typed, zone_of(ask, who.user))
    after = ask.query.get("after", "")[:60]
    found = audit_log.export(ask.site.kit, who.session, meant, after, form, personal=personal)
    if isinstance(found, Refusal):
        return stopped(ask, found)
    line = csv_line if form == "csv" else json_line
    lines = [line(described(one.row, one.openings, one.position, personal=personal)) for one in found.rows]
    media, ending = FORMS[form]
    response = _file("".join([csv_line(), *lines] if form == "csv" else lines), media, f"watchword-audit.{ending}")
    if found.next is not None:
        more = f"s={draft}&form={form}&after={found.next.written()}{'&personal=1' if personal else ''}"
        response.headers["link"] = f'<{EXPORT}?{more}>; rel="next"'
    return response


def log(ask: Ask) -> Response:
    """Size, heads, and how to verify."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    found = audit_log.log(ask.site.kit, who.session)
    if isinstance(found, Refusal):
        return stopped(ask, found)
    view = AuditLogPage(
        **{**common(ask, who), "path": LOG}, origin=found.origin, size=found.size, sealed=found.sealed,
        heads=tuple(HeadLine(size=head.size, at=head.at, note=head.note) for head in found.heads),
        places=tuple(
            PlaceLine(place=one.place, size=one.size, sent=one.sent, since=one.since, detail=one.detail) for one in found.places
        ),
    )  # fmt: skip
    return answer(ask, who, view)


def _typed(ask: Ask, who: Desk) -> tuple[str, dict[str, str]]:
    """What was typed, of a search that was kept, or of a form that was just refused; with the id of the first."""
    draft = ask.query.get("s", "")[:26]
    kept = desk.kept(ask.site.kit, who.session, draft) if draft else None
    if kept is not None and kept.path == PATH:
        return draft, dict(kept.fields)
    return "", {name: ask.form[name] for name in FIELDS if ask.form.get(name)}


def _meant(typed: Mapping[str, str], zone: ZoneInfo) -> dict[str, str]:
    """The filter as the flow reads it: days become seconds, the last one up to its end. What is no day is refused there."""
    meant = dict(typed)
    for name, later in (("since", 0), ("until", 1)):
        if name in meant:
            meant[name] = _seconds(meant[name], later, zone)
    return meant


def _seconds(day: str, later: int, zone: ZoneInfo) -> str:
    try:
        at = datetime.combine(date.fromisoformat(day) + timedelta(days=later), datetime.min.time(), zone)
        return str(min(max(int(at.timestamp()) - later, 0), LATEST))
    except (ValueError, OverflowError):
        return "?"


def _line(found: Found, names: Mapping[str, str]) -> AuditLine:
    row = found.row
    fields = described(row, None, None, personal=False)["fields"]
    reason = fields.get("reason", "") if isinstance(fields, dict) else ""
    return AuditLine(
        id=row.id, at=min(max(int(row.at), 0), _LAST_DAY), tag=row.tag, who=names.get(row.user_id, row.user_id), subject=row.subject,
        reason=reason if isinstance(reason, str) else "", sealed=found.position is not None,
    )  # fmt: skip


def _told(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _file(text: str, media: str, name: str) -> Response:
    """A file that a browser keeps and never shows."""
    response = Response(text.encode("utf-8", "replace"), media_type=media)
    response.raw_headers += [
        *headers.COMMON,
        (b"cache-control", b"no-store"),
        (b"content-security-policy", headers.PICTURE_POLICY),
        (b"content-disposition", f'attachment; filename="{name}"'.encode("ascii")),
    ]
    return response
