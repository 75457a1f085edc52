"""The tables of staff: who has which roles, what was asked for and decided, interviews, and activations that are held back."""

from __future__ import annotations

from sqlalchemy import Index, Table

from watchword.stores.columns import bytes_, id_, metadata, owner, text, time, word

staff = Table("staff", metadata, owner(primary=True), text("roles"), time("added"), id_("added_by"))

staff_requests = Table(
    "staff_requests",
    metadata,
    id_("id", primary=True),
    word("kind"),
    word("state"),
    owner(),
    id_("asked_by"),
    time("asked"),
    time("expires"),
    id_("decided_by"),
    time("decided"),
    bytes_("content"),
    Index(None, "user_id"),
    Index(None, "state", "asked"),
)

staff_interviews = Table(
    "staff_interviews",
    metadata,
    id_("id", primary=True),
    owner(),
    id_("staff_id"),
    time("at"),
    text("asked"),
    text("matched"),
    time("used"),
    Index(None, "user_id", "staff_id", "at"),
)

# A phone that was reported lost may hold the SIM that receives codes: until a request is approved, no new Key.
enrolment_holds = Table("enrolment_holds", metadata, owner(primary=True), time("since"), id_("held_by"))
