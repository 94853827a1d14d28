"""Two hundred files that chance has mutated, the same ones every time; `make fuzz` judges thousands of others."""

from __future__ import annotations

import re
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from video_pipeline.local.stack import Running
from video_pipeline_tests.fuzzing import judging
from video_pipeline_tests.fuzzing.cases import PARENTS, Corpus
from video_pipeline_tests.fuzzing.judging import judged
from video_pipeline_tests.fuzzing.mutations import MUTATIONS, TO_BYTES
from video_pipeline_tests.fuzzing.running import Bench, Tried

CASES = [f"1:{index}" for index in range(200)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corpus")


@pytest.fixture(scope="module")
def corpus(folder: Path) -> Corpus:
    return Corpus(folder)


@pytest.fixture(scope="module")
def tried(folder: Path, corpus: Corpus, stores: Running) -> list[Tried]:
    return list(Bench(folder, stores.environment["DATABASE_URL"]).run(CASES, workers=2))


def test_each_is_accepted_or_refused_with_a_code_and_leaves_nothing_behind(tried: list[Tried]) -> None:
    assert {case.number: case.verdict.fault for case in tried if case.verdict.fault} == {}
    assert {case.verdict.code for case in tried} <= judging.KNOWN


def test_they_are_of_all_kinds(tried: list[Tried]) -> None:
    assert {case.parent for case in tried} == PARENTS.keys()
    assert {name for case in tried for name in case.mutations} == MUTATIONS.keys() | TO_BYTES.keys()
    assert len({case.verdict.code for case in tried}) >= 8
    assert sum(case.verdict.code == judging.ACCEPTED for case in tried) in range(20, 180)


@pytest.mark.parametrize("name", PARENTS)
def test_what_is_taken_apart_and_not_touched_is_put_together_as_it_was(corpus: Corpus, name: str) -> None:
    form = PARENTS[name].form
    assert form.write(form.parse(corpus[name])) == corpus[name]


def test_a_number_makes_the_same_file_again(corpus: Corpus) -> None:
    made = [corpus.case(number) for number in CASES]
    assert made == [corpus.case(number) for number in CASES]
    assert len({case.content for case in made}) > len(made) * 0.9


def _start_something_and_forget_it(*_: object) -> tuple[str, tuple[str, ...]]:
    subprocess.Popen(["sleep", "60"], start_new_session=True)
    return judging.ACCEPTED, ()


def _leave_a_file(*_: object) -> tuple[str, tuple[str, ...]]:
    tempfile.NamedTemporaryFile(delete=False).close()
    return judging.ACCEPTED, ()


def _be_wrong(*_: object) -> tuple[str, tuple[str, ...]]:
    raise ZeroDivisionError


def _never_end(*_: object) -> tuple[str, tuple[str, ...]]:
    signal.pause()
    return judging.ACCEPTED, ()


@pytest.mark.parametrize(
    ("does", "told"),
    [
        (_start_something_and_forget_it, r"process \d+ left"),
        (_leave_a_file, "left behind: tmp"),
        (_be_wrong, "ZeroDivisionError"),
        (_never_end, "no end within"),
    ],
)
def test_what_should_not_be_is_told(
    monkeypatch: pytest.MonkeyPatch, does: Callable[..., tuple[str, tuple[str, ...]]], told: str
) -> None:
    monkeypatch.setattr(judging, "judge", does)
    monkeypatch.setattr(judging, "MOST_SECONDS", 0.5 if does is _never_end else 30)
    assert re.search(told, judged(b"", "mp4", "nowhere").fault)
