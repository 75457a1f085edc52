"""`watchword doctor`: what is wrong with an installation, and how to mend it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

from argon2 import PasswordHasher

from watchword.app import doctor_audit, makers, setting_faults
from watchword.app.clock import SystemClock, monotonic
from watchword.app.settings import Settings
from watchword.app.wiring import LEAST_MEMORY_KIB, SettingsFault, brand_of, check, hash_threads, static_folder
from watchword.core import brand as colours
from watchword.outbound.geo import Geo
from watchword.stores import migrate
from watchword.vault import keyring
from watchword.vault.breached import BreachedPasswords, ListFault

GOOD, WARN, BAD = "ok", "warning", "wrong"
SAMPLE_SECONDS = 0.6


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `mend` says what to do, "" where nothing is."""

    topic: str
    verdict: str
    text: str
    mend: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Everything that can be looked at without changing anything."""
    yield from _settings(settings)
    yield from _variables()
    yield from _keys(settings)
    yield from _database(settings)
    yield from _hashing(settings)
    yield from _passwords(settings)
    yield from _passkeys(settings)
    yield from _proxies(settings)
    yield from _geo(settings)
    yield from _events(settings)
    yield from _senders(settings)
    yield from _log(settings)
    yield from _brand(settings)
    yield from _key_app()


def _settings(settings: Settings) -> Iterator[Finding]:
    try:
        check(settings)
    except SettingsFault as fault:
        yield Finding("settings", BAD, str(fault), "change the setting that is named")
        return
    yield Finding("settings", GOOD, f"portal {settings.portal.url}, Key {settings.key.url}, policy {settings.policy}")
    if settings.environment != "production":
        yield Finding(
            "settings", WARN, f"environment is {settings.environment}", "set environment = production for real people"
        )


def _variables() -> Iterator[Finding]:
    for name, close in setting_faults.unknown(os.environ):
        mend = f"did you mean {close}?" if close else "remove it, or look for its name in docs/settings.md"
        yield Finding("settings", WARN, f"{name} is no setting and does nothing", mend)


def _keys(settings: Settings) -> Iterator[Finding]:
    path = settings.keys_path
    try:
        keyring.load(path)
    except FileNotFoundError:
        yield Finding(
            "keys",
            WARN,
            f"{path} does not exist yet",
            "it is made at first start; back it up then, apart from the database",
        )
    except PermissionError as open_to_others:
        yield Finding("keys", BAD, str(open_to_others), f"chmod 600 {path}")
    except ValueError as broken:
        yield Finding("keys", BAD, str(broken), "restore it from its backup; without it no enrolled device works")
    else:
        where = (
            "the same folder as the database"
            if settings.database_url == f"sqlite:///{path.parent / 'watchword.db'}"
            else str(path.parent)
        )
        yield Finding(
            "keys",
            GOOD,
            f"{path} ({where})",
            "must be backed up, apart from the database: without it no enrolled device works",
        )
        if stat.S_IMODE(path.parent.stat().st_mode) & 0o022:
            yield Finding("keys", WARN, f"{path.parent} can be written to by others", f"chmod go-w {path.parent}")


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        revision = migrate.current(settings.database_url)
    except Exception as unreachable:  # noqa: BLE001 - whatever the driver raises is the finding
        yield Finding(
            "database",
            BAD,
            f"cannot be reached: {type(unreachable).__name__}",
            "check database.url, and that the server runs",
        )
        return
    kind = settings.database_url.partition(":")[0]
    if revision is None:
        yield Finding("database", WARN, f"{kind}: empty", "run: watchword migrate")
    elif not migrate.is_current(settings.database_url):
        yield Finding("database", BAD, f"{kind}: at revision {revision}", "run: watchword migrate")
    else:
        yield Finding("database", GOOD, f"{kind}: at revision {revision}")


def _hashing(settings: Settings) -> Iterator[Finding]:
    threads, cores = hash_threads(settings), os.cpu_count() or 1
    hasher = PasswordHasher(settings.hash.passes, settings.hash.memory_kib, settings.hash.lanes)
    started = monotonic()
    hasher.hash("measured")
    one = monotonic() - started
    count = max(threads, round(SAMPLE_SECONDS / max(one, 0.001)) * threads)
    with ThreadPoolExecutor(threads) as pool:
        started = monotonic()
        list(pool.map(hasher.hash, ["measured"] * count))
        rate = count / (monotonic() - started)
    measured = f"{one * 1000:.0f} ms alone, {rate:.0f} a second with {threads} of {cores} cores"
    text = f"Argon2id {settings.hash.memory_kib} KiB, {settings.hash.passes} passes: {measured}"
    if one > 1:
        yield Finding(
            "hashing",
            WARN,
            text,
            "a login waits over a second for it: lower hash.memory_kib or hash.passes, never under the defaults",
        )
    elif one < 0.005 and settings.hash.memory_kib < LEAST_MEMORY_KIB:
        yield Finding("hashing", WARN, text, "raise hash.memory_kib and hash.passes to the defaults at least")
    else:
        yield Finding("hashing", GOOD, text)


def _passwords(settings: Settings) -> Iterator[Finding]:
    path = settings.passwords.breached_file
    if not path:
        mend = "set passwords.breached_file, then run: watchword passwords import FILE"
        yield Finding("passwords", WARN, "no list of breached passwords: only common ones are refused", mend)
        return
    try:
        known = BreachedPasswords(Path(path))
    except (OSError, ListFault) as fault:
        yield Finding("passwords", BAD, str(fault), "run: watchword passwords import FILE")
    else:
        yield Finding("passwords", GOOD, f"{known.entries:,} breached passwords, {known.size / 1e6:,.1f} MB on disk")


def _passkeys(settings: Settings) -> Iterator[Finding]:
    for good, text, mend in makers.examine(settings, SystemClock().now()):
        yield Finding("passkeys", {True: GOOD, False: BAD, None: WARN}[good], text, mend)


def _proxies(settings: Settings) -> Iterator[Finding]:
    for network in settings.trusted_proxies:
        try:
            if ip_network(network).num_addresses > 2**16:
                yield Finding(
                    "proxies",
                    WARN,
                    f"{network} is wide: anybody in it can claim any address",
                    "name the proxies themselves",
                )
        except ValueError:
            yield Finding("proxies", BAD, f"{network} is no network", "write it as 10.0.0.5/32 or 10.0.0.0/24")
    if not settings.trusted_proxies:
        behind = settings.portal.url.startswith("https://")
        text = "none: forwarded headers are not believed"
        yield Finding(
            "proxies",
            WARN if behind else GOOD,
            text,
            "behind a proxy that ends TLS, name it in trusted_proxies, or every login seems to come from it"
            if behind
            else "",
        )


def _geo(settings: Settings) -> Iterator[Finding]:
    if not settings.geo.city_db and not settings.geo.asn_db:
        yield Finding(
            "geo",
            WARN,
            'no files: place and network read "Not known" and count as new',
            "set geo.city_db and geo.asn_db (docs/geo.md)",
        )
        return
    faults = Geo(settings.geo.city_db or None, settings.geo.asn_db or None, monotonic=monotonic).faults()
    yield from (Finding("geo", BAD, fault, "check the path and the file") for fault in faults)
    if not faults:
        yield Finding("geo", GOOD, "files can be read")


def _events(settings: Settings) -> Iterator[Finding]:
    if not settings.redis.url:
        several = settings.workers > 1
        text = "no Redis: waiting pages of other processes poll once a second" if several else "in process"
        yield Finding("events", WARN if several else GOOD, text, "set redis.url" if several else "")
        return
    import redis  # noqa: PLC0415 - 40 ms that only an installation with Redis pays

    try:
        redis.Redis.from_url(settings.redis.url, socket_connect_timeout=2).ping()
    except redis.RedisError as lost:
        yield Finding(
            "events",
            BAD,
            f"Redis does not answer: {type(lost).__name__}",
            "start it, or check redis.url; until then pages poll",
        )
    else:
        yield Finding("events", GOOD, "Redis answers")


def _senders(settings: Settings) -> Iterator[Finding]:
    for name, provider in (("SMS", settings.sms.provider), ("mail", settings.mail.provider)):
        if provider == "none":
            yield Finding(
                name.lower(),
                BAD,
                f"no {name} can be sent: first passwords and activation codes reach nobody",
                f"set {name.lower()}.provider",
            )
        elif provider == "outbox":
            yield Finding(
                name.lower(),
                WARN,
                f"{name} is kept in the demonstration's outbox",
                f"set {name.lower()}.provider for real people",
            )
        else:
            yield Finding(name.lower(), GOOD, f"through {provider}")
    if settings.sms.provider == "http" and not settings.sms.countries:
        yield Finding(
            "sms",
            WARN,
            "SMS may go to every country",
            "list those your people live in under sms.countries (toll fraud)",
        )


def _log(settings: Settings) -> Iterator[Finding]:
    try:
        for good, text, mend in doctor_audit.examine(settings, SystemClock().now()):
            yield Finding("log", {True: GOOD, False: BAD, None: WARN}[good], text, mend)
    except Exception as unreachable:  # noqa: BLE001 - whatever the driver or the key file raises is told by another finding
        yield Finding("log", WARN, f"cannot be looked at: {type(unreachable).__name__}", "mend what is wrong above")


def _brand(settings: Settings) -> Iterator[Finding]:
    brand = brand_of(settings)
    try:
        derived = colours.derive(brand.accent or colours.DEFAULT_ACCENT)
    except ValueError as wrong:
        yield Finding("brand", BAD, str(wrong), "write brand.accent as #RRGGBB")
        return
    least = min(colours.ratios(derived), key=lambda ratio: ratio.value / ratio.needed)
    yield Finding(
        "brand",
        GOOD,
        f"every contrast holds; the closest is {least.foreground} on {least.background} ({least.scheme}): {least.value:.2f} of {least.needed}",
    )


def _key_app() -> Iterator[Finding]:
    if (static_folder() / "key" / "index.html").is_file():
        yield Finding("key", GOOD, "the phone app is built")
    else:
        yield Finding("key", BAD, "the phone app is not built", "run: make setup")
