"""Where an SMS gateway reports what became of a message (N04, docs/sms.md). The proof in the address stands for the gateway."""

from __future__ import annotations

from starlette.responses import Response

from watchword.flows import reports
from watchword.web.asking import Ask


def report(ask: Ask) -> Response:
    """200 for every report of ours, new or not: a gateway would repeat it otherwise. 404 for anything else, without a reason."""
    found = ask.site.sms_report({**ask.query, **ask.form}) if ask.site.sms_report else None
    if found is None:
        return Response(b"", 404)
    reports.note(ask.site.kit, found.id, found.state)
    return Response(b"", 200, headers={"cache-control": "no-store"})
