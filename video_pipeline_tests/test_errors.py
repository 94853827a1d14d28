import re
from uuid import uuid4

import pytest

from video_pipeline import errors
from video_pipeline.errors import DuplicateVideo, MediaRefused, Permanent, PipelineError, Retryable
from video_pipeline.types import Finding

EVERY = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, PipelineError)]
LEAVES = [kind for kind in EVERY if not kind.__subclasses__()]
PLAIN = [kind for kind in EVERY if kind not in {MediaRefused, DuplicateVideo}]


@pytest.mark.parametrize("kind", LEAVES)
def test_every_error_is_either_permanent_or_worth_retrying(kind: type[PipelineError]):
    assert issubclass(kind, Permanent) != issubclass(kind, Retryable)


def test_every_error_has_a_code_of_its_own():
    codes = [kind.code for kind in EVERY]

    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in codes)


@pytest.mark.parametrize("kind", PLAIN)
def test_an_error_says_what_it_is_told_or_else_its_docstring(kind: type[PipelineError]):
    assert str(kind("The disk is full.")) == "The disk is full."
    assert str(kind()) == kind.__doc__


def test_the_tree_at_the_head_of_the_module_is_the_tree():
    drawn = re.findall(r"^ {4}([│├└─ ]*)(\w+)", errors.__doc__ or "", re.MULTILINE)
    parents = {8: PipelineError, 4: PipelineError}
    found = {}
    for branch, name in drawn:
        kind = getattr(errors, name)
        found[kind] = parents.get(len(branch))
        parents[len(branch) + 4] = kind

    assert found == {kind: None if kind is PipelineError else kind.__base__ for kind in EVERY}


def test_a_refused_file_carries_its_findings_and_tells_the_first():
    first, second = Finding("too_long", "It is too long."), Finding("too_large", "It is too large.")
    error = MediaRefused(first, second)

    assert str(error) == "It is too long."
    assert error.reason == first
    assert error.findings == (first, second)


def test_a_duplicate_points_at_the_video_that_came_first():
    original = uuid4()
    error = DuplicateVideo(original)

    assert error.original_id == original
    assert str(original) in str(error)
