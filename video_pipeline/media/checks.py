"""The rules that a file must meet, as data, and the cheap decode that shows whether it is what it says."""

from __future__ import annotations

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
    """One thing that can be wrong with a file: its code, when it is broken, and the sentence for who uploaded it."""

    code: str
    broken: Callable[[Case], bool]
    sentence: Callable[[Case], str]
    severity: Severity = Severity.REFUSE


def _picture(case: Case) -> VideoStream:
    """The picture of a file that has one; rules about it are not asked otherwise."""
    if case.facts.video is None:
        raise MediaRefused(Finding("no_video", NO_VIDEO))
    return case.facts.video


def _of_picture(broken: Callable[[VideoStream, Policy], bool]) -> Callable[[Case], bool]:
    return lambda case: case.facts.video is not None and broken(case.facts.video, case.policy)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def _mebibytes(size: int) -> str:
    return f"{size / 1024**2:,.0f} MiB"


def _too_large(size_bytes: int, policy: Policy) -> str:
    return f"The file has {_mebibytes(size_bytes)}; at most {_mebibytes(policy.max_bytes)} are accepted."


NO_VIDEO = "The file has no picture: it is sound alone, or a sound file with a cover."

# In the order in which they are told; the first that refuses is what the uploader reads.
RULES = (
    Rule("empty_file", lambda case: case.facts.size_bytes == 0, lambda _: "The file is empty. Upload it again."),
    Rule(
        "too_large",
        lambda case: case.facts.size_bytes > case.policy.max_bytes,
        lambda case: _too_large(case.facts.size_bytes, case.policy),
    ),
    Rule(
        "container_not_accepted",
        lambda case: case.facts.container not in case.policy.containers,
        lambda case: (
            f"The file is {case.facts.container or case.facts.format_name}; accepted are "
            f"{', '.join(sorted(case.policy.containers))}. Export it in one of these."
        ),
    ),
    Rule("no_video", lambda case: case.facts.video is None, lambda _: NO_VIDEO),
    Rule(
        "codec_not_accepted",
        _of_picture(lambda picture, _: picture.codec not in VIDEO_CODECS),
        lambda case: f"The picture is coded as {_picture(case).codec}, which is not accepted. Export it as H.264.",
    ),
    Rule(
        "no_size",
        _of_picture(lambda picture, _: picture.width <= 0 or picture.height <= 0),
        lambda _: "The file does not say how large its picture is.",
    ),
    Rule(
        "no_duration",
        lambda case: case.facts.video is not None and not (case.facts.duration_seconds or 0) > 0,
        lambda _: "The file has no duration: there is nothing in it to play.",
    ),
    Rule(
        "too_long",
        lambda case: (case.facts.duration_seconds or 0) > case.policy.max_duration_seconds,
        lambda case: (
            f"The video lasts {_clock(case.facts.duration_seconds or 0)}; at most "
            f"{_clock(case.policy.max_duration_seconds)} are accepted."
        ),
    ),
    Rule(
        "picture_too_large",
        _of_picture(
            lambda picture, policy: (
                max(picture.width, picture.height, picture.coded_width, picture.coded_height) > policy.max_side_pixels
                or max(picture.width * picture.height, picture.coded_width * picture.coded_height) > policy.max_pixels
            )
        ),
        lambda case: (
            f"The picture has {_picture(case).width} × {_picture(case).height} pixels; at most "
            f"{case.policy.max_side_pixels} a side and {case.policy.max_pixels:,} in all are accepted."
        ),
    ),
    Rule(
        "frame_rate_too_high",
        _of_picture(lambda picture, policy: picture.frame_rate > policy.max_frame_rate),
        lambda case: (
            f"The video has {float(_picture(case).frame_rate):,.0f} frames per second; at most "
            f"{case.policy.max_frame_rate} are accepted."
        ),
    ),
    Rule(
        "too_many_streams",
        lambda case: case.streams > case.policy.max_streams,
        lambda case: f"The file has {case.streams} streams; at most {case.policy.max_streams} are accepted.",
    ),
    Rule(
        "renamed",
        lambda case: case.declared is not None and case.declared is not case.facts.container,
        lambda case: f"The name says {case.declared}, the content is {case.facts.container}; the content counts.",
        Severity.WARN,
    ),
    Rule(
        "sound_not_accepted",
        lambda case: case.facts.audio is None and case.facts.audio_streams > 0,
        lambda _: "The sound is coded in a way that is not accepted; the video will be silent.",
        Severity.WARN,
    ),
)


def judge_size(size_bytes: int, policy: Policy) -> None:
    """Judge a file by its size alone, before anybody fetches it.

    Raises:
        MediaRefused: it is larger than is accepted (`too_large`).
    """
    if size_bytes > policy.max_bytes:
        raise MediaRefused(Finding("too_large", _too_large(size_bytes, policy)))


def judge(facts: MediaFacts, policy: Policy, *, declared_extension: str | None) -> tuple[Finding, ...]:
    """What the rules find in a file; it is accepted where no finding refuses it.

    Args:
        facts: what the file says of itself.
        policy: what is accepted.
        declared_extension: the extension of the name that its sender gave it, with or without a dot.
    """
    case = Case(facts, policy, declared_extension)
    return tuple(Finding(rule.code, rule.sentence(case), rule.severity) for rule in RULES if rule.broken(case))


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
