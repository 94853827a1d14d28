"""Run every benchmark and write docs/benchmarks.md; `python -m benchmarks NAME …` runs some and only prints them."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from benchmarks import catalog_list, init_rate, media, orchestration, players, refusals, sensor_tick, uploads
from benchmarks.report import Figure, markdown

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"

BENCHMARKS: dict[str, Callable[[], list[Figure]]] = {
    "media": media.measure,
    "refusals": refusals.measure,
    "orchestration": orchestration.measure,
    "sensor_tick": sensor_tick.measure,
    "init_rate": init_rate.measure,
    "catalog_list": catalog_list.measure,
    "players": players.measure,
    "uploads": uploads.measure,
}

HEAD = """# Benchmarks

Written by `make bench`, which starts a stack of its own for each benchmark. Each section is of one run, on one machine
({machine}, {day}); what counts is the ratio or the bound in the last column, not the seconds.
What was tried for the proxy, and left: [decisions/0012](decisions/0012-proxy-settings-by-quality-at-equal-size.md).

"""


def main(names: list[str]) -> int:
    """Measure, print, and write the page when everything was measured; 1 if a figure misses its bound."""
    figures = {name: _alone(BENCHMARKS[name]) for name in names or BENCHMARKS}
    page = "\n".join(markdown(name, found) for name, found in figures.items())
    print(page)
    if not names:
        machine = (
            f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
        )
        PAGE.write_text(HEAD.format(machine=machine, day=f"{datetime.now(UTC):%Y-%m-%d}") + page)
    return 0 if all(figure.holds for found in figures.values() for figure in found) else 1


def _alone(measure: Callable[[], list[Figure]]) -> list[Figure]:
    """Measure in a process of its own: each benchmark's stack sets that process's environment."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure).result()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
