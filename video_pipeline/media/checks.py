"""The rules that a file must meet, as data, and the cheap decode that shows whether it is what it says."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import ffmpeg

from video_pipeline.errors import MediaRefused
from video_pipeline.media import process
from video_pipeline.media.allowed import VIDEO_CODECS
from video_pipeline.media.ffmpeg import prefix, source
from video_pipeline.media.process import Bounds
from video_pipeline.types import Container, Finding, MediaFacts, Severity, VideoStream

# Extensions by which people know a container; one that is not listed is not held against a file.
EXTENSIONS = {
    "mp4": Container.MP4,
    "m4v": Container.MP4,
    "3gp": Container.MP4,
    "mov": Container.MOV,
    "qt": Container.MOV,
    "mkv": Container.MKV,
    "webm": Container.WEBM,
    "avi": Container.AVI,
}
FIRST_FRAMES = 10  # enough to need a keyframe and what follows it; decoded in a tenth of a second


@dataclass(frozen=True, slots=True)
class Policy:
    """What is accepted. Bytes, seconds, pixels as displayed, frames per second."""

    max_bytes: int
    max_duration_seconds: float
    max_side_pixels: int = 16_384
    max_pixels: int = 35_389_440
    max_frame_rate: int = 960  # what phones call super slow motion
    max_streams: int = 32
    containers: frozenset[Container] = frozenset(Container)


@dataclass(frozen=True, slots=True)
class Case:
    """A file before its judges: its facts, the policy, and the extension that its sender gave it, if any."""

    facts: MediaFacts
    policy: Policy
    declared_extension: str | None

    @property
    def streams(self) -> int:
        """All streams of the file."""
        facts = self.facts
        return facts.video_streams + facts.audio_streams + facts.subtitle_streams + facts.other_streams

    @property
    def declared(self) -> Container | None:
        """The container that the sender's extension stands for."""
        return EXTENSIONS.get((self.declared_extension or "").lower().lstrip("."))


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong with a file: its code, and what finds it.

    `finds` gives the sentence for who uploaded the file, with numbers, or None where nothing is wrong.
    """

    code: str
    finds: Callable[[Case], str | None]
    severity: Severity = Severity.REFUSE


def _of_picture(finds: Callable[[VideoStream, Policy], str | None]) -> Callable[[Case], str | None]:
    """A rule about the picture of a file that has one."""
    return lambda case: finds(case.facts.video, case.policy) if case.facts.video is not None else None


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def _mebibytes(size: int) -> str:
    return f"{size / 1024**2:,.0f} MiB"


def _too_large(size_bytes: int, policy: Policy) -> str | None:
    if size_bytes <= policy.max_bytes:
        return None
    return f"The file has {_mebibytes(size_bytes)}; at most {_mebibytes(policy.max_bytes)} are accepted."


def _container(case: Case) -> str | None:
    if case.facts.container in case.policy.containers:
        return None
    found, accepted = case.facts.container or case.facts.format_name, ", ".join(sorted(case.policy.containers))
    return f"The file is {found}; accepted are {accepted}. Export it in one of these."


def _too_long(case: Case) -> str | None:
    seconds, most = case.facts.duration_seconds or 0, case.policy.max_duration_seconds
    return None if seconds <= most else f"The video lasts {_clock(seconds)}; at most {_clock(most)} are accepted."


def _picture_too_large(picture: VideoStream, policy: Policy) -> str | None:
    """Both sizes count: what is shown may be smaller than what has to be decoded."""
    shown, stored = (picture.width, picture.height), (picture.coded_width, picture.coded_height)
    if max(*shown, *stored) <= policy.max_side_pixels and max(map(math.prod, (shown, stored))) <= policy.max_pixels:
        return None
    return (
        f"The picture has {picture.width} × {picture.height} pixels; at most {policy.max_side_pixels} a side and "
        f"{policy.max_pixels:,} in all are accepted."
    )


def _frame_rate(picture: VideoStream, policy: Policy) -> str | None:
    if picture.frame_rate <= policy.max_frame_rate:
        return None
    rate = f"{float(picture.frame_rate):,.0f}"
    return f"The video has {rate} frames per second; at most {policy.max_frame_rate} are accepted."


def _codec(picture: VideoStream, _: Policy) -> str | None:
    if picture.codec in VIDEO_CODECS:
        return None
    return f"The picture is coded as {picture.codec}, which is not accepted. Export it as H.264."


def _streams(case: Case) -> str | None:
    most = case.policy.max_streams
    return None if case.streams <= most else f"The file has {case.streams} streams; at most {most} are accepted."


def _renamed(case: Case) -> str | None:
    if case.declared in {None, case.facts.container}:
        return None
    return f"The name says {case.declared}, the content is {case.facts.container}; the content counts."


def _unless(fine: Callable[[MediaFacts], bool], sentence: str) -> Callable[[Case], str | None]:
    """A rule whose sentence needs no numbers."""
    return lambda case: None if fine(case.facts) else sentence


NO_VIDEO = "The file has no picture: it is sound alone, or a sound file with a cover."
EMPTY = "The file is empty. Upload it again."
NO_SIZE = "The file does not say how large its picture is."
NO_DURATION = "The file has no duration: there is nothing in it to play."
SOUND = "The sound is coded in a way that is not accepted; the video will be silent."

# In the order in which they are told: the first that refuses is what the uploader reads.
RULES = (
    Rule("empty_file", _unless(lambda facts: facts.size_bytes > 0, EMPTY)),
    Rule("too_large", lambda case: _too_large(case.facts.size_bytes, case.policy)),
    Rule("container_not_accepted", _container),
    Rule("no_video", _unless(lambda facts: facts.video is not None, NO_VIDEO)),
    Rule("codec_not_accepted", _of_picture(_codec)),
    Rule("no_size", _of_picture(lambda picture, _: NO_SIZE if min(picture.width, picture.height) <= 0 else None)),
    Rule("no_duration", _unless(lambda facts: facts.video is None or (facts.duration_seconds or 0) > 0, NO_DURATION)),
    Rule("too_long", _too_long),
    Rule("picture_too_large", _of_picture(_picture_too_large)),
    Rule("frame_rate_too_high", _of_picture(_frame_rate)),
    Rule("too_many_streams", _streams),
    Rule("renamed", _renamed, Severity.WARN),
    Rule(
        "sound_not_accepted",
        _unless(lambda facts: facts.audio is not None or not facts.audio_streams, SOUND),
        Severity.WARN,
    ),
)


def judge_size(size_bytes: int, policy: Policy) -> None:
    """Judge a file by its size alone, before anybody fetches it.

    Raises:
        MediaRefused: it is larger than is accepted (`too_large`).
    """
    sentence = _too_large(size_bytes, policy)
    if sentence is not None:
        raise MediaRefused(Finding("too_large", sentence))


def judge(facts: MediaFacts, policy: Policy, *, declared_extension: str | None) -> tuple[Finding, ...]:
    """What the rules find in a file; it is accepted where no finding refuses it.

    Args:
        facts: what the file says of itself.
        policy: what is accepted.
        declared_extension: the extension of the name that its sender gave it, with or without a dot.
    """
    case = Case(facts, policy, declared_extension)
    found = ((rule, rule.finds(case)) for rule in RULES)
    return tuple(Finding(rule.code, sentence, rule.severity) for rule, sentence in found if sentence is not None)


def refused(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings for which a file is refused."""
    return tuple(finding for finding in findings if finding.severity is Severity.REFUSE)


def decodes(path: Path, facts: MediaFacts, *, bounds: Bounds) -> None:
    """Decode the first moment of the picture, strictly: headers survive what the media behind them did not.

    Raises:
        MediaRefused: no frame comes out, or not without errors (`undecodable`), or it takes too much.
        MediaToolFailed: ffmpeg could not be run.
    """
    if facts.video is None:
        raise MediaRefused(Finding("no_video", NO_VIDEO))
    # explode and xerror turn into failure what ffmpeg otherwise passes over: without them 40 % of the media may be
    # missing and the exit code is 0. An output without a frame is no error unless -abort_on says so.
    picture = source(path, facts, err_detect="explode")[str(facts.video.index)]
    command = ffmpeg.output(picture, "-", format="null", **{"frames:v": FIRST_FRAMES}).compile(
        cmd=[*prefix(log_level="error"), "-xerror", "-abort_on", "empty_output_stream"]
    )
    ended = process.run(command, bounds=bounds)
    if ended.exit_code != 0:
        raise MediaRefused(
            Finding(
                "undecodable",
                "The file opens, but its picture cannot be decoded: it is damaged, encrypted or incomplete. Check that "
                "it plays on your device, and upload it again.",
            )
        )
