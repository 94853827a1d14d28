"""What becomes of a file that does not decode as it should: rules about what its one decode found.

What a file no longer holds is missing: it is taken with what is there, since a recording that broke off often is all
that is left of a moment. What it holds and nobody can read is damage: the sender mostly has the good file, so that a
little is taken and more is refused. Sound never refuses a picture. The limits are those of `tolerance`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from video_pipeline.media import losses
from video_pipeline.media.clock import clock
from video_pipeline.media.decoded import Decoded
from video_pipeline.media.timetable import Span, told
from video_pipeline.media.tolerance import TOLERANCE
from video_pipeline.types import Finding, MediaFacts, Severity

AGAIN = "Check that it plays on your device, and upload it again."
UNDECODABLE = f"The picture cannot be decoded: the file is damaged, encrypted or incomplete. {AGAIN}"
MUTE = Finding("sound_lost", "The sound cannot be decoded: the video is silent.", Severity.WARN)


@dataclass(frozen=True)
class Case:
    """A file before its judge: what its decode found, what it says of itself, and the longest that is accepted.

    `looked` tells whether the picture was to be decoded.
    """

    decoded: Decoded
    facts: MediaFacts
    looked: bool
    max_seconds: float

    @cached_property
    def missing(self) -> Span | None:
        """The end that the header tells of and that is not in the file."""
        return None if self._is_there_unread else losses.at_end(self.decoded, self.facts)

    @property
    def breaks_off(self) -> bool:
        """Whether the end is missing, be it that the header tells of it or not."""
        return self.missing is not None or self.decoded.cut

    @cached_property
    def picture_lost(self) -> tuple[Span, ...]:
        """When there is no picture though the file holds one."""
        end = losses.at_end(self.decoded, self.facts) if self._is_there_unread else None
        return (*losses.in_picture(self.decoded, self.facts), *([end] if end is not None else []))

    @cached_property
    def sound_lost(self) -> tuple[Span, ...]:
        """When there is no sound though there should be some; where the whole file ends, that is told already."""
        end = losses.at_sound_end(self.decoded, self.facts) if not self.breaks_off else None
        return (*losses.in_sound(self.decoded, self.facts), *([end] if end is not None else []))

    @cached_property
    def damaged_share(self) -> float:
        """The share of the picture's time that is lost."""
        end = max([self.decoded.seconds or 0.0, *(span.end for span in self.picture_lost)])
        return _seconds(self.picture_lost) / end if end else 0.0

    @property
    def _is_there_unread(self) -> bool:
        """Whether so many bytes are unread that an end which is missing must be among them."""
        return self.unread_share > TOLERANCE.unread_share

    @property
    def unread_share(self) -> float:
        """The share of bytes that gave no packet; none where other streams than the main ones explain them."""
        facts = self.facts
        others = facts.video_streams - 1 + facts.subtitle_streams + facts.other_streams
        is_plain = not others and facts.audio_streams == (facts.audio is not None)
        return self.decoded.unread_share if is_plain else 0.0


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that a decode can show: its code, and what finds it.

    `finds` gives the sentence for who uploaded the file, or None where nothing is wrong.
    """

    code: str
    finds: Callable[[Case], str | None]
    severity: Severity = Severity.REFUSE


def _seconds(spans: tuple[Span, ...]) -> float:
    return sum(span.seconds for span in spans)


def _undecodable(case: Case) -> str | None:
    return UNDECODABLE if case.looked and not case.decoded.frames else None


def _too_long(case: Case) -> str | None:
    """Decoded time counts: a header that tells less does not make a video shorter."""
    found = case.decoded
    lasts = max(found.seconds or 0.0, found.picture.packets.end(found.frame_seconds))
    if lasts <= case.max_seconds + TOLERANCE.longer_seconds:
        return None
    return f"The video plays for longer than the {clock(case.max_seconds)} that are accepted. Cut it."


def _out_of_order(case: Case) -> str | None:
    back = case.decoded.step_back
    if back is None or back.seconds <= TOLERANCE.step_back_seconds:
        return None
    return (
        f"Parts of the file are in the wrong order: at {clock(back.end)} it goes back to {clock(back.start)}. They "
        "were mixed up on their way; upload the file again."
    )


def _over_before_it_begins(case: Case) -> str | None:
    """Nothing is shown of what lies before the file's first moment: with all of the picture there, nothing is left."""
    seconds = case.decoded.seconds
    if seconds is None or seconds > 0:
        return None
    return (
        "Parts of the file are in the wrong order: its picture is over before it begins. They were mixed up on their "
        "way; upload the file again."
    )


