from dataclasses import replace
from pathlib import Path

import pytest

from video_pipeline.errors import MediaRefused
from video_pipeline.media import acceptance
from video_pipeline.media.acceptance import accept
from video_pipeline.media.checks import Policy
from video_pipeline.media.process import Bounds
from video_pipeline.types import Container
from video_pipeline_tests.samples import Samples

POLICY = Policy(max_bytes=10**8, max_duration_seconds=60)


def opened(*_: object, **__: object) -> None:
    raise AssertionError("somebody opened the file")


def test_a_good_file_is_taken_with_its_facts(samples: Samples, bounds: Bounds) -> None:
    taken = accept(samples["small"], POLICY, declared_extension="mp4", bounds=bounds)
    assert taken.facts.container is Container.MP4
    assert taken.warnings == ()


def test_warnings_go_with_it(samples: Samples, bounds: Bounds) -> None:
    taken = accept(samples["rare_sound"], POLICY, declared_extension=".mov", bounds=bounds)
    assert [finding.code for finding in taken.warnings] == ["renamed", "sound_not_accepted"]


def test_every_finding_that_refuses_is_told_and_no_other(samples: Samples, bounds: Bounds) -> None:
    strict = replace(POLICY, max_duration_seconds=0.1, max_pixels=100)
    with pytest.raises(MediaRefused) as refusal:
        accept(samples["small"], strict, declared_extension="mov", bounds=bounds)
    assert [finding.code for finding in refusal.value.findings] == ["too_long", "picture_too_large"]


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"#EXTM3U\n", "playlist"),
        (b"\x00\x01\x02\x03" * 10, "not_a_video"),
        (b"FLV\x01\x05\0\0\0\x09", "container_not_accepted"),
    ],
)
def test_what_is_not_accepted_is_not_opened(
    tmp_path: Path, bounds: Bounds, monkeypatch: pytest.MonkeyPatch, head: bytes, code: str
) -> None:
    monkeypatch.setattr(acceptance, "probe", opened)
    path = tmp_path / "clip.mp4"
    path.write_bytes(head)
    with pytest.raises(MediaRefused) as refusal:
        accept(path, POLICY, declared_extension=None, bounds=bounds)
    assert refusal.value.reason.code == code


def test_what_the_rules_refuse_is_not_decoded(
    samples: Samples, bounds: Bounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acceptance, "decodes", opened)
    with pytest.raises(MediaRefused, match="lasts"):
        accept(samples["small"], replace(POLICY, max_duration_seconds=0.1), declared_extension=None, bounds=bounds)
