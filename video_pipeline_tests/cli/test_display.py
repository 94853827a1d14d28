import re
from datetime import timedelta
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from rich.console import Console

from video_pipeline.cli import display
from video_pipeline.types import ArtifactKind, JobStatus, Stage, VideoStatus
from video_pipeline_tests.cli.snapshots import MOMENT, artifact, job, snapshot

VIDEO = uuid4()
JOURNEY = [
    [snapshot(id=VIDEO)],
    [snapshot(VideoStatus.VALIDATING, id=VIDEO, jobs=[job(Stage.VALIDATION, progress=50)])],
    [snapshot(VideoStatus.VALIDATING, id=VIDEO, jobs=[job(Stage.VALIDATION, progress=90)])],
    [snapshot(VideoStatus.COMPLETED, id=VIDEO, jobs=[job(stage, status=JobStatus.COMPLETED) for stage in Stage])],
]
#: What somebody may call a file, and what rich would take for markup.
HOSTILE = "[bold] holiday [/] [link=x]"


def paper(*, terminal: bool) -> Console:
    return Console(file=StringIO(), width=240, force_terminal=terminal, color_system=None)


def text_of(console: Console) -> str:
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def shown(*renderables) -> str:
    console = paper(terminal=False)
    console.print(*renderables)
    return text_of(console)


def test_where_there_is_no_terminal_each_change_is_a_line():
    console = paper(terminal=False)
    last = display.watch(console, JOURNEY)

    assert text_of(console).splitlines() == [
        "clip.mp4: uploaded",
        "clip.mp4: validating, validation",
        "clip.mp4: completed",
    ]
    assert last == JOURNEY[-1]


def test_in_a_terminal_each_video_has_a_bar():
    console = paper(terminal=True)
    others = [snapshot(VideoStatus.FAILED, filename="other.mp4")]
    last = display.watch(console, [look + others for look in JOURNEY])

    clip, other = re.findall(r"(?:clip|other)\.mp4[^\r\n]*", text_of(console))[-2:]
    assert re.fullmatch(r"clip\.mp4 +━+ +100 % +completed *", clip)
    assert re.fullmatch(r"other\.mp4 +0 % +failed *", other)
    assert last == JOURNEY[-1] + others


@pytest.mark.parametrize("terminal", [True, False])
def test_nothing_to_watch_is_nothing(terminal: bool):
    assert display.watch(paper(terminal=terminal), []) == []


@pytest.mark.parametrize("terminal", [True, False])
def test_a_name_is_shown_as_it_is(terminal: bool):
    console = paper(terminal=terminal)
    display.watch(console, [[snapshot(VideoStatus.FAILED, filename=HOSTILE)]])

    assert HOSTILE in text_of(console)


def test_results_tell_sizes_and_times():
    video = snapshot(
        VideoStatus.COMPLETED,
        duration_seconds=5.31,
        size_bytes=1_055_736,
        jobs=[job(Stage.RENDITIONS, finished_at=MOMENT + timedelta(seconds=2.5))],
        artifacts=[artifact(ArtifactKind.PROXY, size_bytes=320_000)],
    )
    lines = shown(display.results([video])).splitlines()

    (row,) = (line for line in lines if "clip.mp4" in line)
    cells = [cell.strip() for cell in row.strip("│").split("│")]
    assert cells == ["clip.mp4", "completed", "5.3 s", "1.1 MB", "320.0 kB", "validation –"]
    assert any(str(video.video.id) in line for line in lines)
    assert any("renditions 2.5 s" in line for line in lines)


def test_places_are_told_whole_however_narrow_the_output():
    console = Console(file=StringIO(), width=20, color_system=None)
    saved, unsaved = snapshot(), snapshot()
    folder = Path("demo-output") / ("x" * 60)

    display.places(console, [saved, unsaved], {saved.video.id: folder, unsaved.video.id: None})

    assert text_of(console) == f"clip.mp4: {folder}\n"


def test_a_failed_video_tells_why():
    table = shown(
        display.results([snapshot(VideoStatus.FAILED, error_code="too_long", error_sentence="It lasts 5:00:00.")])
    )

    assert "It lasts 5:00:00. (too_long)" in table


def test_strangers_words_are_no_markup_in_tables():
    video = snapshot(
        VideoStatus.FAILED,
        filename=HOSTILE,
        error_code="unreadable",
        error_sentence=f"Cannot open {HOSTILE}",
        jobs=[job(Stage.VALIDATION, error_code="unreadable", error_sentence=f"Cannot read {HOSTILE}")],
    )
    table = shown(display.results([video]), display.details(video))

    assert table.count(HOSTILE.split("/")[0]) == 3
    assert f"Cannot open {HOSTILE}" in table
    assert f"Cannot read {HOSTILE}" in table


def test_details_tell_of_stages_and_artifacts():
    video = snapshot(
        VideoStatus.PROCESSING,
        jobs=[job(Stage.VALIDATION, status=JobStatus.COMPLETED, progress=100), job(Stage.RENDITIONS, progress=40)],
        artifacts=[artifact(ArtifactKind.POSTER, key="renditions/x/poster/y.jpg")],
    )
    details = shown(display.details(video))

    assert [line.split("│")[1].strip() for line in details.splitlines() if "run-1" in line] == [
        "validation",
        "renditions",
    ]
    assert "40 %" in details
    assert "renditions/x/poster/y.jpg" in details


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (display.seconds(None), "–"),
        (display.seconds(0), "0.0 s"),
        (display.seconds(61.25), "61.2 s"),
        (display.size(None), "–"),
        (display.size(0), "0 bytes"),
        (display.size(2_000_000), "2.0 MB"),
    ],
)
def test_figures_carry_their_units(figure: str, text: str):
    assert figure == text
