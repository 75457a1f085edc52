"""The commands of `watchword staff`, and `watchword break-glass`, under their names."""

from __future__ import annotations

import typer

from watchword.app.staff import asking, callers, cases, inviting, members, people
from watchword.app.staff.desk import with_desk
from watchword.app.staff.signing_in import confirm_again, log_in, log_out, whoami

app = typer.Typer(
    help="What the institution's own people do, each signed in by name with password and Key.", no_args_is_help=True
)

for _name, _function in (
    ("login", log_in), ("logout", log_out), ("whoami", whoami),
    ("find", people.find), ("show", people.show), ("unlock", people.unlock), ("end-sessions", people.end_sessions), ("end-session", people.end_session),
    ("lost-phone", people.lost_phone), ("suspend", people.suspend), ("interview", people.interview),
    ("caller", callers.one), ("callers", callers.listed),
    ("request", asking.ask), ("requests", asking.listed), ("request-show", asking.one),
    ("approve", asking.approve), ("reject", asking.reject), ("withdraw", asking.withdraw),
    ("cases", cases.listed), ("case", cases.one), ("answer", cases.answer),
    ("members", members.listed), ("first-administrator", members.first_administrator),
    ("invite-first", inviting.invite_first), ("invite", inviting.invite),
):  # fmt: skip
    app.command(_name)(with_desk(_function, confirm_again))

break_glass = with_desk(members.break_glass, confirm_again)
