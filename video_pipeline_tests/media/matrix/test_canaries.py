"""What points elsewhere leads nowhere: no canary is touched, by the allow-lists alone and by the sandbox alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import ffmpeg
import pytest

from video_pipeline.errors import MediaRefused, MediaToolFailed
from video_pipeline.media import process
from video_pipeline.media.ffmpeg import executable, prefix, source
from video_pipeline.media.probe import probe
from video_pipeline.media.process import Bounds
from video_pipeline.types import Container, MediaFacts, Sandbox
from video_pipeline_tests.canaries import Listener, Watch, listening, watching
from video_pipeline_tests.samples import Samples
from video_pipeline_tests.samples.lures import HLS, LURES, Lure, circle

FREE = Bounds(wall_seconds=20, memory_bytes=4 * 1024**3, sandbox=Sandbox.OFF)
CONFINED = replace(FREE, sandbox=Sandbox.REQUIRED)
BOTH = pytest.mark.parametrize("bounds", [FREE, CONFINED], ids=["free", "confined"])
EACH = pytest.mark.parametrize("name", LURES)

#: Opens the file that it is given with every demuxer that may open one, and says how many took it.
OPEN = """
import sys
from pathlib import Path
from av.error import FFmpegError
from video_pipeline.errors import MediaRefused
from video_pipeline.media.allowed import DEMUXERS
from video_pipeline.media.probe_child import facts_of
taken = 0
for demuxer in set(DEMUXERS.values()):
    try:
        facts_of(Path(sys.argv[1]), demuxer)
    except (FFmpegError, MediaRefused):
        continue
    taken += 1
print(taken)
"""

#: Becomes the program that it is given, which the kernel then ends as soon as it asks for a socket, whatever kind.
TRAP = """
import os, sys
from video_pipeline.sandbox import seccomp
seccomp.REFUSED = {"socket": seccomp.REFUSED["socket"]}
answers = {seccomp.REFUSE: seccomp.KILL}
steps = seccomp.program(os.uname().machine)
seccomp.install([(*step, answers.get(constant, constant)) for *step, constant in steps])
os.execv(sys.argv[1], sys.argv[1:])
"""


@dataclass(frozen=True)
class Bait:
    """A lure laid out, and the canaries that it points at."""

    lure: Lure
    path: Path
    watch: Watch
    listener: Listener

    def touched(self) -> set[str]:
        """Which canaries were touched."""
        found = {"file": self.watch.was_opened(), "network": self.listener.was_reached()}
        return {name for name, was_touched in found.items() if was_touched}

    def careless(self) -> list[str]:
        """A command that follows the lure."""
        return careless(self.path, self.lure.careless)


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with listening() as opened:
        yield opened


@pytest.fixture
def lay(tmp_path: Path, listener: Listener) -> Iterator[Callable[[str], Bait]]:
    with ExitStack() as watches:

        def laid(name: str) -> Bait:
            lure = LURES[name]
            host, port = listener.address
            canary, path = tmp_path / lure.name, tmp_path / "clip.mp4"
            canary.write_bytes(b"a secret of the worker's\n" * 100)
            path.write_bytes(lure.content(canary, f"http://{host}:{port}/canary.ts"))
            return Bait(lure, path, watches.enter_context(watching(canary)), listener)

        yield laid


@pytest.fixture(scope="session")
def facts(samples: Samples) -> MediaFacts:
    """What a real video says of itself, which a lure is taken for where nobody looks at its first bytes."""
    return probe(samples["small"], bounds=FREE)


def careless(path: Path, options: tuple[str, ...]) -> list[str]:
    return [executable(), "-nostdin", "-v", "error", *options, "-i", str(path), "-f", "null", "-"]


def pyav(path: Path) -> list[str]:
    return [sys.executable, "-P", "-c", OPEN, str(path)]


def ours(path: Path, facts: MediaFacts) -> list[str]:
    """A command of ours on a file that nobody has looked at."""
    node = source(path, replace(facts, container=Container.MP4))
    return list(ffmpeg.output(node, "-", format="null").compile(cmd=prefix(log_level="error")))


def trapped(command: list[str]) -> list[str]:
    return [sys.executable, "-P", "-c", TRAP, *command]


@BOTH
@EACH
def test_probing_touches_nothing(lay: Callable[[str], Bait], name: str, bounds: Bounds) -> None:
    bait = lay(name)
    with suppress(MediaRefused):  # a movie whose media lie elsewhere has facts, and is refused when it is decoded
        probe(bait.path, bounds=bounds)
    assert bait.touched() == set()


@BOTH
@EACH
def test_no_demuxer_that_may_open_a_file_touches_anything(
    lay: Callable[[str], Bait], name: str, bounds: Bounds
) -> None:
    bait = lay(name)
    opened = process.run(pyav(bait.path), bounds=bounds, reads=[bait.path], read_stdout=lambda stdout: stdout.read())
    assert opened.output == (b"1\n" if name == "mov_alias" else b"0\n")
    assert bait.touched() == set()


@BOTH
@EACH
def test_our_commands_touch_nothing(lay: Callable[[str], Bait], facts: MediaFacts, name: str, bounds: Bounds) -> None:
    bait = lay(name)
    ended = process.run(ours(bait.path, facts), bounds=bounds, reads=[bait.path])
    assert ended.exit_code > 0
    assert bait.touched() == set()


@EACH
def test_nothing_of_ours_asks_for_a_socket(lay: Callable[[str], Bait], facts: MediaFacts, name: str) -> None:
    bait = lay(name)
    for command in (pyav(bait.path), ours(bait.path, facts)):
        process.run(trapped(command), bounds=FREE)


@EACH
def test_the_sandbox_alone_keeps_a_careless_ffmpeg_from_everything(lay: Callable[[str], Bait], name: str) -> None:
    bait = lay(name)
    ended = process.run(bait.careless(), bounds=CONFINED, reads=[bait.path])
    assert ended.exit_code > 0
    assert bait.touched() == set()


@pytest.mark.parametrize("name", [name for name, lure in LURES.items() if lure.points_at != "socket"])
def test_with_neither_a_canary_is_touched(lay: Callable[[str], Bait], name: str) -> None:
    bait = lay(name)
    process.run(bait.careless(), bounds=FREE)
    assert bait.touched() == {bait.lure.points_at}


@pytest.mark.parametrize("name", [name for name, lure in LURES.items() if lure.points_at != "file"])
def test_with_neither_a_socket_is_asked_for(lay: Callable[[str], Bait], name: str) -> None:
    with pytest.raises(MediaToolFailed, match="SIGSYS"):
        process.run(trapped(lay(name).careless()), bounds=FREE)


@pytest.fixture
def playlist_of_itself(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(circle(path.name))
    return path


@BOTH
def test_a_playlist_that_points_at_itself_ends(playlist_of_itself: Path, facts: MediaFacts, bounds: Bounds) -> None:
    for command in (pyav(playlist_of_itself), ours(playlist_of_itself, facts)):
        process.run(command, bounds=bounds, reads=[playlist_of_itself])


def test_with_a_careless_ffmpeg_it_does_not(playlist_of_itself: Path) -> None:
    with pytest.raises(MediaRefused) as refusal:
        process.run(careless(playlist_of_itself, HLS), bounds=replace(FREE, wall_seconds=1))
    assert refusal.value.reason.code == "too_slow"