def _damaged(case: Case) -> str | None:
    if case.damaged_share <= TOLERANCE.damaged_share:
        return None
    share = f"{case.damaged_share:.0%} of the video"
    return f"The file is damaged: it has no readable picture {told(case.picture_lost)}, {share}. {AGAIN}"


def _broken(case: Case) -> str | None:
    frames = case.decoded.frames
    if not frames or case.decoded.patched <= frames * TOLERANCE.patched_share:
        return None
    return f"The file is damaged or encrypted: most of its frames are broken. {AGAIN}"


def _shorter(case: Case) -> str | None:
    end = case.missing
    if end is None:
        return None
    return (
        f"The file says that it lasts {clock(end.end)}, and plays up to {clock(end.start)}: what should come from "
        f"{clock(end.start)} to its end at {clock(end.end)} is missing."
    )


def _broken_off(case: Case) -> str | None:
    """Recordings made to be interrupted do not say how long they were to be."""
    if case.missing is not None or not case.decoded.cut:
        return None
    return f"The file breaks off at {clock(losses.end(case.decoded))}: what should follow is missing."


def _picture_lost(case: Case) -> str | None:
    if not case.picture_lost:
        return None
    return f"The picture is missing {told(case.picture_lost)}: it could not be read there."


def _picture_broken(case: Case) -> str | None:
    """Not how many frames: threads see one more or less."""
    explained = TOLERANCE.cut_frames if case.breaks_off else 0
    if not case.decoded.frames or case.decoded.patched <= explained:
        return None
    return "The picture is broken in places: parts of some frames could not be read, and were filled in."


def _parts_unread(case: Case) -> str | None:
    is_told = case.breaks_off or case.picture_lost
    if is_told or not case.decoded.complaints or case.unread_share <= TOLERANCE.spare_share:
        return None
    return "Parts of the file could not be read, though nothing of the video seems to be missing."


def _sound_lost(case: Case) -> str | None:
    if _seconds(case.sound_lost) < TOLERANCE.sound_seconds:
        return None
    return f"The sound is missing {told(case.sound_lost)}: it could not be read there."


# In the order in which they are told: the first that refuses is what the uploader reads.
RULES = (
    Rule("undecodable", _undecodable),
    Rule("too_long", _too_long),
    Rule("out_of_order", _out_of_order),
    Rule("out_of_order", _over_before_it_begins),
    Rule("damaged", _damaged),
    Rule("damaged", _broken),
    Rule("shorter_than_declared", _shorter, Severity.WARN),
    Rule("broken_off", _broken_off, Severity.WARN),
    Rule("picture_lost", _picture_lost, Severity.WARN),
    Rule("picture_broken", _picture_broken, Severity.WARN),
    Rule("parts_unread", _parts_unread, Severity.WARN),
    Rule("sound_lost", _sound_lost, Severity.WARN),
)


def judge(decoded: Decoded, facts: MediaFacts, *, looked: bool, max_seconds: float) -> tuple[Finding, ...]:
    """What the rules find in what a decode found; the file is taken where no finding refuses it.

    Only what was decoded is judged: asked for the sound alone, nobody looks at the frames.

    Args:
        decoded: what the decode found.
        facts: what the file says of itself.
        looked: whether the picture was to be decoded.
        max_seconds: the longest video that is accepted.
    """
    case = Case(decoded, facts, looked, max_seconds)
    found = ((rule, rule.finds(case)) for rule in RULES)
    return tuple(Finding(rule.code, sentence, rule.severity) for rule, sentence in found if sentence is not None)
