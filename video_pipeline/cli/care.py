"""`sweep` and `audit`: what catalog, bucket, Dagster and work folders disagree in, done away with or only told."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from video_pipeline.care import audit as auditor
from video_pipeline.care import workspace
from video_pipeline.care.disagreements import Ages, Disagreement
from video_pipeline.care.ledger import Ledger
from video_pipeline.care.sweep import Report
from video_pipeline.care.sweep import sweep as sweep_away
from video_pipeline.cli.sentences import sentences
from video_pipeline.cli.session import DATA, DataDir, open_session
from video_pipeline.errors import RequestRefused

commands = typer.Typer(add_completion=False)
out = Console(width=None if sys.stdout.isatty() else 120, highlight=False)

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

YoungerThan = Annotated[
    str, typer.Option("--younger-than", metavar="AGE", help="Touch what is this old, such as 0s, 90m, 2h; not only 1d.")
]


@commands.command()
def sweep(
    *,
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without this it is only told.")] = False,
    younger_than: YoungerThan = "1d",
    more_than_half: Annotated[bool, typer.Option("--more-than-half", help="Even more than half of a kind.")] = False,
    integrity: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Read one in N videos, too, and compare their checksums.")
    ] = None,
    data_dir: DataDir = DATA,
) -> None:
    """Tell what nobody owns, what is missing and what is to be purged; with --apply, remove it or make it again."""
    with sentences():
        age = duration(younger_than)
        session = open_session(data_dir)
        report = sweep_away(
            session.engine,
            session.store,
            apply=apply,
            ages=Ages(age, age),
            more_than_half=more_than_half,
            integrity_of=integrity,
        )
        look = workspace.sweep if apply else workspace.abandoned
        _tell(report, [str(folder) for folder in look(session.settings.work_dir)], is_done=apply)
    if report.refused:
        raise typer.Exit(1)


def duration(text: str) -> timedelta:
    """A length of time, such as 90m.

    Raises:
        RequestRefused: it is none.
    """
    number, unit = text[:-1], text[-1:]
    if unit not in UNITS or not (number.isascii() and number.isdigit()):
        raise RequestRefused(f"{text!r} is no length of time. Say 30s, 90m, 2h or 1d.")
    return timedelta(seconds=int(number) * UNITS[unit])


def _tell(report: Report, folders: Sequence[str], *, is_done: bool) -> None:
    for code, number in sorted(report.found.items()):
        refused = ", refused: more than half" if code in report.refused else ""
        settled = f", {report.done[code]} settled" if is_done else ""
        out.print(f"{code}: {number} found{settled}{refused}. {code.sentence}", soft_wrap=True)
        out.print(f"    such as {_where(report.examples[code])}", soft_wrap=True, markup=False)
    for folder in folders:
        out.print(f"abandoned_folder: {escape(folder)}{', removed' if is_done else ''}", soft_wrap=True)
    if not report.found and not folders:
        out.print("There is nothing to sweep.")
    elif not is_done:
        out.print("Nothing was changed. With --apply it would be.")


@commands.command()
def audit(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list, for programs.")] = False,
    grace: Annotated[float, typer.Option(min=0, help="Seconds for which what is half done is in flight.")] = 600,
    settled: Annotated[bool, typer.Option("--settled", help="Nothing may be in flight: tell that, too.")] = False,
    read: Annotated[bool, typer.Option("--read", help="Read every object, and compare its SHA-256.")] = False,
    dagster: Annotated[bool, typer.Option(help="Ask Dagster, where DAGSTER_HOME says which.")] = True,
    data_dir: DataDir = DATA,
) -> None:
    """Compare catalog, bucket, Dagster and work folders, change nothing, and fail where they disagree in anything."""
    with sentences():
        session = open_session(data_dir)
        usual = replace(auditor.Leeway(), grace=timedelta(seconds=grace))
        with _ledger(is_wanted=dagster) as ledger:
            found = auditor.audit(
                session.engine,
                session.store,
                ledger=ledger,
                folders=workspace.abandoned(session.settings.work_dir),
                leeway=auditor.SETTLED if settled else usual,
                read=read,
            )
            number = _told_as_json(found) if as_json else _told(found)
    if number:
        raise typer.Exit(1)


@contextmanager
def _ledger(*, is_wanted: bool) -> Iterator[Ledger | None]:
    if not is_wanted or "DAGSTER_HOME" not in os.environ:
        yield None
        return
    # Dagster takes seconds to import, which other commands must not pay.
    from dagster import DagsterInstance

    from video_pipeline.defs.ledger import DagsterLedger

    with DagsterInstance.get() as instance:
        yield DagsterLedger(instance)


def _told(found: Iterator[Disagreement]) -> int:
    number = 0
    for one in found:
        number += 1
        out.print(str(one), soft_wrap=True, markup=False)
    out.print(f"{number} disagreements." if number else "Catalog, bucket, Dagster and work folders agree.")
    return number


def _told_as_json(found: Iterator[Disagreement]) -> int:
    listed = [_plain(one) for one in found]
    sys.stdout.write(json.dumps(listed, indent=2) + "\n")
    return len(listed)


def _plain(one: Disagreement) -> dict[str, str | None]:
    video_id = None if one.video_id is None else str(one.video_id)
    said = {"code": str(one.code), "sentence": one.code.sentence, "detail": one.detail}
    return {**said, "video_id": video_id, "key": one.key, "version": one.version}


def _where(one: Disagreement) -> str:
    return " ".join(str(part) for part in (one.video_id, one.key, one.detail) if part)
