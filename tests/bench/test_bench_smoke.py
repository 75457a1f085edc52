"""The benchmarks run and give the figures that their table explains; how fast is not a test's business."""

from __future__ import annotations

import math

import pytest

from bench import (
    argon,
    audit,
    breached,
    device_checks,
    figures,
    key_load,
    logins,
    machine,
    servers,
    staff_search,
    timing,
)
from bench.__main__ import BENCHMARKS
from bench.http1 import Connection


def test_complete_logins_are_measured() -> None:
    found, hashes, cpu = logins.measure("sqlite", logins.QUICK)
    assert found.keys() <= figures.FIGURES.keys()
    assert {"login_cpu_ratio_sqlite", "platform_login_cpu_ratio_sqlite", "logins_sqlite_per_s"} <= found.keys()
    assert found["login_cpu_ratio_sqlite"] > 1, "a login holds a hash, and more"
    assert hashes > 0 and cpu > 0


def test_key_is_weighed() -> None:
    found = key_load.run(True)
    assert found.keys() == {"key_first_load_kb"}
    assert 10 < found["key_first_load_kb"] < 1000


def test_what_only_a_camera_needs_is_not_weighed() -> None:
    with servers.installation("sqlite", cheap=True) as home, servers.running(home):
        connection = Connection(home.site.port, home.site.key)
        weighed = " ".join(sorted(key_load.paths(connection)))
        connection.close()
    assert "/assets/index-" in weighed and "/assets/argon2-" in weighed
    assert "/assets/decode-" not in weighed and "/assets/qr-" not in weighed


def test_breached_passwords_are_looked_up() -> None:
    found = breached.run(True)
    assert found.keys() == {"breached_lookup_ms", "breached_lookup_p99_ms", "breached_lookup_mb", "breached_file_mb"}
    assert 0 < found["breached_lookup_ms"] < 1000
    assert 6 < found["breached_file_mb"] < 7


def test_passkeys_and_cards_are_judged() -> None:
    found = device_checks.measure("sqlite", 6, 1)
    assert found.keys() == {"passkey", "code_card"}
    assert all(0 < rate < 100_000 for rate in found.values())


def test_staff_look_people_up() -> None:
    found = staff_search.run(True)
    assert found.keys() <= figures.FIGURES.keys()
    assert 0 < found["staff_search_p50_ms"] < 5000


def test_the_sealed_log_is_measured() -> None:
    found = (
        audit.verifying("sqlite", audit.QUICK) | audit.lag("sqlite", audit.QUICK) | audit.added("sqlite", audit.QUICK)
    )
    assert found.keys() <= figures.FIGURES.keys()
    assert found["audit_verify_rows_per_s_sqlite"] > 0 and found["audit_seal_lag_p99_ms_sqlite"] > 0
    assert found["audit_login_cpu_ratio_sqlite"] > 1 and found["audit_rows_per_login_sqlite"] >= 2


def test_every_figure_is_explained() -> None:
    for name, figure in figures.FIGURES.items():
        assert figure.about, name
    assert len(BENCHMARKS) == 16
    lines = figures.table({"start_s": 0.5, "idle_mb": 900.0})
    assert "≤ 1.5 ok" in lines and "MISSED" in lines


def test_argon2_alone_has_the_parameters_of_every_ratio() -> None:
    assert argon.hasher().hash(b"x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert argon.alone(2, 1).cpu_ms > 0


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_percentile(share: float, value: int) -> None:
    assert machine.percentile(range(1, 101), share) == value


def test_percentile_of_nothing() -> None:
    assert math.isnan(machine.percentile([], 0.5))


def test_auc() -> None:
    assert timing.auc([1, 2, 3], [4, 5, 6]) == 1
    assert timing.auc([4, 5, 6], [1, 2, 3]) == 1
    assert timing.auc([1, 4], [2, 3]) == 0.5
