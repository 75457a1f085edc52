"""A refusal as a person reads it: what, why and do in the page's language, its parameters in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from watchword.core.refusals import NUMBER_FORM, PASSWORD_POLICY, QUESTIONS_FORM, Refusal
from watchword.web.pages.clock import Clock
from watchword.web.pages.helping import help_path
from watchword.web.pages.names import plain_name, safe_name
from watchword.web.pages.views import RefusalView
from watchword.web.texts import Catalogue

PARTS = ("what", "why", "do")


def refusal_view(catalogue: Catalogue, refusal: Refusal, *, lang: str, clock: Clock) -> RefusalView:
    """The refusal for a page."""
    params = _words(catalogue, refusal, lang, clock)
    if "name" in params:
        params["name"] = safe_name(str(refusal.params["name"]))  # somebody's own words among ours
    what, why, do = (catalogue.t(lang, f"refusals.{refusal.kind.number}.{part}", **params) for part in PARTS)
    faults = tuple(catalogue.t(lang, key) for key in _fault_keys(catalogue, refusal, lang))
    kind = refusal.kind
    meta = catalogue.t(lang, "common.reference", reference=kind.reference or kind.number, time=clock.hms(clock.now))
    return RefusalView(
        number=kind.number,
        code=kind.code,
        reference=kind.reference,
        what=what,
        why=why,
        do=do,
        time=clock.now,
        meta=meta,
        faults=faults,
        help=help_path(kind),
    )


def refusal_json(catalogue: Catalogue, refusal: Refusal, *, lang: str, clock: Clock) -> dict[str, Any]:
    """The value of `"refusal"` in a JSON answer (protocol/spec.md §2): texts without markup."""
    params = _words(catalogue, refusal, lang, clock)
    kind = refusal.kind
    texts = {part: catalogue.plain(lang, f"refusals.{kind.number}.{part}", **params) for part in PARTS}
    faults = [catalogue.plain(lang, key) for key in _fault_keys(catalogue, refusal, lang)]
    if faults:
        texts["why"] = " ".join(faults) if lang == "en" else "".join(faults)
    found: dict[str, Any] = {
        "number": kind.number,
        "code": kind.code,
        "reference": kind.reference,
        **texts,
        **refusal.extra,
    }
    if refusal.retry_after is not None:
        found["retry_after"] = refusal.retry_after
    return found


def _words(catalogue: Catalogue, refusal: Refusal, lang: str, clock: Clock) -> dict[str, object]:
    words: dict[str, object] = {}
    for name, value in refusal.params.items():
        if name == "until":
            words[name] = clock.wait(int(str(value)))
        elif name == "slow":
            words[name] = catalogue.t(lang, "refusals.slow" if value else "refusals.fast")
        elif name == "field" and catalogue.has(lang, f"console.field_{value}"):
            words[name] = catalogue.t(lang, f"console.field_{value}")
        elif name in ("field", "name"):
            words[name] = plain_name(str(value))
        else:
            words[name] = value
    return words


def _fault_keys(catalogue: Catalogue, refusal: Refusal, lang: str) -> list[str]:
    """Keys of the single faults of a password or number; one without a text of its own is left to the sentence around it."""
    section = _FAULTY.get(refusal.kind)
    if section is None:
        return []
    named = refusal.params.get("faults", refusal.params.get("fault", ()))
    codes: Iterable[object] = (named,) if isinstance(named, str) else named if isinstance(named, Iterable) else ()
    return [key for key in (f"faults.{section}.{code}" for code in codes) if catalogue.has(lang, key)]


_FAULTY = {PASSWORD_POLICY: "password", NUMBER_FORM: "number", QUESTIONS_FORM: "questions"}
