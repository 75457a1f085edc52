"""Tables of account protection: networks that an account is kept to, notices for its phones, and what networks have tried."""

from __future__ import annotations

from sqlalchemy import Index, Table, UniqueConstraint

from watchword.stores.columns import count, id_, metadata, owner, text, time, word

user_networks = Table(
    "user_networks",
    metadata,
    id_("id", primary=True),
    owner(),
    text("cidr"),
    text("note"),
    time("created"),
    text("by"),
    UniqueConstraint("user_id", "cidr"),
)

# No foreign key: a name that belongs to nobody leaves the same row, of a user that is nobody.
phone_notices = Table(
    "phone_notices",
    metadata,
    id_("id", primary=True),
    id_("user_id"),
    word("kind"),
    text("params"),
    time("at"),
    time("until"),
    UniqueConstraint("user_id", "kind"),
    Index(None, "until"),
)

network_tries = Table(
    "network_tries",
    metadata,
    text("key", primary=True),
    count("tries"),
    count("names"),
    time("started"),
    Index(None, "started"),
)
