"""Two-way proof at the console: who dialled, then what to say and to read out, then what came of it (S05)."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core.refusals import CONFIRM_FIRST, Refusal
from watchword.flows.staff import caller, people
from watchword.flows.staff.caller import Seen
from watchword.flows.staff.desk import Desk
from watchword.web.asking import Ask
from watchword.web.pages.person_views import CallPage
from watchword.web.portal.showing import see
from watchword.web.staff.news import State
from watchword.web.staff.opening import about, answer, common, opened, stopped
from watchword.web.staff.proof import ask_key
from watchword.web.staff.showing import SIGN_IN
from watchword.web.staff.signed import live


def show(ask: Ask, user_id: str, proof_id: str, error: Refusal | None = None) -> Response:
    """The form, or one proof as it stands now; an approval counts from here on."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    username = about(ask, user_id)
    if isinstance(username, Response):
        return username
    seen = caller.look(ask.site.kit, who.session, proof_id[:26]) if proof_id else None
    if isinstance(seen, Refusal) or (seen is not None and seen.proof.user_id != user_id):
        return stopped(ask, seen if isinstance(seen, Refusal) else caller.unknown())
    if seen is None:
        found = people.show(ask.site.kit, who.session, username)
        if isinstance(found, Refusal):
            return stopped(ask, found)
    return answer(ask, who, _view(ask, who, user_id, username, seen, error), error)


def _view(ask: Ask, who: Desk, user_id: str, username: str, seen: Seen | None, error: Refusal | None) -> CallPage:
    fields = {**common(ask, who, error), "id": user_id, "username": username, "name": username}
    if seen is None:
        return CallPage(**fields, direction=ask.form.get("direction", ""))
    attempt, proof = seen.attempt, seen.proof
    mark = caller.mark(ask.site.kit, who.session, proof.id)
    return CallPage(
        **fields, proof=proof.id, outcome=seen.outcome, direction=attempt.operation, digits=seen.digits, words=seen.words,
        words_state=proof.state, words_lang=attempt.lang, device=seen.device, decided=attempt.decided, good_until=seen.good_until,
        expires=attempt.expires, mark="" if isinstance(mark, Refusal) else mark[1],
    )  # fmt: skip


def post(ask: Ask, user_id: str, proof_id: str) -> Response:
    """Ask the person's Key, or end what was asked."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    username = about(ask, user_id)
    if isinstance(username, Response):
        return username
    kit, session = ask.site.kit, who.session
    if proof_id:
        found = caller.stop(kit, session, proof_id[:26])
    else:
        found = caller.begin(kit, session, username, ask.form.get("direction", ""))
    if not isinstance(found, Refusal):
        return see(f"/users/{found.proof.user_id}/caller/{found.proof.id}")
    if found.kind is CONFIRM_FIRST:
        return ask_key(ask, who, "staff", ("direction",))
    return stopped(ask, found) if found.kind in SIGN_IN else show(ask, user_id, proof_id, found)


def state(ask: Ask) -> State | Refusal:
    """Whether there is news of one's own proof."""
    session = live(ask, passive=True)
    if isinstance(session, Refusal):
        return session
    found = caller.mark(ask.site.kit, session, ask.query.get("id", "")[:26])
    return found if isinstance(found, Refusal) else State(f"attempt:{found[0]}", found[1])
