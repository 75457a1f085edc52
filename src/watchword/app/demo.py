"""`watchword demo`: one process, a SQLite file, made-up people, and a page with a computer, a phone and an outbox."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import func, select

from watchword.app.demo_attacks import ATTACKS, Line, Target
from watchword.app.demo_drawer import Drawer
from watchword.app.server import Server, hosts
from watchword.app.settings import Settings, load
from watchword.app.wiring import Built, build, static_folder
from watchword.core.devices import KEY
from watchword.core.users import Details, NewUser
from watchword.flows import accounts
from watchword.flows.ports import Clock
from watchword.stores import migrate, tables
from watchword.web.assets import Assets
from watchword.web.demo.routes import Demo, Elsewhere, Forget
from watchword.web.pages import DemoAccount

log = logging.getLogger("watchword.demo")

PASSWORD = "Demo-2026!"  # made-up people have a password everybody may know
SHOWN_LETTERS = 30

PEOPLE = (
    NewUser(
        "mtanaka01",
        Details("Misaki", "Tanaka", "1987-04-23", ("4-5-6 Kitahama, Chuo-ku", "1-5300 Nakanoshima"), ("Osaka",), ("541-0041",), "passport", "TK4418203",
            citizenship="JP", residence="JP"),
        ("misaki.tanaka@example.jp",), ("+819012344210",), "en", "Asia/Tokyo", "Misaki Tanaka",
    ),
    NewUser(
        "hsato77",
        Details("Haruki", "Sato", "1977-11-02", ("2-11 Marunouchi",), ("Tokyo",), ("100-0005",), "passport", "TR9905114", citizenship="JP", residence="JP"),
        ("haruki.sato@example.jp",), ("+818055550177",), "ja", "Asia/Tokyo", "佐藤 春樹",
    ),
    NewUser(
        "kitahama-adv", Details("Kitahama", "Advisers"), ("desk@kitahama.example",), ("+819012344210",), "en", "Asia/Tokyo", "Kitahama Advisers",
    ),
)  # fmt: skip
NEWCOMER = NewUser(
    "lweber",
    Details("Lena", "Weber", "1995-01-30", ("Lindenstrasse 12",), ("Zürich",), ("8008",), "identity card", "C01X00T47"),
    ("lena.weber@example.ch",), ("+41791234567",), "en", "Europe/Zurich", "Lena Weber",
)  # fmt: skip
# Who helps them, and in which role; nobody of them is a client.
STAFF = (
    (
        NewUser("agent-kato", Details("Aki", "Kato"), ("aki.kato@staff.example",), ("+819011112201",), "en", "Asia/Tokyo", "Aki Kato"),
        "client_services",
    ),
    (
        NewUser("agent-wada", Details("Sora", "Wada"), ("sora.wada@staff.example",), ("+819011112204",), "ja", "Asia/Tokyo", "和田 空"),
        "client_services",
    ),
    (
        NewUser("officer-mori", Details("Ren", "Mori"), ("ren.mori@staff.example",), ("+819011112202",), "en", "Asia/Tokyo", "Ren Mori"),
        "compliance",
    ),
    (
        NewUser("admin-ito", Details("Yui", "Ito"), ("yui.ito@staff.example",), ("+819011112203",), "en", "Asia/Tokyo", "Yui Ito"),
        "administrator",
    ),
    (
        NewUser("admin-abe", Details("Rui", "Abe"), ("rui.abe@staff.example",), ("+819011112205",), "en", "Asia/Tokyo", "Rui Abe"),
        "administrator",
    ),
    (
        NewUser("admin-sano", Details("Mio", "Sano"), ("mio.sano@staff.example",), ("+819011112206",), "ja", "Asia/Tokyo", "佐野 澪"),
        "administrator",
    ),
)  # fmt: skip


def machine_zone() -> str:
    """The zone of this machine, so that portal, phone and outbox of the demonstration show the same time."""
    named = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
    return named if named in available_timezones() else "UTC"


def settings_for(port: int, data: Path, **more: Any) -> Settings:
    """Settings of a demonstration on `port`."""
    base: dict[str, Any] = {
        "environment": "demo",
        "data_dir": data,
        "zone": machine_zone(),
        "portal": {"url": f"http://portal.watchword.localhost:{port}"},
        "key": {"url": f"http://key.watchword.localhost:{port}"},
        "staff": {"url": f"http://staff.watchword.localhost:{port}"},
        "listen": {"host": "127.0.0.1", "port": port},
        "sms": {"provider": "outbox"},
        "mail": {"provider": "outbox"},
    }
    return load(**{**base, **more})


def seed(built: Built) -> None:
    """The made-up people, with their password set; one of them has still to choose hers."""
    here = machine_zone()
    everybody = [*PEOPLE, *(person for person, _ in STAFF)]
    made = accounts.add(built.kit, [replace(person, zone=here) for person in everybody], invite=False, by="demo")
    roles = {person.username: role for person, role in STAFF}
    encoded = built.kit.passwords.hash(PASSWORD)
    with built.store.write() as tx:
        for user in made:
            tx.users.set_password(user.id, encoded, built.kit.clock.now())
            if user.username in roles:
                tx.staff.put(user.id, frozenset({roles[user.username]}), "", built.kit.clock.now())
    accounts.add(built.kit, [replace(NEWCOMER, zone=here)], by="demo")


def empty(built: Built, drawer: Drawer) -> None:
    """Start over."""
    with built.store.engine.begin() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(table.delete())
    seed(built)
    drawer.fill()


def letters(built: Built) -> list[dict[str, Any]]:
    """The outbox as its page shows it."""
    return [
        {
            "id": str(kept.id), "channel": kept.letter.kind, "to": kept.letter.to, "subject": kept.letter.subject, "text": kept.letter.body,
            "code": kept.letter.data.get("code", ""), "lang": kept.letter.data.get("lang", "en"), "at": kept.created,
        }
        for kept in built.store.recent_letters(SHOWN_LETTERS)
        if kept.letter is not None
    ]  # fmt: skip


def progress(built: Built) -> Mapping[str, bool]:
    """What somebody has tried already."""
    attempts, devices, sharings = tables.attempts, tables.devices, tables.sharings
    done = (attempts.c.state == "collected",)

    def any_of(*conditions: Any) -> bool:
        with built.store.engine.connect() as connection:
            return bool(connection.execute(select(func.count()).where(*conditions)).scalar())

    return {
        "activated": any_of(devices.c.state == "active", devices.c.kind == KEY),
        "push": any_of(*done, attempts.c.decided_by.like("%:push")),
        "qr": any_of(*done, attempts.c.decided_by.like("%:qr")),
        "challenge": any_of(*done, attempts.c.decided_by.like("%:key_challenge")),
        "code": any_of(*done, attempts.c.decided_by.like("%:key_code")),
        "token": any_of(*done, attempts.c.decided_by.like("%:card_plus")),
        "card": any_of(*done, attempts.c.decided_by.like("%:code_card")),
        "sharing": any_of(sharings.c.state == "active"),
        "passkey": any_of(*done, attempts.c.decided_by.like("%:passkey")),
    }


class Attacks:
    """See watchword.web.demo.routes.Attack."""

    kinds = tuple(ATTACKS)

    def __init__(self, target: Target) -> None:
        self._target = target

    def run(self, kind: str) -> list[Line]:
        """Run one and tell what happened."""
        return ATTACKS[kind](self._target)


def _account(person: NewUser, password: str = PASSWORD, role: str = "") -> DemoAccount:
    return DemoAccount(username=person.username, password=password, name=person.display_name, role=role)


def server(settings: Settings, *, clock: Clock | None = None) -> tuple[Server, Built, str]:
    """The demonstration's server and its address. Migrates and seeds where there is nothing yet."""
    port = settings.listen.port
    origin = f"http://demo.watchword.localhost:{port}"
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    migrate.upgrade(settings.database_url)
    built = build(settings, clock=clock, ancestors=origin, keep_letters=True)
    with built.store.read() as tx:
        fresh = tx.users.by_key(PEOPLE[0].username) is None
    if fresh:
        seed(built)
    drawer = Drawer(built, settings.data_dir, PASSWORD, machine_zone())
    drawer.fill()
    demo = Demo(
        origin=origin,
        accounts=[*map(_account, PEOPLE), _account(NEWCOMER, "")],
        staff=[_account(person, role=role) for person, role in STAFF],
        console=settings.staff.url,
        letters=lambda: letters(built),
        progress=lambda: progress(built),
        reset=lambda: empty(built, drawer),
        attack=Attacks(Target(settings.portal.url, PEOPLE[0].username, PASSWORD)),
        drawer=drawer,
    )
    static = Assets(
        static_folder(),
        "/static/",
        more={"brand.css": built.site.renderer.brand_css},
        always_forever=True,
        skip=("key/",),
    )
    apps = hosts(built, {origin.partition("://")[2]: demo.app(built.site, static)})
    key_host = settings.key.url.partition("://")[2]
    apps[key_host].routes["/demo/forget"] = Forget(origin)  # type: ignore[attr-defined]
    for bare in (f"localhost:{port}", f"127.0.0.1:{port}", f"watchword.localhost:{port}"):
        apps[bare] = Elsewhere(origin)
    return Server(built, apps, worker=True), built, origin
