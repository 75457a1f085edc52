"""What each figure means and what it has to reach; a run's results are judged and printed by this table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`most` or `least` is the bound, None where the figure only informs. `steady` ones hold on a busy machine: ratios of CPU time, bytes, memory."""

    unit: str
    about: str
    most: float | None = None
    least: float | None = None
    steady: bool = False

    @property
    def wanted(self) -> str:
        """The bound in words."""
        if self.most is not None and self.least is not None:
            return f"{self.least:g}–{self.most:g}"
        if self.most is not None:
            return f"≤ {self.most:g}"
        return f"≥ {self.least:g}" if self.least is not None else ""

    def holds(self, value: float) -> bool | None:
        """Whether the bound is kept; None without one."""
        if self.most is None and self.least is None:
            return None
        return (self.most is None or value <= self.most) and (self.least is None or value >= self.least)


def _kinds(name: str, about: str, **more: object) -> dict[str, Figure]:
    names = (("sqlite", "SQLite, one process"), ("postgresql", "PostgreSQL, two processes"))
    return {name.format(kind): Figure(about=f"{about}: {words}", **more) for kind, words in names}  # type: ignore[arg-type]


FIGURES: dict[str, Figure] = {
    "argon2_per_s": Figure("1/s", "Argon2id (19456 KiB, t=2, p=1) alone, a thread for each core"),
    "argon2_cpu_ms": Figure("ms", "CPU of one such hash, alone on one thread", steady=True),
    **_kinds("logins_{}_per_s", "complete logins by the portal's forms, eight clients", unit="1/s"),
    **_kinds("login_rate_share_{}", "their rate over argon2_per_s of the same minutes", unit="", least=0.85),
    **_kinds(
        "login_cpu_ratio_{}", "server CPU of a portal login over CPU of its one Argon2", unit="", most=1.12, steady=True
    ),
    **_kinds(
        "login_cpu_ratio_loaded_{}",
        "the same with eight clients, over Argon2 with every core hashing",
        unit="",
        steady=True,
    ),
    **_kinds(
        "platform_login_cpu_ratio_{}", "the same by the platform API with a code, one client", unit="", steady=True
    ),
    **_kinds("login_server_ms_{}", "server CPU of a portal login with its hash", unit="ms", steady=True),
    **_kinds("login_generator_ms_{}", "CPU of the load generator for it: browser and phone", unit="ms", steady=True),
    **_kinds(
        "logins_asked_to_return_{}",
        "503 answers while the rate was measured; any say that the machine was busy",
        unit="",
    ),
    "login_database_ms_postgresql": Figure("ms", "CPU of PostgreSQL for a portal login", steady=True),
    **_kinds(
        "login_ms_without_hash_{}", "server CPU of a portal login whose hash costs nothing", unit="ms", steady=True
    ),
    **_kinds("platform_login_ms_without_hash_{}", "the same by the platform API with a code", unit="ms", steady=True),
    **_kinds("login_wall_ms_without_hash_{}", "its requests one after the other, by the clock", unit="ms"),
    "checks_per_s": Figure(
        "1/s", "codes and responses judged a second on two cores: the lower of the two below", least=450
    ),
    **_kinds("checks_{}_per_s", "codes and responses judged a second, sixteen clients", unit="1/s"),
    **_kinds("check_cpu_ms_{}", "server CPU of one of them", unit="ms", steady=True),
    "session_checks_per_s": Figure("1/s", "GET /api/v1/session on one process, 32 clients, 2,000 sessions", least=2000),
    "session_checks_p99_ms": Figure("ms", "99 of 100 of them were answered within", most=20),
    "session_check_cpu_ms": Figure("ms", "server CPU of one of them", steady=True),
    "revocation_s": Figure(
        "s",
        "from the end of a session in one process until no process takes it (PostgreSQL, 2 processes), worst",
        most=1,
    ),
    "passkey_checks_per_s": Figure(
        "1/s", "passkeys judged on the waiting page, each to its session, 16 clients: the lower of the two databases"
    ),
    "code_card_checks_per_s": Figure("1/s", "two cells of a code card judged, the same way"),
    **_kinds("passkey_checks_{}_per_s", "the same for one database", unit="1/s"),
    **_kinds("code_card_checks_{}_per_s", "the same for one database", unit="1/s"),
    "entitlements_per_s": Figure("1/s", "GET /api/v1/entitlements, 32 clients: the lower of the two databases"),
    "withdrawals_per_s": Figure(
        "1/s", "100 withdrawals racing on one account, none above its limit: the lower of the two databases"
    ),
    **_kinds("withdrawals_{}_per_s", "the same for one database", unit="1/s"),
    "waiting_10000_mb": Figure("MB", "RSS of one process that holds 10,000 open login pages", most=300, steady=True),
    "waiting_page_kb": Figure("kB", "RSS that each of them adds", steady=True),
    "approval_to_page_p99_ms": Figure(
        "ms", "from the phone's POST to bytes at the page, 1,000 waiting, 99 of 100 within", most=50
    ),
    "million_users_ratio": Figure(
        "",
        "a login without its hash at 1,000,000 users over 1,000: the worst of CPU and clock, both databases",
        most=1.1,
    ),
    **_kinds("million_users_cpu_ratio_{}", "CPU of server and database", unit="", steady=True),
    **_kinds("million_users_wall_ratio_{}", "by the clock", unit=""),
    "overload_served_share": Figure(
        "", "logins answered of capacity while twice as many come: the worse of the two databases", least=0.9
    ),
    "overload_p99_ms": Figure("ms", "99 of 100 of the served waited at most", most=3000),
    "overload_refused_share": Figure("", "of those not served, got 503 with Retry-After", least=1),
    **_kinds("overload_served_share_{}", "the same for one database", unit=""),
    **_kinds("overload_p99_ms_{}", "the same for one database", unit="ms"),
    "refused_login_cpu_ratio": Figure(
        "",
        "server CPU of a refused login over a right first step, within 0.9 to 1.1: the worse of the two databases",
        least=0.9,
        most=1.1,
        steady=True,
    ),
    **_kinds("refused_login_cpu_ratio_{}", "the same for one database", unit="", steady=True),
    "login_p99_under_attack_ratio": Figure(
        "",
        "99 of 100 first steps on known browsers, strangers typing wrong passwords at 5 times capacity over none: the worse",
        most=3,
    ),
    "login_served_under_attack": Figure("", "of those owners were served", least=0.99),
    **_kinds("login_p99_under_attack_ratio_{}", "the same ratio for one database", unit=""),
    **_kinds("login_p99_under_attack_ms_{}", "the time itself", unit="ms"),
    "timing_auc": Figure(
        "", "how well response times tell known from unknown names: the worst pair, 0.5 is not at all", most=0.55
    ),
    "staff_search_p50_ms": Figure(
        "ms",
        "one person among 1,000,000 is found at the staff console, form and page, median: the worse of the two databases",
        most=100,
    ),
    **_kinds("staff_search_p50_ms_{}", "the same for one database", unit="ms"),
    **_kinds("staff_search_p99_ms_{}", "99 of 100 of them within", unit="ms"),
    "breached_lookup_ms": Figure("ms", "whether a password is among 100 million breached ones on disk, median", most=1),
    "breached_lookup_p99_ms": Figure("ms", "99 of 100 of them within"),
    "breached_lookup_mb": Figure("MB", "memory that the list and 20,000 look-ups add", most=5, steady=True),
    "breached_file_mb": Figure("MB", "its file", steady=True),
    "audit_seal_lag_p99_ms": Figure(
        "ms",
        "99 of 100 rows are sealed within, from their commit, at full login load: the worse of the two databases",
        most=1000,
    ),
    **_kinds("audit_seal_lag_p99_ms_{}", "the same for one database", unit="ms"),
    **_kinds("audit_seal_lag_ms_{}", "its median", unit="ms"),
    "audit_verify_rows_per_s": Figure(
        "1/s", "rows with four personal values verified a second: the lower of the two databases", least=5000
    ),
    **_kinds("audit_verify_rows_per_s_{}", "the same for one database", unit="1/s"),
    "audit_login_cpu_ratio": Figure(
        "",
        "CPU of server and database for a login with its rows sealed over without: the worse of the two",
        most=1.05,
        steady=True,
    ),
    **_kinds("audit_login_cpu_ratio_{}", "the same for one database", unit="", steady=True),
    **_kinds("audit_rows_per_login_{}", "rows that a login writes", unit="", steady=True),
    **_kinds(
        "audit_seal_cpu_us_{}", "CPU of sealing one of them, database included, 25 at a time", unit="µs", steady=True
    ),
    "start_s": Figure("s", "from exec of `watchword serve` to the first answer, SQLite, median", most=1.5),
    "idle_mb": Figure("MB", "RSS of an idle process, the largest", most=150, steady=True),
    "idle_pss_mb": Figure("MB", "the same with shared pages by their share", steady=True),
    "idle_cpu_percent": Figure(
        "%", "of one core that an idle server takes in all its processes, the larger of the two databases", steady=True
    ),
    "key_first_load_kb": Figure(
        "kB", "all bytes until Key is usable offline, as served with gzip", most=100, steady=True
    ),
}


def table(results: Mapping[str, float]) -> str:
    """The results as lines: name, value, bound, whether it holds, meaning."""
    lines = []
    for name, figure in FIGURES.items():
        if name in results:
            holds = figure.holds(results[name])
            mark = {None: "", True: "ok", False: "MISSED"}[holds]
            drifts = "" if figure.steady else " ~"
            lines.append(
                f"{name:38} {results[name]:>12,.3f} {figure.unit:4} {figure.wanted:>8} {mark:6} {figure.about}{drifts}"
            )
    return "\n".join(lines)
