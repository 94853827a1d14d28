import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from video_pipeline.media import verdicts
from video_pipeline.media.decode_child import decode
from video_pipeline.media.probe_child import facts_of
from video_pipeline.media.stills import write_jpeg
from video_pipeline.media.verdicts import Contents, Report, Subject
from video_pipeline.types import ArtifactKind, Output
from video_pipeline_tests.media.conftest import Derived
from video_pipeline_tests.samples import Samples

Derive = Callable[[str], Derived]


@pytest.fixture
def subject(derived: Derive) -> Callable[[Output], Subject]:
    """An output of a sample as a check sees it."""

    def look(output: Output) -> Subject:
        original = derived("phone")
        rendition = original.made.renditions[output]
        path = rendition.files[ArtifactKind(output)]
        reports = {}
        if path.suffix == ".mp4":
            seen = decode(path)
            reports[path] = Report(
                Contents(seen.frames, seen.video_seconds, seen.audio_seconds, seen.error), facts_of(path)
            )
        return Subject(rendition, original.made, original.facts, reports)

    return look


Look = Callable[[Output], Subject]


def with_file(subject: Subject, kind: ArtifactKind, path: Path) -> Subject:
    return replace(subject, rendition=replace(subject.rendition, files={**subject.rendition.files, kind: path}))


def reported(subject: Subject, report: Report) -> Subject:
    return replace(subject, reports=dict.fromkeys(subject.reports, report))


def test_a_video_that_lasts_too_long_or_too_short(subject: Look) -> None:
    proxy = subject(Output.PROXY)
    assert verdicts.duration(proxy).passed
    for seconds in (1.85, 2.2):
        contents = replace(proxy.report.contents, video_seconds=seconds)
        assert not verdicts.duration(reported(proxy, replace(proxy.report, contents=contents))).passed


def test_a_last_frame_is_rounded_to_the_next_and_shown_whole(subject: Look) -> None:
    proxy = subject(Output.PROXY)
    contents = replace(proxy.report.contents, video_seconds=2.12)
    assert verdicts.duration(reported(proxy, replace(proxy.report, contents=contents))).passed


def test_a_rare_frame_may_stay_longer(subject: Look) -> None:
    proxy = subject(Output.PROXY)
    rare = replace(proxy.made, decoded=replace(proxy.made.decoded, frame_seconds=0.5))
    contents = replace(proxy.report.contents, video_seconds=2.4)
    assert verdicts.duration(replace(reported(proxy, replace(proxy.report, contents=contents)), made=rare)).passed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"codec": "mpeg4"}, "codec is mpeg4, not h264"),
        ({"pixel_format": "yuv422p10le"}, "pixel_format is yuv422p10le, not yuv420p"),
        ({"width": 853}, "size is 853x480, not 854x480"),
        ({"frame_rate": 25}, "frame_rate is 25.0, not 10.0"),
    ],
)
def test_a_picture_that_was_not_promised(subject: Look, change: dict[str, object], said: str) -> None:
    proxy = subject(Output.PROXY)
    facts = proxy.report.facts
    assert facts is not None
    assert facts.video is not None
    spoilt = replace(facts, video=replace(facts.video, **change))  # type: ignore[arg-type] # names are the test's
    verdict = verdicts.streams(reported(proxy, replace(proxy.report, facts=spoilt)))
    assert not verdict.passed
    assert said in verdict.sentence


def test_sound_that_is_missing_or_too_much(subject: Look) -> None:
    proxy = subject(Output.PROXY)
    facts = proxy.report.facts
    assert facts is not None
    assert not verdicts.streams(reported(proxy, replace(proxy.report, facts=replace(facts, audio=None)))).passed
    assert not verdicts.streams(replace(proxy, source=replace(proxy.source, audio=None))).passed


