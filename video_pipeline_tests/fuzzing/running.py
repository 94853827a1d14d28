"""Many cases, each judged in a process of its own, a few of them at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from video_pipeline_tests.fuzzing.cases import PARENTS, Case, Corpus
from video_pipeline_tests.fuzzing.judging import Verdict, judged

BATCH = 5  # cases that one process is handed at a time


@dataclass(frozen=True)
class Tried:
    """A case and what became of it; without its bytes, which its number gives."""

    number: str
    parent: str
    mutations: tuple[str, ...]
    size_bytes: int
    verdict: Verdict


@dataclass(frozen=True)
class Bench:
    """What cases are judged with: a folder for the good files, and a catalog."""

    corpus: Path
    database_url: str

    def run(self, numbers: Sequence[str], *, workers: int) -> Iterator[Tried]:
        """Judge the cases of these numbers, and tell of each in their order."""
        Corpus(self.corpus)  # made once, before several look for them
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            yield from pool.map(self.judge, numbers, chunksize=BATCH)

    def judge(self, number: str) -> Tried:
        """Judge one case."""
        case = self.case(number)
        verdict = judged(case.content, PARENTS[case.parent].extension, self.database_url)
        return Tried(number, case.parent, case.mutations, len(case.content), verdict)

    def case(self, number: str) -> Case:
        """Make a case again."""
        return _corpus(self.corpus).case(number)


@cache
def _corpus(folder: Path) -> Corpus:
    return Corpus(folder)
