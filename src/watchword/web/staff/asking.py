"""Asking for a change that a colleague has to approve: a form for each kind, made of the parameters that the kind names."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core import staff
from watchword.core.interviews import enough
from watchword.core.refusals import CONFIRM_FIRST, NOT_FOUND, STAFF_FORM, STAFF_WORDS, Refusal
from watchword.core.staff_requests import LIFE_SECONDS, LONGEST_WORDS
from watchword.flows.staff import interview, people, requests
from watchword.flows.staff.desk import Desk
from watchword.flows.staff.effects import CHANGES
from watchword.flows.staff.people import Card
from watchword.web.asking import Ask
from watchword.web.pages.person_views import AskPage, Field
from watchword.web.staff.opening import about, answer, back_to, common, opened, stopped
from watchword.web.staff.proof import ask_key
from watchword.web.staff.showing import SIGN_IN

FORMS = {"networks": "area", "roles": "roles", "contact": "choice", "replaces": "choice"}
"""How a parameter is asked for, where a line of text is not it."""
INTERVIEWED = staff.AFTER_INTERVIEW


def show(ask: Ask, user_id: str, kind: str, error: Refusal | None = None) -> Response:
    """The form, with what was typed."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    username = about(ask, user_id) if kind in CHANGES else stopped(ask, Refusal(NOT_FOUND, "kind.unknown"))
    if isinstance(username, Response):
        return username
    found = people.show(ask.site.kit, who.session, username)
    if isinstance(found, Refusal):
        return stopped(ask, found)
    fields = common(ask, who, error)
    held = interview.last(ask.site.kit, who.session, username) if kind in INTERVIEWED else None
    named = str(error.params.get("field", "")) if error and error.kind in (STAFF_FORM, STAFF_WORDS) else ""
    view = AskPage(
        **fields, id=user_id, username=found.user.username, name=found.user.display_name, kind=kind,
        fields=tuple(_field(ask, found, name) for name in CHANGES[kind].names), reason=ask.form.get("reason", ""),
        evidence=ask.form.get("evidence", ""), wrong=named if named in (*CHANGES[kind].names, "reason", "evidence") else "",
        longest=LONGEST_WORDS, hours=LIFE_SECONDS // 3600, interview=bool(held and enough(held.matched)),
        needs_interview=kind in INTERVIEWED,
    )  # fmt: skip
    return answer(ask, who, view, error)


def _field(ask: Ask, found: Card, name: str) -> Field:
    options: tuple[tuple[str, str], ...] = ()
    if name == "contact":
        options = tuple((contact, masked) for contact, _, masked, _ in found.contacts)
    elif name == "replaces":
        options = tuple((contact, masked) for contact, kind, masked, _ in found.contacts if kind == "sms")
    elif name == "roles":
        options = tuple((role, role) for role in staff.ROLES)
    value = ask.form.get(name, "")
    if name == "roles" and ask.method == "GET" and not ask.form:
        value = " ".join(sorted(found.roles))
    return Field(name=name, form=FORMS.get(name, "text"), value=value, options=options)


def post(ask: Ask, user_id: str, kind: str) -> Response:
    """Ask; where Key has to be shown first, what was typed waits."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    username = about(ask, user_id) if kind in CHANGES else stopped(ask, Refusal(NOT_FOUND, "kind.unknown"))
    if isinstance(username, Response):
        return username
    names = CHANGES[kind].names
    ask.form = {**ask.form, **({"roles": _roles(ask)} if "roles" in names else {})}
    params = {name: ask.form.get(name, "") for name in names}
    reason, evidence = ask.form.get("reason", ""), ask.form.get("evidence", "")
    made = requests.ask(ask.site.kit, who.session, kind, username, reason, evidence, params)
    if not isinstance(made, Refusal):
        return back_to(f"/requests/{made.request.id}", "asked")
    if made.kind is CONFIRM_FIRST:
        return ask_key(ask, who, "staff_request", ("reason", "evidence", *names))
    return stopped(ask, made) if made.kind in SIGN_IN else show(ask, user_id, kind, made)


def _roles(ask: Ask) -> str:
    """The boxes that are ticked, as the one parameter that the flow takes."""
    return " ".join(role for role in staff.ROLES if ask.form.get(f"role_{role}"))


def may_ask(who: Desk, kind: str) -> bool:
    """Whether these roles ask for this kind about anybody."""
    return staff.may_ask(kind, who.roles, oneself=False, about_staff=False)