def test_streams_that_nobody_asked_for(subject: Look) -> None:
    proxy = subject(Output.PROXY)
    facts = proxy.report.facts
    assert facts is not None
    spoilt = replace(facts, other_streams=1)
    assert not verdicts.streams(reported(proxy, replace(proxy.report, facts=spoilt))).passed


def test_an_index_behind_the_media(subject: Look) -> None:
    proxy = subject(Output.PROXY)
    facts = proxy.report.facts
    assert facts is not None
    assert not verdicts.faststart(reported(proxy, replace(proxy.report, facts=replace(facts, faststart=False)))).passed


@pytest.mark.parametrize("contents", [Contents(20, 2.0, 2.0, "Invalid data"), Contents(0, 0.0, 0.0, None)])
def test_what_does_not_decode_to_its_end(subject: Look, contents: Contents) -> None:
    proxy = subject(Output.PROXY)
    assert not verdicts.decodable(reported(proxy, replace(proxy.report, contents=contents))).passed


@pytest.mark.parametrize(("level", "side"), [(0, (720, 1280)), (200, (360, 640))], ids=["black", "too small"])
def test_a_poster_that_is_not_as_promised(subject: Look, tmp_path: Path, level: int, side: tuple[int, int]) -> None:
    path = tmp_path / "poster.jpg"
    write_jpeg(np.full((*side, 3), level, np.uint8), path, quality=85)
    assert not verdicts.picture(with_file(subject(Output.POSTER), ArtifactKind.POSTER, path)).passed


@pytest.mark.parametrize(
    "spoil",
    [
        lambda index: index.replace("160,0,160,90", "320,0,160,90"),  # beside the sheet
        lambda index: index.rsplit("\n\n", 1)[0],  # without its last cue
        lambda index: index.replace("00:00:01.000 -->", "00:00:01.500 -->"),  # with a gap
        lambda index: index.replace("00:00:02.000", "00:00:09.000"),  # longer than the video
        lambda _: "WEBVTT\n",
    ],
)
def test_an_index_that_leads_astray(subject: Look, tmp_path: Path, spoil: Callable[[str], str]) -> None:
    storyboard = subject(Output.STORYBOARD)
    index = storyboard.rendition.files[ArtifactKind.STORYBOARD_INDEX].read_text()
    path = tmp_path / "storyboard.vtt"
    path.write_text(spoil(index))
    assert verdicts.tiles(storyboard).passed
    assert not verdicts.tiles(with_file(storyboard, ArtifactKind.STORYBOARD_INDEX, path)).passed


@pytest.mark.parametrize("spans", [[], [(0.5, 2.0)], [(0.0, 1.0), (1.5, 2.0)], [(0.0, 1.0)], [(0.0, 2.0), (2.0, 2.0)]])
def test_scenes_that_do_not_cover_the_video(subject: Look, tmp_path: Path, spans: list[tuple[float, float]]) -> None:
    path = tmp_path / "scene_cuts.json"
    path.write_text(json.dumps({"scenes": [{"start_seconds": start, "end_seconds": end} for start, end in spans]}))
    assert verdicts.scenes(subject(Output.SCENE_CUTS)).passed
    assert not verdicts.scenes(with_file(subject(Output.SCENE_CUTS), ArtifactKind.SCENE_CUTS, path)).passed


def test_sound_of_another_format(subject: Look, samples: Samples) -> None:
    audio = subject(Output.AUDIO)
    wrong = Report(Contents(0, 0.0, 2.0, None), facts_of(samples["sound"]))
    path = audio.rendition.files[ArtifactKind.AUDIO]
    verdict = verdicts.audio_format(replace(audio, reports={path: wrong}))
    assert not verdict.passed
    assert verdict.sentence == "It is aac, 48000 Hz, 1 channels."


def test_a_rendition_alone_is_measured_by_what_the_original_says(subject: Look) -> None:
    audio = subject(Output.AUDIO)
    unseen = replace(audio.made, decoded=replace(audio.made.decoded, seconds=None))
    assert replace(audio, made=unseen).source_seconds == audio.source.duration_seconds
