"""What README says of the API, done word for word."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

from video_pipeline.media.probe_child import facts_of
from video_pipeline.types import Role
from video_pipeline_tests.api.people import PASSWORD, add_user

ROOT = Path(__file__).parents[2]


def journey(heading: str = "The API") -> str:
    """The commands under the heading, as they stand there."""
    section = (ROOT / "README.md").read_text().split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return dedent("\n".join(re.findall(r"^(?: {4}.*)?$", section, re.MULTILINE)))


def test_curl_goes_from_a_password_to_a_file_that_plays(session, stack, clip, tmp_path):
    add_user(session.engine, "curl@example.org", Role.ADMIN)
    told = {
        "API": stack.environment["PREVIEW_URL"],
        "EMAIL": "curl@example.org",
        "PASSWORD": PASSWORD,
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


def test_commands_go_from_a_login_to_a_file_that_plays_and_is_deleted(session, stack, clip, tmp_path):
    add_user(session.engine, "reader@localhost", Role.ADMIN)
    clip("holiday.mp4", "-c:v", "libx264", "-c:a", "aac")
    told = {"PATH": os.environ["PATH"], "XDG_STATE_HOME": str(tmp_path / "state")}
    commands = journey("Uploading from anywhere").replace(".venv/bin/", f"{Path(sys.executable).parent}/")
    commands = commands.replace("http://127.0.0.1:8000", stack.urls["api"]).replace("admin@", "reader@")

    def run(command: str, stdin: str = "") -> str:
        done = subprocess.run(
            shlex.split(command), cwd=tmp_path, env=told, input=stdin, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    login, upload, *others = commands.strip().splitlines()
    run(login, f"{PASSWORD}\n")
    video_id = run(upload).split()[0]
    shown = [run(command.replace(" ID", f" {video_id}")) for command in others]

    assert all("By the sea" in told for told in shown[:2])
    assert facts_of(tmp_path / "proxy.mp4").video is not None
    assert shown[-1] == f"{video_id}  holiday.mp4  deleted\n"
