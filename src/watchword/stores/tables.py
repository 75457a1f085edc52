"""Every table, for SQLite and PostgreSQL alike. `migrations/` brings a database here; a test compares the two.

Ids are 26 characters, times whole seconds since the epoch (0 for never), hashes bytes, small lists JSON text. Columns stand in the
order of the dataclass they hold, so that a row becomes one by position. What a person typed is Text: PostgreSQL would refuse a
longer one in the middle of a transaction, SQLite would not.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Identity, Index, Table, UniqueConstraint
from sqlalchemy.sql.type_api import TypeEngine

from watchword.stores import staff_tables
from watchword.stores.audit_tables import (
    audit,
    audit_heads,
    audit_leaves,
    audit_log,
    audit_nodes,
    audit_personal,
    audit_places,
)
from watchword.stores.caller_tables import caller_proofs
from watchword.stores.cases_tables import attachments, case_messages, cases
from watchword.stores.challenges_tables import challenges
from watchword.stores.columns import SERIAL, bytes_, count, flag, id_, metadata, owner, text, time, word
from watchword.stores.console_tables import staff_drafts, staff_links
from watchword.stores.limits_tables import own_limits
from watchword.stores.password_tables import password_history, recoveries, security_answers
from watchword.stores.protection_tables import network_tries, phone_notices, user_networks
from watchword.stores.renewal_tables import renewals
from watchword.stores.sharing_tables import sharings
from watchword.stores.tokens_tables import orders, tokens
from watchword.stores.withdrawal_tables import withdrawals

__all__ = [
    "attachments", "audit", "audit_heads", "audit_leaves", "audit_log", "audit_nodes", "audit_personal", "audit_places",
    "caller_proofs", "case_messages", "cases", "challenges", "metadata", "network_tries", "orders", "own_limits", "password_history",
    "phone_notices",
    "recoveries", "renewals", "security_answers", "sharings", "staff_drafts", "staff_links", "staff_tables", "tokens", "user_networks",
    "withdrawals",
]  # fmt: skip

users = Table(
    "users",
    metadata,
    id_("id", primary=True),
    text("username"),
    text("username_key"),
    text("display_name"),
    text("given_name"),
    word("lang"),
    text("zone"),
    word("state"),
    text("password_hash"),
    time("quiet_until"),
    time("denied_at"),
    time("created"),
    time("flagged"),
    word("kind"),
    id_("primary_id"),
    time("password_changed"),
    time("recovered"),
    text("notify"),
    count("floor"),
    time("opted_out"),
    UniqueConstraint("username_key"),
    # Staff look people up by how a name begins: bytewise on PostgreSQL too, whatever its collation (stores/staff.py).
    *(
        Index(f"ix_users_{name}_prefix", name, postgresql_ops={name: "text_pattern_ops"})
        for name in ("display_name", "username_key")
    ),
    Index(None, "primary_id"),
)

user_details = Table("user_details", metadata, owner(primary=True), bytes_("details"))

contacts = Table(
    "contacts",
    metadata,
    id_("id", primary=True),
    owner(),
    word("kind"),
    bytes_("value"),
    bytes_("value_mac"),
    time("verified"),
    flag("is_default"),
    time("on_file"),
    Index(None, "user_id"),
    Index(None, "value_mac"),
)

password_tries = Table(
    "password_tries",
    metadata,
    bytes_("subject", primary=True),
    text("client", primary=True),
    count("wrong"),
    count("locks"),
    time("locked_until"),
    count("total"),
    time("touched"),
)

attempts = Table(
    "attempts",
    metadata,
    id_("id", primary=True),
    id_("user_id"),
    text("username"),
    text("client"),
    word("state"),
    bytes_("collector_hash"),
    text("bound_key"),
    text("nonce"),
    time("started"),
    time("expires"),
    text("address"),
    text("place"),
    text("network"),
    text("network_key"),
    text("browser"),
    text("system"),
    flag("place_new"),
    flag("network_new"),
    flag("browser_new"),
    id_("browser_id"),
    flag("confirm"),
    word("confirm_reason"),
    id_("device_id"),
    text("asked"),
    time("push_until"),
    count("qr_turn"),
    time("qr_until"),
    word("challenge_state"),
    count("challenge_turn"),
    time("challenge_until"),
    count("wrong"),
    count("wrong_challenge"),
    count("wrong_confirmation"),
    time("decided"),
    text("decided_by"),
    text("amr"),
    id_("session_id"),
    word("lang"),
    word("action"),
    word("operation"),
    bytes_("qr_hash", nullable=True),
    count("floor"),
    count("level"),
    Index(None, "collector_hash", unique=True),
    Index(None, "qr_hash", unique=True),
    Index(None, "user_id", "started"),
    Index(None, "started"),
    Index(None, "push_until"),
)

phones = Table(
    "phones",
    metadata,
    id_("id", primary=True),
    word("state"),
    bytes_("key_x"),
    bytes_("key_y"),
    text("name"),
    text("platform"),
    count("signed_wrong"),
    count("offline_wrong"),
    time("created"),
    bytes_("push", nullable=True),
    UniqueConstraint("key_x", "key_y"),
)

devices = Table(
    "devices",
    metadata,
    id_("id", primary=True),
    owner(),
    id_("phone_id"),
    word("kind"),
    word("state"),
    text("name"),
    bytes_("secret"),
    count("wrong_signed"),
    count("wrong_offline"),
    time("created"),
    time("last_used"),
    bytes_("recovery", nullable=True),
    bytes_("pending", nullable=True),
    bytes_("first_number", nullable=True),
    count("wrong"),
    time("ends"),
    id_("added_in"),
    bytes_("handle", nullable=True),
    id_("shared_from"),
    Index(None, "user_id"),
    Index(None, "phone_id"),
    Index(None, "handle", unique=True),
    Index(None, "shared_from"),
)

enrolments = Table(
    "enrolments",
    metadata,
    id_("id", primary=True),
    id_("user_id"),
    word("road"),
    word("state"),
    id_("session_id"),
    bytes_("claim_hash"),
    count("turn"),
    bytes_("qr_hash"),
    bytes_("code_hash"),
    count("wrong"),
    time("proved"),
    id_("contact_id"),
    text("new_number"),
    id_("phone_id"),
    id_("device_id"),
    text("platform"),
    time("created"),
    time("expires"),
    Index(None, "qr_hash"),
    Index(None, "code_hash"),
    Index(None, "session_id"),
    Index(None, "user_id"),
    Index(None, "expires"),
)

codes = Table(
    "codes",
    metadata,
    id_("id", primary=True),
    id_("user_id"),
    word("purpose"),
    text("subject"),
    id_("contact_id"),
    bytes_("mac"),
    count("tries"),
    time("expires"),
    time("ended"),
    time("sent"),
    Index(None, "subject", "purpose"),
    Index(None, "expires"),
)

sessions = Table(
    "sessions",
    metadata,
    id_("id", primary=True),
    id_("user_id"),
    text("username"),
    word("kind"),
    text("client"),
    bytes_("token_hash"),
    id_("attempt_id"),
    text("acr"),
    text("amr"),
    time("created"),
    time("touched"),
    time("idle_seconds"),
    time("expires"),
    time("ended"),
    time("proved"),
    time("confirmed"),
    word("account"),
    count("level"),
    count("confirmed_level"),
    Index(None, "token_hash", unique=True),
    Index(None, "user_id"),
    Index(None, "expires"),
)

browsers = Table(
    "browsers",
    metadata,
    id_("id", primary=True),
    id_("user_id"),
    text("networks"),
    text("places"),
    count("wrong"),
    time("last_used"),
    bytes_("token_hash"),
    UniqueConstraint("user_id", "token_hash"),
)

claims = Table("claims", metadata, text("claim", primary=True), time("expires"), Index(None, "expires"))

rates = Table("rates", metadata, text("key", primary=True), text("stamps"), time("expires"))

# `due` is when a dispatcher may take the letter, queued or left by one that died; NULL once it needs nobody.
outbox = Table(
    "outbox",
    metadata,
    Column("id", SERIAL, Identity(), primary_key=True),
    word("kind"),
    id_("user_id"),
    bytes_("letter", nullable=True),
    word("state"),
    count("tries"),
    Column("due", BigInteger, nullable=True),
    time("created"),
    time("sent_at"),
    text("detail"),
    id_("ref"),
    word("report"),
    time("reported"),
    Index(None, "due"),
    Index(None, "ref"),
)


def column_type(table: Table, name: str) -> TypeEngine[object]:
    """The type of a column, for a bound parameter that is set to it or compared with it."""
    return table.c[name].type
