"""The single checks on renditions: each looks at one output and says whether it is what it promises to be."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import cast

from pydantic.dataclasses import dataclass as checked_dataclass

from video_pipeline.media import choices, stills
from video_pipeline.media.artifacts import Rendition
from video_pipeline.media.profiles import AUDIO, POSTER
from video_pipeline.media.renditions import Made
from video_pipeline.types import ArtifactKind, MediaFacts

TOLERANCE_SECONDS = 0.1  # one frame of the proxy
_CUE = re.compile(r"(\d+):(\d\d):(\d\d\.\d{3}) --> (\d+):(\d\d):(\d\d\.\d{3})\n\S+#xywh=(\d+),(\d+),(\d+),(\d+)")


@checked_dataclass(frozen=True)
class Contents:
    """What decoding a file gave; see `decode_child`."""

    frames: int
    video_seconds: float
    audio_seconds: float
    error: str | None


@checked_dataclass(frozen=True)
class Report:
    """What `decode_child` tells of one file; without facts where it could not be opened."""

    contents: Contents
    facts: MediaFacts | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a check looks at: a rendition, what else was made, what the original says of itself, and decoded files."""

    rendition: Rendition
    made: Made
    source: MediaFacts
    reports: Mapping[Path, Report]

    @property
    def report(self) -> Report:
        """What decoding the rendition's file gave."""
        return self.reports[self.rendition.files[ArtifactKind(self.rendition.output)]]

    @property
    def source_seconds(self) -> float:
        """How long the original really lasts: as decoded, or as declared where only its sound was decoded."""
        return choices.duration(self.source, self.made.decoded.seconds) or 0.0

    @property
    def tolerance_seconds(self) -> float:
        """By how much an end may differ: a tenth of a second, or one of the original's frames where they are rare."""
        return max(TOLERANCE_SECONDS, self.made.decoded.frame_seconds)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a check passed, in a sentence and in numbers."""

    passed: bool
    sentence: str
    measured: Mapping[str, object] = field(default_factory=dict)


Check = Callable[[Subject], Verdict]


def duration(subject: Subject) -> Verdict:
    """A video lasts as long as what was decoded of the original."""
    lasts, wanted = subject.report.contents.video_seconds, subject.source_seconds
    tolerance = subject.tolerance_seconds
    # Longer it may be by half of its own frames: moments are rounded to them, and the last one is shown whole.
    late = 0.5 / cast("float", subject.rendition.facts["frame_rate"])
    return Verdict(
        -tolerance <= lasts - wanted <= tolerance + late,
        f"It lasts {lasts:.2f} s; of the original, {wanted:.2f} s were decoded.",
        {"seconds": lasts, "source_seconds": wanted, "tolerance_seconds": tolerance},
    )


def streams(subject: Subject) -> Verdict:
    """A video is H.264 in yuv420p of the promised size and rate, with AAC exactly where the original has sound."""
    made, promised = subject.report.facts, subject.rendition.facts
    picture = made.video if made else None
    if made is None or picture is None:
        return Verdict(passed=False, sentence="It holds no picture.")
    found = {
        "codec": picture.codec,
        "pixel_format": picture.pixel_format,
        "size": f"{picture.width}x{picture.height}",
        "frame_rate": round(float(picture.frame_rate), 1),
        "audio_codec": made.audio.codec if made.audio else None,
        "other_streams": made.subtitle_streams + made.other_streams,
    }
    wanted = {
        "codec": "h264",
        "pixel_format": "yuv420p",
        "size": f"{promised['width']}x{promised['height']}",
        "frame_rate": round(float(str(promised["frame_rate"])), 1),
        "audio_codec": "aac" if subject.source.audio and not subject.made.mute else None,
        "other_streams": 0,
    }
    wrong = [f"{name} is {found[name]}, not {wanted[name]}" for name in wanted if found[name] != wanted[name]]
    return Verdict(not wrong, f"It differs: {'; '.join(wrong)}." if wrong else "Its streams are as promised.", found)


def faststart(subject: Subject) -> Verdict:
    """A video's index stands before its media, so that it plays while it loads."""
    made = subject.report.facts
    passed = made is not None and made.faststart is True
    return Verdict(passed, "It plays while it loads." if passed else "Its index does not stand before its media.")


