"""The composition root: from settings to everything that runs."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from importlib.resources import files
from ipaddress import ip_network
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives import serialization

from watchword.app.addresses import host, passkey_origins, related_origins, rp_id_of, within
from watchword.app.calendar import MarketCalendar
from watchword.app.clock import SystemClock, SystemEntropy, monotonic
from watchword.app.events import LocalEvents, RedisEvents
from watchword.app.limit_settings import LimitSettings
from watchword.app.makers import makers_of
from watchword.app.sealing import Sealing, head_places
from watchword.app.senders import senders
from watchword.app.settings import Settings
from watchword.app.surroundings import Surroundings
from watchword.core.brand import Brand
from watchword.core.devices import CARD_PLUS, CODE_CARD
from watchword.core.entitlements import GROUPS, SITUATIONS, dollars
from watchword.core.entitlements import Rules as EntitlementRules
from watchword.core.policy import Client, Passkeys, Policy
from watchword.core.throttle import Limit, Limits
from watchword.flows.kit import Kit
from watchword.flows.ports import Clock, Entropy
from watchword.outbound import phone_numbers
from watchword.outbound.dispatcher import Dispatcher
from watchword.outbound.geo import Geo
from watchword.outbound.guard import PUSH_HOSTS, Allowed, GuardedClient
from watchword.outbound.papers import Papers
from watchword.outbound.pictures import Pictures
from watchword.outbound.sms import HttpGateway, Report
from watchword.outbound.webpush import WebPush
from watchword.stores import migrate
from watchword.stores.engine import SqlStore, open_store
from watchword.vault import dpop, keyring
from watchword.vault.breached import ListFault, lookup
from watchword.vault.commitments import commit
from watchword.vault.common import CommonPasswords
from watchword.vault.makers import Makers, MdsFault
from watchword.vault.passwords import Passwords, Pool, Turn
from watchword.vault.turns import FileTurn
from watchword.vault.vault import Vault
from watchword.web.live import Hub
from watchword.web.pages import Renderer
from watchword.web.pages.clock import Clock as PageClock
from watchword.web.site import Site
from watchword.web.texts import LANGUAGES, Catalogue

log = logging.getLogger("watchword.app")

LEAST_MEMORY_KIB, LEAST_PASSES = 19456, 2
STAFF_IDLE_SECONDS, STAFF_LIFE_SECONDS = 15 * 60, 8 * 60 * 60
ARGON2_OF_KEY = {"m": 19456, "t": 2, "p": 1}


class Publisher(Protocol):
    """Port `Events`."""

    def publish(self, topic: str, data: Mapping[str, str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Built:
    """An installation, wired; `console` is None where `staff.url` is empty. `close` ends what it holds."""

    settings: Settings
    kit: Kit
    store: SqlStore
    site: Site
    console: Site | None
    hub: Hub
    events: Publisher
    dispatcher: Dispatcher
    vault: Vault
    ring: keyring.KeyRing
    sealing: Sealing

    def close(self) -> None:
        """Give everything back."""
        self.site.threads.shutdown(wait=False, cancel_futures=True)
        self.store.close()


class Words:
    """Texts of letters: the catalogue, and dates as people write them."""

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        self._catalogue, self._clock = catalogue, clock

    def plain(self, lang: str, key: str, **params: object) -> str:
        """The text of a key, without the line ends of its source."""
        return self._catalogue.plain(lang, key, **params).strip()

    def device(self, lang: str, name: str) -> str:
        """A device's name in a language, where it is one of ours."""
        return self._catalogue.device(lang, name)

    def moment(self, lang: str, at: int, zone: str) -> str:
        """A date and time."""
        return str(PageClock(self._catalogue, lang, self._clock.now(), ZoneInfo(zone)).full(at))


class SettingsFault(Exception):
    """A setting that cannot work, in words for an operator."""


