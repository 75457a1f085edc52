"""The pages of the portal: what each one is told (views) and how it becomes bytes (renderer).

A route makes one view and calls `Renderer.page(view, lang=…, now=…, tz=…)`. Views hold facts, never sentences: texts come from the
catalogue by the state the view names. Every time is whole seconds since 1970 UTC.

What the pages' script (`frontend/portal`) and forms expect of the routes
-------------------------------------------------------------------------
Every form carries the hidden field `csrf`. Forms and their fields:

    POST /login        username, password
    POST /login/wait   do=again|cancel|continue|qr|challenge | do=response response | do=code code | do=method method |
                       do=send kind | do=answer kind answer
    POST /settings/devices/app       do=begin | do=confirm code, name
    POST /settings/devices/recovery  do=make post: answers with the codes, this once
    POST /login/panel  way=qr|challenge          → JSON, see below; a refusal is the usual `{"refusal": …}` with its status
    POST /enrol        do=send contact | do=code code | do=renew
    POST /sharing      do=begin username, password | do=ask|answer|send|drop sharing, answer | do=ask_cancel|ask_kept|ask_lost|cancel|lost sharing
    POST /start        username, code, password, repeat
    POST /password     current, password, repeat; the same at /settings/password
    POST /recover      do=begin|choose|code|answers|personal|password|cancel, see RecoverPage
    POST /settings/questions  question1…3, answer1…3
    POST /logout       (nothing more)
    POST /lang         lang=en|ja, back=a path of this site
    GET  /help         anchors are the ids in `HELP_ANCHORS`

Codes arrive as typed: digits of any width with spaces or hyphens; the route folds them (`fold_code`).

`POST /login/panel` answers with `Renderer.panel(panel, …)`, plain JSON from which the script fills elements already in the page, so
that no HTML is ever parsed from a string and the policy can be `require-trusted-types-for 'script'; trusted-types 'none'`:

    {"way": "qr", "state": "fresh"|"ended", "size": 33, "path": "M0 0h7v1…", "href": "https://key…/l#…",
     "until": 1763789708, "valid": "Valid until 14:35:08"}
    {"way": "challenge", "state": "fresh"|"ended"|"spent", "groups": ["148", "302", "9176"],
     "spoken": "1 4 8, 3 0 2, 9 1 7 6", "until": 1763789708, "valid": "Valid until 14:37:08"}

Live states: `GET /login/events` is an event stream of `event: state`, `data: {"state": S}` that sends the present state at once and then
each change; `GET /login/state?wait=20&known=pending` answers `{"state": S}` as soon as S is not `known`, or after `wait` seconds. S is that of the
platform API. `GET /enrol/events` and `GET /enrol/state?wait=20` do the same with S ∈ `waiting`, `scanned`, `active`, `over`.
Neither counts as activity of a person.

The demonstration page has an origin of its own: `GET /demo/outbox` → `{"messages": [{"id", "channel": "sms"|"mail"|"push", "to",
"subject", "text", "code": "" or what the copy button copies, "lang", "at": seconds}]}` newest first; `GET /demo/progress` →
`{"activated", "push", "qr", "challenge", "code": bool}`; `POST /demo/reset` csrf; `POST /lang`.
"""

from watchword.web.pages.names import fold_code, plain_name, safe_name
from watchword.web.pages.password_views import ChangePasswordPage, PasswordPage, QuestionsPage, RecoverPage
from watchword.web.pages.qr import qr_path
from watchword.web.pages.renderer import Renderer
from watchword.web.pages.views import (
    HELP_ANCHORS,
    ChallengePanel,
    ContactView,
    DemoAccount,
    DemoDrawer,
    DemoPage,
    DeviceView,
    EnrolPage,
    EnrolPanel,
    ErrorPage,
    HelpPage,
    HomePage,
    LoginPage,
    LoginRow,
    Method,
    OverPage,
    Page,
    PasswordRules,
    QrPanel,
    RefusalView,
    StartPage,
    TextPanel,
    WaitingPage,
)

__all__ = [
    "HELP_ANCHORS",
    "ChallengePanel",
    "ChangePasswordPage",
    "ContactView",
    "DemoAccount",
    "DemoDrawer",
    "DemoPage",
    "DeviceView",
    "EnrolPage",
    "EnrolPanel",
    "ErrorPage",
    "HelpPage",
    "HomePage",
    "LoginPage",
    "LoginRow",
    "Method",
    "OverPage",
    "Page",
    "PasswordPage",
    "PasswordRules",
    "QrPanel",
    "QuestionsPage",
    "RecoverPage",
    "RefusalView",
    "Renderer",
    "StartPage",
    "TextPanel",
    "WaitingPage",
    "fold_code",
    "plain_name",
    "qr_path",
    "safe_name",
]
