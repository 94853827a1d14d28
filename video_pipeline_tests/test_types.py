import ast
import sys
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from pathlib import Path

import pytest

from video_pipeline import types
from video_pipeline.types import ArtifactKind, Container, Finding, Output, Severity, StoredObject, VideoStatus


def test_statuses_are_in_the_order_a_video_passes_them():
    assert " ".join(VideoStatus) == "uploading uploaded validating processing completed failed deleted"


def test_only_the_last_statuses_are_final():
    assert [status for status in VideoStatus if status.is_final] == ["completed", "failed", "deleted"]


def test_words_are_their_own_text():
    assert f"{ArtifactKind.STORYBOARD_INDEX}" == "storyboard_index"  # keys and addresses are built of them


def test_every_output_is_made_of_artifacts():
    assert {str(kind) for kind in ArtifactKind} - {str(output) for output in Output} == {"storyboard_index"}
    assert {str(output) for output in Output} <= {str(kind) for kind in ArtifactKind}


def test_every_container_has_a_media_type_and_a_name():
    assert all(container.content_type.split("/")[0] in {"video", "application"} for container in Container)
    assert len({container.label for container in Container}) == len(Container)


def test_a_finding_refuses_unless_it_says_otherwise():
    assert Finding("too_long", "It is too long.").severity is Severity.REFUSE


def test_values_are_compared_by_what_they_say_and_never_change():
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    one, same = StoredObject("incoming/a.mp4", "e", 1, moment), StoredObject("incoming/a.mp4", "e", 1, moment)

    assert one == same
    assert len({one, same}) == 1
    with pytest.raises(FrozenInstanceError):
        one.etag = "f"  # type: ignore[misc]


def test_the_words_stand_on_the_standard_library_alone():
    tree = ast.parse(Path(types.__file__).read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert imported <= sys.stdlib_module_names | {"__future__"}
