"""Key before what matters: the phone is asked, and what was typed waits sealed for the way back (ASVS 7.5.1)."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import Response

from watchword.core.attempts import LIFE_SECONDS
from watchword.core.refusals import Refusal
from watchword.flows import confirm, login
from watchword.flows.staff import desk
from watchword.flows.staff.desk import Desk
from watchword.web.asking import LOGIN, Ask
from watchword.web.portal.showing import see
from watchword.web.staff.showing import refuse


def ask_key(ask: Ask, who: Desk, operation: str, keep: Iterable[str] = ()) -> Response:
    """The waiting page. `keep` names the fields of this form that come back with the page; never an answer, never a secret."""
    opened = confirm.begin(ask.site.kit, who.session, operation, ask.visit())
    if not isinstance(opened, login.Opened):
        return refuse(ask, opened)
    typed = {name: ask.form[name] for name in keep if ask.form.get(name)}
    kept = desk.keep(ask.site.kit, who.session, ask.path, typed, attempt_id=opened.attempt.id)
    if isinstance(kept, Refusal):
        return refuse(ask, kept)
    ask.set_cookie(LOGIN, opened.collector, LIFE_SECONDS)
    return see("/login/wait")


def come_back(ask: Ask, who: Desk) -> bool:
    """Put what waited into the form of its page again, once Key was shown or not. Whether it was shown lately enough."""
    draft = desk.kept(ask.site.kit, who.session, ask.query.get("draft", "")[:26]) if ask.method == "GET" else None
    if draft is None or draft.path != ask.path or not draft.attempt_id:
        return False
    ask.form = dict(draft.fields)
    return confirm.required(ask.site.kit, who.session) is None
