"""The containers that can be switched on, from their first bytes to renditions that pass their checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from video_pipeline.errors import MediaRefused
from video_pipeline.media import probe as probing
from video_pipeline.media.acceptance import accept
from video_pipeline.media.checks import Policy
from video_pipeline.media.process import Bounds
from video_pipeline.media.profiles import needed
from video_pipeline.media.renditions import make
from video_pipeline.media.verify import verify
from video_pipeline.types import USUAL_CONTAINERS, Container, Output
from video_pipeline_tests.samples import Samples
from video_pipeline_tests.samples.crafted import box, movie

POLICY = Policy(max_bytes=10**8, max_duration_seconds=60)
EVERYTHING = replace(POLICY, containers=frozenset(Container))

USUAL = {
    "phone": Container.MP4,
    "quicktime": Container.MOV,
    "matroska": Container.MKV,
    "webm": Container.WEBM,
    "avi": Container.AVI,
}
RARE = {
    "broadcast": Container.MPEG_TS,
    "camcorder": Container.MPEG_TS,
    "disc": Container.MPEG_PS,
    "mpeg1": Container.MPEG_PS,
    "flash": Container.FLV,
    "stream_dump": Container.FLV,
    "theora": Container.OGG,
    "windows_media": Container.ASF,
    "broadcaster": Container.MXF,
    "editor": Container.MXF,
}


def test_every_container_is_tried() -> None:
    assert set(USUAL.values()) == USUAL_CONTAINERS
    assert set(RARE.values()) == set(Container) - USUAL_CONTAINERS


@pytest.mark.parametrize("name", RARE)
def test_a_rare_container_is_refused_before_anything_opens_it(
    samples: Samples, bounds: Bounds, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(probing, "PROBE", ["no-such-program"])
    with pytest.raises(MediaRefused) as refusal:
        accept(samples[name], POLICY, declared_extension=None, bounds=bounds)
    assert refusal.value.reason.code == "container_not_accepted"
    assert refusal.value.reason.sentence == (
        f"The file's format is {RARE[name].label}; accepted are MP4, QuickTime (MOV), Matroska (MKV), WebM, AVI. "
        "Export it in one of these."
    )


@pytest.mark.parametrize("name", RARE)
def test_a_container_that_is_switched_on_comes_out_right(
    samples: Samples, bounds: Bounds, tmp_path: Path, name: str
) -> None:
    source = samples[name]
    taken = accept(source, EVERYTHING, declared_extension=source.suffix, bounds=bounds)
    made = make(source, taken.facts, needed(taken.facts), tmp_path, bounds=bounds, max_seconds=60)
    outcomes = verify(made, taken.facts, bounds=bounds)

    assert (taken.facts.container, taken.warnings) == (RARE[name], ())
    assert made.findings == ()
    assert {outcome.output for outcome in outcomes} == set(needed(taken.facts))
    assert [outcome.sentence for outcome in outcomes if not outcome.passed] == []
    assert Output.AUDIO in made.renditions, "its sound was left out"


ODD_BEGINNINGS: dict[str, Callable[[Samples], bytes]] = {
    "a capture from within a packet": lambda samples: samples["broadcast"].read_bytes()[100:],
    "a capture with what a server said": lambda samples: b"HTTP/1.0 200 OK\r\n\r\n" + samples["broadcast"].read_bytes(),
    "packets of Blu-ray from within one": lambda samples: samples["camcorder"].read_bytes()[100:],
    "padding before the type": lambda _: movie(64, 64, lead=box("free", bytes(100)) + box("skip")).content(),
    "QuickTime without a type": lambda _: movie(64, 64, lead=box("wide")).content().replace(b"ftyp", b"free"),
    "MXF behind a run-in": lambda samples: bytes(1000) + samples["editor"].read_bytes(),
}


@pytest.mark.parametrize("name", ODD_BEGINNINGS)
def test_an_odd_beginning_is_no_hindrance(samples: Samples, bounds: Bounds, tmp_path: Path, name: str) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(ODD_BEGINNINGS[name](samples))
    taken = accept(path, EVERYTHING, declared_extension=None, bounds=bounds)
    assert taken.facts.video is not None


@pytest.mark.parametrize("name", ["phone", "webm", "avi"])
def test_a_file_under_another_containers_extension_is_taken_with_a_warning(
    samples: Samples, bounds: Bounds, name: str
) -> None:
    taken = accept(samples[name], POLICY, declared_extension=".mov", bounds=bounds)
    assert [finding.code for finding in taken.warnings] == ["renamed"]
    assert taken.facts.container is USUAL[name]
