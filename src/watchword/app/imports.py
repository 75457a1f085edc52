"""Reading files of new users: CSV and JSON Lines, all or nothing, the bad row named."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import available_timezones

from watchword.core.new_users import read
from watchword.core.users import NewUser, username_key

MOST_ROWS = 200_000


class ImportFault(Exception):
    """What is wrong with an import, a line each; nothing was done."""


def rows(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """Line number and fields of each row. Raises ImportFault for what is no CSV or JSON Lines."""
    try:
        if path.suffix.lower() in (".jsonl", ".ndjson"):
            yield from _json_lines(path)
        else:
            yield from _csv(path)
    except UnicodeDecodeError as wrong:
        raise ImportFault(f"{path}: is not UTF-8 ({wrong.reason} at byte {wrong.start})") from wrong


def _json_lines(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as wrong:
                raise ImportFault(f"{path}:{number}: is not JSON: {wrong}") from wrong
            if not isinstance(row, dict):
                raise ImportFault(f"{path}:{number}: is not a JSON object")
            yield number, row


def _csv(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        try:
            for row in reader:
                if None in row or None in row.values():
                    raise ImportFault(f"{path}:{reader.line_num}: has another number of columns than the first line")
                yield reader.line_num, dict(row)
        except csv.Error as wrong:
            raise ImportFault(f"{path}:{reader.line_num}: is not CSV: {wrong}") from wrong


def new_users(path: Path) -> list[NewUser]:
    """Every user of a file. Raises ImportFault naming each bad row."""
    zones = available_timezones()
    good: list[NewUser] = []
    bad: list[str] = []
    seen: dict[str, int] = {}
    for number, row in rows(path):
        if len(good) >= MOST_ROWS:
            raise ImportFault(f"{path}: holds more than {MOST_ROWS} rows; split it")
        result = read(row, zone_known=zones.__contains__)
        if isinstance(result, list):
            bad += [f"{path}:{number}: {fault.field} {fault.why}" for fault in result]
            continue
        key = username_key(result.username)
        if key in seen:
            bad.append(f"{path}:{number}: username {result.username} stands on line {seen[key]} already")
        seen[key] = number
        good.append(result)
    if bad or not good:
        raise ImportFault("\n".join(bad) or f"{path}: holds no user")
    return good
