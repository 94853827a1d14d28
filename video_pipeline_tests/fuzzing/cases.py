"""A mutated file by its number: the same seed and index make the same bytes, on every machine with that ffmpeg."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import MappingProxyType

from video_pipeline_tests.fuzzing.ebml import MATROSKA
from video_pipeline_tests.fuzzing.mp4 import MP4
from video_pipeline_tests.fuzzing.mutations import MUTATIONS, TO_BYTES, Subject
from video_pipeline_tests.fuzzing.pieces import Format
from video_pipeline_tests.fuzzing.riff import AVI
from video_pipeline_tests.samples.making import AAC, H264, VP8, ffmpeg, picture, sine

MOST_AT_ONCE = 6


@dataclass(frozen=True)
class Parent:
    """A good file of which cases are made: a third of a second of picture and sound, so that looking at it is quick."""

    form: Format
    extension: str
    arguments: tuple[str, ...]

    def make(self, folder: Path, name: str) -> Path:
        """Write it into a folder; bit for bit the same each time."""
        path = folder / f"{name}.{self.extension}"
        exact = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact", "-threads", "1")
        ffmpeg(*picture("64x48", 0.32), *sine(0.32), *self.arguments, *exact, str(path))
        return path


_ORDERED = (*H264, "-bf", "2", "-x264-params", "b-adapt=0")  # frames out of order, and with them ctts and elst

PARENTS: Mapping[str, Parent] = MappingProxyType(
    {
        "mp4": Parent(MP4, "mp4", (*_ORDERED, *AAC)),
        "faststart": Parent(MP4, "mp4", (*_ORDERED, *AAC, "-movflags", "+faststart")),
        "fragmented": Parent(MP4, "mp4", (*H264, *AAC, "-movflags", "+frag_keyframe+empty_moov+default_base_moof")),
        "mkv": Parent(MATROSKA, "mkv", (*_ORDERED, *AAC)),
        "webm": Parent(MATROSKA, "webm", (*VP8, "-c:a", "libopus")),
        "avi": Parent(AVI, "avi", ("-c:v", "mpeg4", "-q:v", "5", "-c:a", "libmp3lame")),
    }
)


@dataclass(frozen=True)
class Case:
    """A mutated file, its number, which file it was, and what was done to it."""

    number: str
    parent: str
    mutations: tuple[str, ...]
    content: bytes


class Corpus:
    """The good files, from which every case can be made."""

    def __init__(self, folder: Path) -> None:
        """Make those that are not in `folder` yet."""
        self._content = {name: self._of(folder, name, parent) for name, parent in PARENTS.items()}

    @staticmethod
    def _of(folder: Path, name: str, parent: Parent) -> bytes:
        path = folder / f"{name}.{parent.extension}"
        return (path if path.exists() else parent.make(folder, name)).read_bytes()

    def __getitem__(self, name: str) -> bytes:
        """The bytes of a good file."""
        return self._content[name]

    def case(self, number: str) -> Case:
        """The case of a number, which reads `seed:index`."""
        chance = Random(number)  # noqa: S311 - the same chance every time is the point
        parent = chance.choice(sorted(PARENTS))
        names = chance.choices(sorted({**MUTATIONS, **TO_BYTES}), k=chance.randint(1, MOST_AT_ONCE))
        form = PARENTS[parent].form
        subject = Subject(form, form.parse(self[parent]), chance)
        for name in names:
            if name in MUTATIONS and subject.pieces:
                MUTATIONS[name](subject)
        content = form.write(subject.pieces)
        for name in names:
            if name in TO_BYTES and content:
                content = TO_BYTES[name](content, chance)
        return Case(number, parent, tuple(names), content)