def decodable(subject: Subject) -> Verdict:
    """A video decodes from end to end without an error."""
    contents = subject.report.contents
    passed = contents.error is None and contents.frames > 0
    sentence = f"{contents.frames} frames decode without an error." if passed else f"Decoding fails: {contents.error}."
    return Verdict(passed, sentence, {"frames": contents.frames})


def picture(subject: Subject) -> Verdict:
    """A poster decodes, has the promised size, and is black only where every frame it was chosen from is."""
    frame = stills.read_jpeg(subject.rendition.files[ArtifactKind.POSTER])
    if frame is None:
        return Verdict(passed=False, sentence="It does not decode.")
    promised = subject.rendition.facts
    height, width, _ = frame.shape
    black = stills.is_black(frame, POSTER)
    measured = {"width": width, "height": height, "black": black}
    if (width, height) != (promised["width"], promised["height"]):
        return Verdict(passed=False, sentence=f"It has {width} × {height} pixels, not as promised.", measured=measured)
    if black and not promised["black"]:
        return Verdict(passed=False, sentence="It is black, though the original is not.", measured=measured)
    return Verdict(passed=True, sentence=f"It shows {width} × {height} pixels of the original.", measured=measured)


def tiles(subject: Subject) -> Verdict:
    """A storyboard's index covers the video without gaps, and every tile it names lies on the sheet."""
    files = subject.rendition.files
    frame = stills.read_jpeg(files[ArtifactKind.STORYBOARD])
    if frame is None:
        return Verdict(passed=False, sentence="The sheet does not decode.")
    height, width, _ = frame.shape
    cues = [_cue(match) for match in _CUE.finditer(files[ArtifactKind.STORYBOARD_INDEX].read_text())]
    on_sheet = all(cue.x + cue.width <= width and cue.y + cue.height <= height for cue in cues)
    covered = _covers(subject, [(cue.start, cue.end) for cue in cues])
    measured = {"width": width, "height": height, "tiles": len(cues)}
    if len(cues) != subject.rendition.facts["tiles"] or not on_sheet:
        return Verdict(passed=False, sentence="The index names tiles that are not on the sheet.", measured=measured)
    sentence = f"{len(cues)} tiles cover the video." if covered else "The index does not cover the video."
    return Verdict(covered, sentence, measured)


def audio_format(subject: Subject) -> Verdict:
    """The sound is FLAC, 16 kHz and mono, and decodes."""
    report = subject.report
    sound = report.facts.audio if report.facts else None
    if sound is None or report.contents.error is not None:
        return Verdict(passed=False, sentence=f"It does not decode: {report.contents.error or 'it holds no sound'}.")
    found = (sound.codec, sound.sample_rate, sound.channels)
    measured = {"sample_rate": sound.sample_rate, "channels": sound.channels, "seconds": report.contents.audio_seconds}
    passed = found == ("flac", AUDIO.sample_rate, AUDIO.channels) and report.contents.audio_seconds > 0
    return Verdict(passed, f"It is {found[0]}, {found[1]} Hz, {found[2]} channels.", measured)


def scenes(subject: Subject) -> Verdict:
    """The scenes follow each other without gaps, from zero to the end of the video."""
    stored = json.loads(subject.rendition.files[ArtifactKind.SCENE_CUTS].read_text())["scenes"]
    spans = [(scene["start_seconds"], scene["end_seconds"]) for scene in stored]
    passed = _covers(subject, spans)
    sentence = f"{len(spans)} scenes cover the video." if passed else "The scenes do not cover the video."
    return Verdict(passed, sentence, {"scenes": len(spans)})


@dataclass(frozen=True, slots=True)
class _Cue:
    start: float
    end: float
    x: int
    y: int
    width: int
    height: int


def _cue(match: re.Match[str]) -> _Cue:
    clock, place = match.groups()[:6], match.groups()[6:]
    start, end = (int(h) * 3600 + int(m) * 60 + float(s) for h, m, s in (clock[:3], clock[3:]))
    return _Cue(start, end, *(int(number) for number in place))


def _covers(subject: Subject, spans: Sequence[tuple[float, float]]) -> bool:
    """Whether spans of time begin at zero, follow each other without gaps, and end where the video does."""
    if not spans or spans[0][0] != 0:
        return False
    joined = all(earlier[1] == later[0] for earlier, later in pairwise(spans))
    forward = all(start < end for start, end in spans)
    return joined and forward and abs(spans[-1][1] - subject.source_seconds) <= subject.tolerance_seconds
