"""What was tried, in tables for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table

from video_pipeline_tests.fuzzing.running import Tried

WORST = 5
MIB = 1024**2


def told(tried: Sequence[Tried]) -> RenderableType:
    """How many cases of each kind there were, how they ended, and which took the most."""
    slowest = sorted(tried, key=lambda case: -case.verdict.seconds)[:WORST]
    largest = sorted(tried, key=lambda case: -case.verdict.peak_bytes)[:WORST]
    return Group(
        _counted("Files", (case.parent for case in tried)),
        _counted("Mutations", (name for case in tried for name in case.mutations)),
        _counted("Ends", (case.verdict.code for case in tried)),
        _counted("Warnings", (code for case in tried for code in case.verdict.warnings)),
        _listed("Slowest", slowest),
        _listed("Most memory of one process", largest),
        f"{len(tried)} cases, {sum(bool(case.verdict.fault) for case in tried)} faults",
    )


def _counted(title: str, words: Iterable[str]) -> Table:
    table = Table(title=title, title_justify="left", show_header=False)
    for word, number in Counter(words).most_common():
        table.add_row(word, str(number))
    return table


def _listed(title: str, cases: Iterable[Tried]) -> Table:
    table = Table("case", "file", "mutations", "end", "s", "MiB", title=title, title_justify="left")
    for case in cases:
        verdict = case.verdict
        table.add_row(
            case.number,
            case.parent,
            " ".join(case.mutations),
            verdict.code,
            f"{verdict.seconds:.1f}",
            f"{verdict.peak_bytes / MIB:.0f}",
        )
    return table


def fault(console: Console, case: Tried) -> None:
    """Tell of a case that ended as none may."""
    verdict = case.verdict
    console.print(f"[bold]{case.number}[/] {case.parent} {' '.join(case.mutations)}: {verdict.code}", style="red")
    console.print(verdict.fault, markup=False, highlight=False)