class Blocklist:
    """Port `Blocklist`. Raises SettingsFault for a list of breached passwords that cannot be read."""

    def __init__(self, breached_file: str) -> None:
        self._common = CommonPasswords()
        try:
            self._breached = lookup(breached_file)
        except (OSError, ListFault) as fault:
            raise SettingsFault(f"passwords.breached_file cannot be read: {fault}") from fault

    def common(self, word: str) -> bool:
        """Whether a word in lower case is one of the most used."""
        return word in self._common

    def breached(self, password: str) -> bool:
        """Whether this very password is in the imported list."""
        return self._breached(password)


def check(settings: Settings) -> None:
    """Refuse what would be unsafe or cannot work. Raises SettingsFault."""
    cheap = settings.hash.memory_kib < LEAST_MEMORY_KIB or settings.hash.passes < LEAST_PASSES
    if cheap and settings.environment == "production":
        raise SettingsFault(
            f"hash.memory_kib under {LEAST_MEMORY_KIB} or hash.passes under {LEAST_PASSES} is allowed with environment = demo or test only: raise it"
        )
    if settings.workers > 1 and settings.database_url.startswith("sqlite"):
        raise SettingsFault("workers over 1 needs PostgreSQL: set database.url, or workers = 1")
    _check_origins(settings)


def _check_origins(settings: Settings) -> None:
    portal, key, console = settings.portal.url, settings.key.url, settings.staff.url
    if portal == key:
        raise SettingsFault("portal.url and key.url must be two origins, so that Key's storage is its own")
    if console and host(console) in (host(portal), host(key)):
        raise SettingsFault(
            "staff.url must be on a host of its own, so that no cookie of the portal reaches the console"
        )
    if not within(host(portal), rp_id_of(settings)):
        raise SettingsFault(
            f"passkeys.rp_id must be the host of portal.url or a parent of it, and {rp_id_of(settings)} is neither"
        )
    if settings.environment != "production":
        return
    if not all(url.startswith("https://") for url in (portal, key)) and not all(map(_local, (portal, key))):
        raise SettingsFault("portal.url and key.url must be https:// outside *.localhost: cookies and Key need it")
    if console and not console.startswith("https://") and not _local(console):
        raise SettingsFault("staff.url must be https:// outside *.localhost: its cookies need it")


def _local(url: str) -> bool:
    return host(url).endswith(".localhost")


def ring_of(settings: Settings, entropy: Entropy, clock: Clock) -> keyring.KeyRing:
    """The key file, made at first start."""
    try:
        return _with_audit(keyring.load(settings.keys_path), settings, entropy)
    except FileNotFoundError:
        try:
            made = keyring.create(settings.keys_path, entropy=entropy.bytes, now=clock.now())
        except FileExistsError:
            return keyring.load(settings.keys_path)
        log.warning("keys: made %s; back it up apart from the database", settings.keys_path)
        return made


