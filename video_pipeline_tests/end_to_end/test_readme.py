"""What README says of the API, done word for word."""

import os
import re
import subprocess
from pathlib import Path
from textwrap import dedent

from video_pipeline.accounts.founding import make_first_admin
from video_pipeline.media.probe_child import facts_of

ROOT = Path(__file__).parents[2]


def journey():
    """The commands under the heading, as they stand there."""
    section = (ROOT / "README.md").read_text().split("## The API\n", 1)[1].split("\n## ", 1)[0]
    return dedent("\n".join(re.findall(r"^(?: {4}.*)?$", section, re.MULTILINE)))


def test_curl_goes_from_a_password_to_a_file_that_plays(session, stack, clip, tmp_path):
    password = make_first_admin(session.engine, "admin@localhost")
    told = {
        "API": stack.environment["PREVIEW_URL"],
        "EMAIL": "admin@localhost",
        "PASSWORD": password,
        "FILE": str(clip("holiday.mp4", "-c:v", "libx264", "-c:a", "aac")),
    }

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", journey()],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], **told},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    proxy = facts_of(tmp_path / "proxy.mp4").video
    assert proxy is not None
    assert (proxy.codec, proxy.width, proxy.height) == ("h264", 320, 240)
