"""`watchword user entitlements`, `watchword user limits` and `watchword what-if`: what accounts may do, and what other numbers would change."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from watchword.app import setting_faults
from watchword.app.limit_settings import MOST_DOLLARS, LimitSettings
from watchword.app.opening import opened
from watchword.app.user_commands import AsJson, Who, no_user
from watchword.app.wiring import rules_of
from watchword.core.entitlements import CENTS, Limits, dollars
from watchword.core.refusals import Refusal
from watchword.flows import entitlements, platform

Day = Annotated[int | None, typer.Option("--day", min=0, max=MOST_DOLLARS, help="Whole US dollars on one day.")]
FiveDays = Annotated[
    int | None, typer.Option("--five-days", min=0, max=MOST_DOLLARS, help="Whole US dollars within five business days.")
]
Default = Annotated[bool, typer.Option("--default", help="Back to the limits of the account's devices.")]
PolicyFile = Annotated[
    Path, typer.Argument(help="A TOML file with the table of limits, as in the settings.", exists=True, dir_okay=False)
]
Shown = Annotated[int, typer.Option("--show", min=0, max=100_000, help="How many accounts are named.")]


def show(username: Who, as_json: AsJson = False) -> None:
    """What an account may do now: limits, restrictions, why, and what would raise them."""
    with opened() as built:
        found = entitlements.of_name(built.kit, username)
    if isinstance(found, Refusal):
        raise no_user(username)
    user, may = found
    if as_json:
        typer.echo(json.dumps({"username": user.username, **platform.entitled(may)}))
        return
    typer.echo(f"{user.username}: {_words(may.limits)}")
    typer.echo(f"because     {', '.join(may.because)}")
    typer.echo(f"restricted  {', '.join(may.restrictions) or '–'}")
    for step in may.raises:
        what = step.group or step.how
        typer.echo(f"would raise {what}: {_words(step.limits)}")


def set_limits(username: Who, day: Day = None, five_days: FiveDays = None, default: Default = False) -> None:
    """Give an account limits of its own in place of those of its devices (an institution under an agreement)."""
    both = day is not None and five_days is not None
    if default == both or (not both and not default):
        typer.echo("Name --day and --five-days, or --default.", err=True)
        raise typer.Exit(2)
    limits = None if day is None or five_days is None else dollars(day, five_days)
    if limits and limits.day > limits.five_days:
        typer.echo("A day's limit cannot be above that of five days.", err=True)
        raise typer.Exit(2)
    with opened() as built:
        result = entitlements.set_own(built.kit, username, limits)
    if isinstance(result, Refusal):
        raise no_user(username)
    said = _words(limits) if limits else "the limits of its devices"
    typer.echo(f"{result.username} has {said} from now on.")


def what_if(file: PolicyFile, show: Shown = 20, as_json: AsJson = False) -> None:
    """Hold another table of limits against today's accounts: who would have other limits or restrictions. Nothing is changed."""
    rules = rules_of(_limits(file))
    looked = changed = 0
    with opened() as built:
        for count, some in entitlements.what_if(built.kit, rules):
            looked += count
            for one in some:
                changed += 1
                if changed <= show:
                    _line(one, as_json=as_json)
    if as_json:
        typer.echo(json.dumps({"looked_at": looked, "changed": changed}))
    else:
        more = f" The first {show} are shown." if changed > show else ""
        typer.echo(f"{changed} of {looked} accounts would change.{more}")


def _line(one: entitlements.Changed, *, as_json: bool) -> None:
    if as_json:
        typer.echo(
            json.dumps(
                {"username": one.user.username, "now": platform.entitled(one.now), "then": platform.entitled(one.then)}
            )
        )
        return
    restrictions = (
        ""
        if one.now.restrictions == one.then.restrictions
        else f"; restricted {', '.join(one.now.restrictions) or '–'} → {', '.join(one.then.restrictions) or '–'}"
    )
    typer.echo(f"{one.user.username}: {_words(one.now.limits)} → {_words(one.then.limits)}{restrictions}")


def _words(limits: Limits) -> str:
    return f"USD {limits.day // CENTS:,} a day, {limits.five_days // CENTS:,} in five business days"


def _limits(file: Path) -> LimitSettings:
    try:
        found = tomllib.loads(file.read_text("utf-8"))
        return LimitSettings(**found["limits"])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        typer.echo(f"{file} is no TOML: {fault}", err=True)
    except KeyError:
        typer.echo(f"{file} has no [limits] table.", err=True)
    except ValidationError as fault:
        for line in setting_faults.worded(fault, {}, model=LimitSettings, table="limits"):
            typer.echo(f"{file}: {line}", err=True)
    except TypeError:
        typer.echo(f"{file}: limits is no table of settings.", err=True)
    raise typer.Exit(1)
