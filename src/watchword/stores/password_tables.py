"""Tables of earlier passwords, security questions and recoveries."""

from __future__ import annotations

from sqlalchemy import Column, Identity, Index, Table

from watchword.stores.columns import SERIAL, bytes_, count, id_, metadata, owner, text, time, word

password_history = Table(
    "password_history",
    metadata,
    Column("id", SERIAL, Identity(), primary_key=True),
    owner(),
    text("encoded"),
    time("replaced"),
    Index(None, "user_id"),
)

security_answers = Table(
    "security_answers",
    metadata,
    owner(primary=True),
    Column("question", word("question").type, primary_key=True, nullable=False),
    text("encoded"),
    time("chosen"),
)

recoveries = Table(
    "recoveries",
    metadata,
    id_("id", primary=True),
    id_("user_id"),
    bytes_("subject"),
    text("username"),
    word("state"),
    bytes_("collector_hash"),
    text("proofs"),
    word("method"),
    id_("contact_id"),
    id_("attempt_id"),
    count("wrong_questions"),
    count("wrong_personal"),
    time("started"),
    time("expires"),
    time("ended"),
    word("lang"),
    Index(None, "collector_hash", unique=True),
    Index(None, "expires"),
)
