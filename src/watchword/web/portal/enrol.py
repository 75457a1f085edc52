"""Enrolling the first device: a proof to what was on file, then the QR and the Session ID (G, H)."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core.devices import SMS
from watchword.core.refusals import CONFIRM_FIRST, ENROLMENT_OVER, NO_CONTACT, PROOF_FIRST, Refusal
from watchword.core.sessions import Session
from watchword.flows import offers, waiting
from watchword.flows.password_step import active_devices
from watchword.flows.sent_codes import Sent
from watchword.web.asking import Ask
from watchword.web.pages import ContactView, EnrolPage, EnrolPanel, RefusalView
from watchword.web.pages.views import EnrolStep
from watchword.web.portal.showing import page, refusal_view, refuse, see, with_retry
from watchword.web.portal.signed_in import enrolling_too

STATES = {"offered": "waiting", "proven": "scanned", "issued": "scanned", "active": "active"}


def panel_of(ask: Ask, offer: offers.Offer) -> EnrolPanel:
    """QR and Session ID as a page shows them."""
    state = STATES.get(offer.enrolment.state, "over")
    shown = "waiting" if state == "waiting" else "scanned" if state == "scanned" else "over"
    return EnrolPanel(text=offer.address, session_id=offer.session_id, until=offer.enrolment.expires, state=shown)  # type: ignore[arg-type]


def show(ask: Ask, error: Refusal | None = None, sent: Sent | None = None, contact: str = "") -> Response:
    """The step this session is at."""
    session = enrolling_too(ask)
    if isinstance(session, Refusal):
        return refuse(ask, session)
    if session.kind == "portal" and waiting.flagged(ask.site.kit, session):
        return see("/password")
    if not offers.may_offer(session):
        return _contact_step(ask, session, error, sent, contact)
    offer = offers.current(ask.site.kit, session)
    if isinstance(offer, Refusal):
        return see("/settings/devices") if offer.kind is CONFIRM_FIRST else refuse(ask, offer)
    if offer.enrolment.state == "active":
        return _page(ask, session, "done", None, device=offers.device_name(ask.site.kit, offer.enrolment))
    return _page(ask, session, "scan", error, panel=panel_of(ask, offer))


def _contact_step(ask: Ask, session: Session, error: Refusal | None, sent: Sent | None, contact: str) -> Response:
    contacts = tuple(
        ContactView(
            id=item.id,
            kind="sms" if item.kind == "sms" else "mail",
            masked=masked,
            default=item.is_default and item.kind == "sms",
            verified=bool(item.verified),
        )
        for item, masked in offers.contacts(ask.site.kit, session)
    )
    if not contacts:
        return _page(ask, session, "no_contact", error or Refusal(NO_CONTACT, "contact.none"))
    pending = offers.proof_sent(ask.site.kit, session)
    step: EnrolStep = (
        "code"
        if (sent or pending) and not (error and error.kind is PROOF_FIRST) and "choose" not in ask.query
        else "choose"
    )
    return _page(ask, session, step, error, contacts=contacts, sent=sent or pending, contact=contact)


def _page(
    ask: Ask, session: Session, step: EnrolStep, error: Refusal | None, *, contacts: tuple[ContactView, ...] = (), sent: Sent | None = None,
    contact: str = "", panel: EnrolPanel | None = None, device: str = "",
) -> Response:  # fmt: skip
    with ask.site.kit.store.read() as tx:
        user = tx.users.get(session.user_id)
        texted = next(
            (one.name for one in active_devices(tx, session.user_id, ask.site.kit.clock.now()) if one.kind == SMS), ""
        )
    shown: RefusalView | None = refusal_view(ask, error, user) if error else None
    view = EnrolPage(
        csrf=ask.csrf(), username=session.username, step=step, contacts=contacts, contact=contact, sent_to=sent.to if sent else "",
        sent_at=sent.again - 60 if sent else 0, code_until=sent.expires if sent else 0, again_at=sent.again if sent else 0, panel=panel,
        device=device, error=shown, key_url=ask.site.key_origin, until=session.expires,
        number=texted if session.kind == "enrolment" else "",
    )  # fmt: skip
    response = page(ask, view, status=error.kind.status if error else 200, user=user)
    return with_retry(response, error) if error else response


def post(ask: Ask) -> Response:
    """Send a proof, judge it, or make a new QR."""
    session = enrolling_too(ask)
    if isinstance(session, Refusal):
        return refuse(ask, session)
    if session.kind == "portal" and waiting.flagged(ask.site.kit, session):
        return see("/password")
    do = ask.form.get("do", "")
    if do == "send":
        contact = ask.form.get("contact", "")[:26]
        result = offers.send_proof(ask.site.kit, session, contact)
        return (
            show(ask, result, contact=contact)
            if isinstance(result, Refusal)
            else show(ask, sent=result, contact=contact)
        )
    if do == "code":
        refused = offers.check_proof(ask.site.kit, session, ask.form.get("code", ""))
        return show(ask, refused, contact=ask.form.get("contact", "")[:26]) if refused else see("/enrol")
    if do == "renew":
        offer = offers.current(ask.site.kit, session, renew=True)
        return show(ask, offer) if isinstance(offer, Refusal) else see("/" if session.kind == "portal" else "/enrol")
    return show(ask, Refusal(ENROLMENT_OVER, "do.unknown"))
