from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from video_pipeline.errors import ConfigurationError, MediaToolFailed
from video_pipeline.local import machine
from video_pipeline.media import ffmpeg
from video_pipeline.types import Sandbox


def program(path: Path, script: str) -> str:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_this_machine_has_what_is_needed() -> None:
    assert machine.python().startswith("Python 3.")
    assert "libx264" in machine.ffmpeg_program()
    assert machine.pyav().startswith("PyAV ")
    assert machine.ties() == "Programs end when those that started them do."
    assert "are installed" in machine.embedded_servers()


def test_an_ffmpeg_without_an_encoder_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    poor = program(tmp_path / "ffmpeg", "echo 'ffmpeg version 4.1 by hand'; echo ' V..... mjpeg  Motion JPEG'")
    monkeypatch.setattr(ffmpeg, "executable", lambda: poor)
    with pytest.raises(ConfigurationError, match=r"version 4\.1\) cannot write aac, libx264\."):
        machine.ffmpeg_program()


def test_an_ffmpeg_that_is_not_there_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ffmpeg, "executable", lambda: str(tmp_path / "ffmpeg"))
    with pytest.raises(MediaToolFailed, match="is not there"):
        machine.ffmpeg_program()


def test_a_kernel_that_does_not_tie_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What such a kernel does: nothing, when the parent ends."""
    monkeypatch.setattr(machine, "_GONE_SECONDS", 0.5)
    monkeypatch.setattr(machine, "_SHORT_LIVED_PARENT", "import subprocess; subprocess.Popen(['sleep', '2'])")
    with pytest.raises(ConfigurationError, match="PR_SET_PDEATHSIG"):
        machine.ties()


def test_the_sandbox_is_tried() -> None:
    assert "and seccomp hold media processes" in machine.sandbox()


def test_fences_that_do_not_hold_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_BOUNDS", replace(machine._BOUNDS, sandbox=Sandbox.OFF))
    with pytest.raises(ConfigurationError, match="not held by Landlock and seccomp"):
        machine.sandbox()


def test_a_sandbox_that_cannot_be_tried_is_not_praised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_ESCAPE", "raise SystemExit('no error')")
    with pytest.raises(MediaToolFailed, match="could not be tried: no error"):
        machine.sandbox()


def test_room_is_looked_for_where_the_data_will_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert f"free in {tmp_path}" in machine.disk(tmp_path / "not" / "made" / "yet")
    monkeypatch.setattr(machine, "_FREE_BYTES", 1024**6)
    with pytest.raises(ConfigurationError, match="at least"):
        machine.disk(tmp_path)
