"""Let things go wrong while videos come in, and see that nothing is lost: `python -m video_pipeline_tests.chaos`.

`SEED:ROUND` plays one round again: the same files, the same faults at the same moments. What the system does meanwhile
is its own.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from video_pipeline_tests.chaos import report
from video_pipeline_tests.chaos.estate import estate
from video_pipeline_tests.chaos.plan import Fault, Plan
from video_pipeline_tests.chaos.rounds import Arena

SMALL_DISKS = {"work": 96, "store/seaweedfs/data": 4096}
"""Folders with file systems of their own, in MiB: room for what a few runs work on, and for a few of a store's volumes;
and little enough to be filled in a moment. What is not taken takes no memory."""


def main() -> int:
    """Play rounds, tell of each, and give 1 where anything was not as promised."""
    asked = _asked()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that everything is stopped in order
    console = Console(width=None if sys.stdout.isatty() else 120)
    names = asked.name or [f"{asked.seed}:{number}" for number in range(asked.rounds)]
    played = []
    with _folder(keep=asked.keep) as folder, _small_disks(folder), estate(folder, names[0]) as whole:
        arena = Arena(whole)
        for name in names:
            played.append(arena.play(Plan.of(name, asked.fault or tuple(Fault))))
            report.told(console, played[-1])
        arena.close()
    console.print(report.summary(played))
    return int(any(one.faults for one in played))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m video_pipeline_tests.chaos", description=__doc__)
    parser.add_argument("name", nargs="*", metavar="SEED:ROUND", help="a round to play again")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fault", action="append", type=Fault, choices=list(Fault), help="only this; may be repeated")
    parser.add_argument("--keep", type=Path, help="an empty folder for data and logs, which stay there")
    return parser.parse_args()


@contextmanager
def _folder(*, keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True)
        yield keep.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="video-pipeline-chaos-") as folder:
        yield Path(folder)


@contextmanager
def _small_disks(folder: Path) -> Iterator[None]:
    """Small file systems of their own, where root may mount them."""
    mounted = []
    for name, size_mib in SMALL_DISKS.items():
        path = folder / name
        path.mkdir(parents=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={size_mib}m,mode=700", "chaos", str(path)]
        if os.geteuid() == 0 and subprocess.run(command, check=False).returncode == 0:
            mounted.append(path)
    try:
        yield
    finally:
        for path in mounted:
            subprocess.run(["umount", "--lazy", str(path)], check=True)


if __name__ == "__main__":
    sys.exit(main())
