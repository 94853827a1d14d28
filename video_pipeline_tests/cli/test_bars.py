from io import StringIO

from rich.console import Console

from video_pipeline.cli import bars
from video_pipeline.client.progress import Step

HOSTILE = "[bold]gate[/x].mp4"


def told(*, terminal: bool) -> str:
    console = Console(file=StringIO(), width=200, force_terminal=terminal, color_system=None)
    with bars.shown(console, HOSTILE) as progress:
        progress.step(Step.CHECKSUM, total_bytes=100)
        progress.advance(100)
        progress.step(Step.UPLOAD, total_bytes=1000, done_bytes=500)
        progress.advance(99)
        progress.advance(201)
        progress.advance(-100)
        progress.advance(100)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_where_there_is_no_terminal_each_step_and_tenth_is_a_line():
    lines = told(terminal=False).splitlines()

    assert all(line.startswith(f"{HOSTILE}: ") for line in lines)
    words = [line.removeprefix(f"{HOSTILE}: ").split(",")[0] for line in lines]
    assert words == ["Calculating checksum…", "100 %", "Uploading", "80 %"]
    assert lines[-1].endswith("/s")


def test_in_a_terminal_a_bar_tells_bytes_speed_and_time_left():
    shown = told(terminal=True)

    assert HOSTILE in shown
    assert "Uploading" in shown
    assert "0.8/1.0 kB" in shown