def _with_audit(ring: keyring.KeyRing, settings: Settings, entropy: Entropy) -> keyring.KeyRing:
    """A key for the heads of the log, where the file comes from a version that had none."""
    if ring.audit:
        return ring
    try:
        made = keyring.with_audit(settings.keys_path, entropy=entropy.bytes)
    except OSError as closed:
        log.error("keys: %s has no key for heads of the log and cannot be written to: %s", settings.keys_path, closed)
        return ring
    log.warning("keys: a key for heads of the log was added to %s; back it up again", settings.keys_path)
    return made


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    entropy: Entropy | None = None,
    ancestors: str = "",
    keep_letters: bool = False,
) -> Built:
    """Wire everything; the database must be migrated. Raises SettingsFault, and what a missing database raises."""
    check(settings)
    clock, entropy = clock or SystemClock(), entropy or SystemEntropy()
    ring = ring_of(settings, entropy, clock)
    vault = Vault(ring, issuer=settings.key.url, entropy=entropy.bytes)
    store = store_of(settings, vault, entropy, keep_letters=keep_letters)
    hub, brand = Hub(), brand_of(settings)
    events: Publisher = RedisEvents(hub, settings.redis.url) if settings.redis.url else LocalEvents(hub)
    catalogue = Catalogue.load(brand)
    kit = Kit(
        store=store, clock=clock, entropy=entropy, passwords=passwords_of(settings, vault), blocklist=Blocklist(settings.passwords.breached_file),
        vault=vault, events=events, texts=Words(catalogue, clock), numbers=phone_numbers,
        policy=policy_of(settings, catalogue, embedder=ancestors), pictures=Pictures(), papers=Papers(Words(catalogue, clock)),
        calendar=MarketCalendar(settings.limits.calendar), makers=trusted_makers(settings, clock),
    )  # fmt: skip
    guard = GuardedClient(Allowed.from_entries([*PUSH_HOSTS, *settings.push.allowed_hosts]), monotonic=monotonic)
    push = WebPush(guard, vapid_key=_pem(vault), subject=settings.push.contact, now=clock.now)
    sending = senders(settings, push, vault.derive("sms-report"))
    site = Site(
        kit=kit, renderer=Renderer(catalogue, brand, demo_origin=ancestors), hub=hub,
        surroundings=_surroundings(settings), threads=ThreadPoolExecutor(2 * settings.hash.waiting + 24, thread_name_prefix="flow"),
        portal_origin=settings.portal.url, key_origin=settings.key.url,
        zone=ZoneInfo(settings.zone), push_fault=guard.check_url, key_config=_KeyConfig(settings, vault, push, settings.keys_path), dpop=dpop.verify,
        ancestors=ancestors, inline=settings.database_url.startswith("sqlite"), sms_report=_reports(sending.get("sms")),
    )  # fmt: skip
    dispatcher = Dispatcher(store, store, sending, clock.now)
    console, sealing = console_of(settings, site, catalogue), Sealing(kit, head_places(settings))
    return Built(settings, kit, store, site, console, hub, events, dispatcher, vault, ring, sealing)


def trusted_makers(settings: Settings, clock: Clock) -> Makers | None:
    """The makers of passkeys, where the operator asks for their statements. Raises SettingsFault."""
    try:
        return makers_of(settings, clock.now())
    except MdsFault as fault:
        raise SettingsFault(str(fault)) from fault


def store_of(settings: Settings, vault: Vault, entropy: Entropy, *, keep_letters: bool) -> SqlStore:
    """The database, opened."""
    return open_store(
        settings.database_url,
        vault=vault,
        commit=commit,
        entropy=entropy.bytes,
        pool_size=settings.database.pool,
        keep_letters=keep_letters,
    )


def console_of(settings: Settings, site: Site, catalogue: Catalogue) -> Site | None:
    """The console's side of the installation: the same flows, its own origin and pages, and nobody may frame it."""
    if not settings.staff.url:
        return None
    renderer = Renderer(catalogue, site.renderer.brand, console=settings.staff.url)
    return replace(site, renderer=renderer, origin=settings.staff.url, ancestors="")


def _reports(gateway: object) -> Callable[[Mapping[str, str]], Report | None] | None:
    """How delivery reports are read, where a gateway gives them."""
    return gateway.read_report if isinstance(gateway, HttpGateway) else None


def _surroundings(settings: Settings) -> Surroundings:
    geo = Geo(settings.geo.city_db or None, settings.geo.asn_db or None, monotonic=monotonic)
    trusted = [ip_network(network) for network in settings.trusted_proxies]
    return Surroundings(
        geo, trusted, header=settings.proxy_header, has_geo=bool(settings.geo.city_db or settings.geo.asn_db)
    )


def brand_of(settings: Settings) -> Brand:
    """The brand as pages need it."""
    support = MappingProxyType({"en": settings.brand.support_en, "ja": settings.brand.support_ja})
    return Brand(settings.brand.name, settings.brand.accent, settings.brand.mark_url, settings.portal.url, support)


def hash_threads(settings: Settings) -> int:
    """Hashes at once in this process."""
    return (
        settings.hash.threads or os.cpu_count() or 1
    )  # kept connections may all be at one process while another idles


def _turn(settings: Settings) -> Turn:
    """What the strangers' places of all processes of this machine share."""
    if settings.workers == 1:
        return lambda _: nullcontext()
    return lambda at: FileTurn(settings.data_dir / f"strangers-{at}.lock", settings.hash.patience, monotonic)


