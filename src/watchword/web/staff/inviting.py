"""An administrator invites somebody who is not on file: the account stays closed until another administrator has approved."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core import new_users, staff
from watchword.core.refusals import CONFIRM_FIRST, STAFF_FORM, STAFF_NAME, STAFF_ROLE, STAFF_WORDS, Refusal
from watchword.core.users import NewUser
from watchword.flows.staff import members
from watchword.web.asking import Ask
from watchword.web.pages.first_views import InvitePage
from watchword.web.pages.zones import ZONES
from watchword.web.staff.opening import answer, back_to, common, opened, stopped
from watchword.web.staff.proof import ask_key
from watchword.web.staff.showing import SIGN_IN

FIELDS = ("username", "given_names", "family_names", "mail", "number")
WORDS = ("reason", "evidence")
BESIDE = frozenset({*FIELDS, *WORDS, "name", "roles"})
"""The fields beside which an error can stand; any other is told above the form."""
_OF_ROW = {"mails": "mail", "numbers": "number", "given_names": "name", "family_names": "name", "display_name": "name"}


def show(ask: Ask, error: Refusal | None = None) -> Response:
    """The form, with what was typed."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    if not staff.may_ask("invite", who.roles, oneself=False, about_staff=False):
        return stopped(ask, Refusal(STAFF_ROLE, "staff.role"))
    fields = common(ask, who, error)
    beside = str(error.params.get("field", "")) if error and error.kind in (STAFF_FORM, STAFF_WORDS) else ""
    wrong = "username" if error and error.kind is STAFF_NAME else beside if beside in BESIDE else ""
    view = InvitePage(
        **fields, all_roles=staff.ROLES, typed={name: ask.form.get(name, "") for name in (*FIELDS, *WORDS)},
        roles=tuple(role for role in staff.ROLES if ask.form.get(f"role_{role}")), wrong=wrong,
    )  # fmt: skip
    return answer(ask, who, view, error)


def post(ask: Ask) -> Response:
    """Put the person on file and ask."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    new = _read(ask)
    roles = " ".join(role for role in staff.ROLES if ask.form.get(f"role_{role}"))
    reason, evidence = (ask.form.get(name, "") for name in WORDS)
    made = new if isinstance(new, Refusal) else members.invite(ask.site.kit, who.session, new, roles, reason, evidence)
    if not isinstance(made, Refusal):
        return back_to(f"/requests/{made.request.id}", "invited")
    if made.kind is CONFIRM_FIRST:
        return ask_key(ask, who, "staff_request", (*FIELDS, *WORDS, *(f"role_{role}" for role in staff.ROLES)))
    return stopped(ask, made) if made.kind in SIGN_IN else show(ask, made)


def _read(ask: Ask) -> NewUser | Refusal:
    """The person as an operator's import reads one; the first fault names its field."""
    row: dict[str, object] = {name: ask.form.get(name, "") for name in FIELDS[:3]}
    row["mails"] = [ask.form["mail"].strip()] if ask.form.get("mail", "").strip() else []
    row["numbers"] = ["".join(ask.form["number"].split())] if ask.form.get("number", "").strip() else []
    here = str(ask.site.zone)
    row |= {"lang": ask.lang, "zone": here if here in ZONES else "UTC"}
    read = new_users.read(row, zone_known=ZONES.__contains__)
    if isinstance(read, NewUser):
        return read
    named = read[0].field
    return Refusal(STAFF_FORM, f"invite.{named}", {"field": _OF_ROW.get(named, named)})
