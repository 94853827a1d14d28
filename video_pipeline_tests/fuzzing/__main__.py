"""Judge thousands of mutated files: `python -m video_pipeline_tests.fuzzing --cases 5000 --seed 1`.

`SEED:INDEX` judges one case again and writes its file down, as is done with every case that ends as none may.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import track

from video_pipeline.local.stack import running
from video_pipeline_tests.fuzzing import report
from video_pipeline_tests.fuzzing.cases import PARENTS
from video_pipeline_tests.fuzzing.running import Bench, Tried


def main() -> int:
    """Run, tell what was tried, and give 1 where something ended as it may not."""
    asked = _asked()
    console = Console()
    with (
        tempfile.TemporaryDirectory(prefix="video-pipeline-fuzzing-") as folder,
        running(Path(folder), parts={"postgres"}) as servers,
    ):
        bench = Bench(Path(folder), servers.environment["DATABASE_URL"])
        numbers = asked.number or [f"{asked.seed}:{index}" for index in range(asked.cases)]
        tried = []
        for case in track(bench.run(numbers, workers=asked.workers), "", len(numbers), console=console):
            tried.append(case)
            if case.verdict.fault:
                report.fault(console, case)
            if case.verdict.fault or asked.number:
                _keep(bench, case, asked.output)
        console.print(report.told(tried))
    return int(any(case.verdict.fault for case in tried))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m video_pipeline_tests.fuzzing", description=__doc__)
    parser.add_argument("number", nargs="*", metavar="SEED:INDEX", help="a case to judge again")
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--output", type=Path, default=Path("fuzzing-output"), help="where files are written down")
    return parser.parse_args()


def _keep(bench: Bench, case: Tried, output: Path) -> None:
    output.mkdir(parents=True, exist_ok=True)
    path = output / f"{case.number.replace(':', '-')}.{PARENTS[case.parent].extension}"
    path.write_bytes(bench.case(case.number).content)


if __name__ == "__main__":
    sys.exit(main())