def passwords_of(settings: Settings, vault: Vault) -> Passwords:
    """Argon2id behind its pool."""
    pool = Pool(hash_threads(settings), settings.hash.waiting, settings.hash.patience, monotonic, _turn(settings))
    salt = vault.derive("dummy-salt")[:16]
    return Passwords(
        pool,
        vault.peppered,
        memory_kib=settings.hash.memory_kib,
        passes=settings.hash.passes,
        lanes=settings.hash.lanes,
        dummy_salt=salt,
    )


def policy_of(settings: Settings, catalogue: Catalogue, *, embedder: str = "") -> Policy:
    """The policy as flows read it. `embedder` is the demonstration's page, which frames the portal."""
    idle, life = settings.session.idle_minutes * 60, settings.session.life_hours * 3600
    portal = {lang: catalogue.plain(lang, "common.portal") for lang in LANGUAGES}
    clients = {"portal": Client("portal", portal["en"], idle, life, portal)}
    staff = {lang: catalogue.plain(lang, "common.staff") for lang in LANGUAGES}
    console = settings.staff.url.partition("://")[2]
    clients["staff"] = Client("staff", staff["en"], STAFF_IDLE_SECONDS, STAFF_LIFE_SECONDS, staff, console)
    for name, client in settings.clients.items():
        hours = client.life_hours * 3600
        clients[name] = Client(name, client.name, client.idle_minutes * 60, hours, {"ja": client.name_ja})
    throttle = settings.throttle
    return Policy(
        profile=settings.policy, portal_host=settings.portal.url.partition("://")[2], brand_name=settings.brand.name,
        support_phone=settings.brand.support_en, countries=tuple(settings.sms.countries), clients=clients,
        throttle=Limits(Limit(throttle.address_tries, throttle.address_names), Limit(throttle.network_tries, throttle.network_names)),
        recovery_delay_seconds=settings.recovery.delay_hours * 3600, entitlements=rules_of(settings.limits),
        log_origin=settings.log_origin, heads_seconds=settings.audit.heads_seconds,
        charges={CODE_CARD: settings.orders.code_card_cents, CARD_PLUS: settings.orders.card_plus_cents},
        sharing_always=settings.sharing.approval == "always",
        passkeys=Passkeys(
            rp_id_of(settings), passkey_origins(settings), embedder, settings.passkeys.passwordless, related_origins(settings)
        ),
    )  # fmt: skip


def rules_of(limits: LimitSettings) -> EntitlementRules:
    """The operator's numbers as the engine reads them."""
    amounts = {name: dollars(*getattr(limits, name)) for name in (*GROUPS, *SITUATIONS)}
    return EntitlementRules(MappingProxyType(amounts), tuple(limits.opted_out_restrictions))


def _pem(vault: Vault) -> bytes:
    return vault.vapid.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


class _KeyConfig:
    """What Key asks first (protocol/spec.md section 4)."""

    def __init__(self, settings: Settings, vault: Vault, push: WebPush, keys_path: Path) -> None:
        countries = [
            {"region": row.region, "code": str(row.calling_code)}
            for row in phone_numbers.countries("en", settings.sms.countries)
        ]
        self._answer: dict[str, Any] = {
            "protocol": 1,
            "iss": settings.key.url,
            "brand": {"name": settings.brand.name, "support_phone": settings.brand.support_en},
            "portal": settings.portal.url.partition("://")[2],
            "keys": vault.public_keys(),
            "chain": keyring.statements(keys_path),
            "vapid": push.public_key,
            "countries": countries,
            "pin": {"min": 6 if settings.policy == "strict" else 4, "max": 6},
            "argon2": ARGON2_OF_KEY,
        }

    def __call__(self) -> dict[str, Any]:
        return self._answer


def static_folder() -> Path:
    """Where the built pages and the phone app are."""
    return Path(str(files("watchword.web") / "static"))


def migrated(settings: Settings) -> bool:
    """Whether the database is at the revision that this program needs."""
    return migrate.is_current(settings.database_url)
