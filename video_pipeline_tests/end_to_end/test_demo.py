"""What `make demo` does, as a process of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SERVERS = ("DATABASE_URL", "S3_ENDPOINT_URL", "BROKER_URL")


@pytest.fixture
def demo(tmp_path):
    """Run the command; its temporary folders are below the test's, so that what is left can be seen."""
    scratch = tmp_path / "scratch"
    scratch.mkdir(mode=0o755)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name not in SERVERS}
        return subprocess.run(
            [Path(sys.executable).with_name("video-pipeline"), "demo", "--output", tmp_path / "out", *arguments],
            env={**environment, "TMPDIR": str(scratch)},
            capture_output=True,
            text=True,
            check=False,
        )

    yield run
    assert list(scratch.iterdir()) == []


def saved(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "out").glob("*/*"))


def test_a_real_clip_goes_all_the_way_and_nothing_is_left_but_its_outputs(demo, tmp_path):
    done = demo()

    assert done.returncode == 0, done.stdout + done.stderr
    assert saved(tmp_path) == ["poster.jpg", "proxy.mp4", "storyboard.jpg", "storyboard.vtt"]
    assert re.search(r"bigbuckbunny\.mp4 +│ completed +│ 5\.3 s +│ 1\.1 MB", done.stdout)
    assert re.search(r"renditions \d+\.\d s", done.stdout)


def test_one_bad_file_among_good_ones_is_told_and_makes_the_command_fail(demo, tmp_path, clip):
    text = tmp_path / "notes.mp4"
    text.write_text("no video\n")

    done = demo(str(clip("good.mp4", "-c:v", "libx264")), str(text))

    assert done.returncode == 1
    assert len(saved(tmp_path)) == 4
    assert "not_a_video" in done.stdout
