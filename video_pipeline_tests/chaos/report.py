"""What was tried and what came of it, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from video_pipeline_tests.chaos.plan import Fault
from video_pipeline_tests.chaos.rounds import Round


def told(console: Console, played: Round) -> None:
    """One round."""
    for line in _lines(played):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    for fault in played.faults:
        console.print(f"  FAULT {fault}", style="red", markup=False, highlight=False, soft_wrap=True)


def _lines(played: Round) -> Iterator[str]:
    yield f"round {played.plan.name}"
    for struck in played.struck:
        yield f"  {struck.began:5.1f} s to {struck.ended:5.1f} s  {struck.blow.fault}: {struck.met}"
    acknowledged = sum(one.video_id is not None for one in played.sent)
    repeated = sum(not one.is_new for one in played.sent)
    yield f"  {len(played.sent)} sent, {acknowledged} acknowledged, {repeated} of them as known already"
    yield from (f"  not acknowledged: {one.filename}: {one.error}" for one in played.sent if one.video_id is None)
    yield "  " + ", ".join(f"{number} {end}" for end, number in sorted(played.outcomes.items()))
    yield f"  at rest {played.rest.seconds:.0f} s after the last had been sent; {len(played.faults)} faults"


def summary(rounds: Sequence[Round]) -> Table:
    """All rounds: how often each fault struck, and how videos ended."""
    table = Table(title=f"{len(rounds)} rounds", title_justify="left", show_header=False)
    struck = Counter(one.blow.fault for played in rounds for one in played.struck)
    for fault in Fault:
        table.add_row(str(fault), str(struck[fault]))
    table.add_section()
    outcomes = sum((played.outcomes for played in rounds), Counter[str]())
    for end, number in outcomes.most_common():
        table.add_row(end, str(number))
    table.add_section()
    waits = sorted(played.rest.seconds for played in rounds)
    table.add_row("seconds to rest", f"{waits[0]:.0f} to {waits[-1]:.0f}, median {waits[len(waits) // 2]:.0f}")
    table.add_row("faults", str(sum(len(played.faults) for played in rounds)))
    return table
