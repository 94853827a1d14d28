"""When a file has no picture or no sound though it should: worked out from what its one decode wrote down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from video_pipeline.media import choices
from video_pipeline.media.decoded import Decoded, Track
from video_pipeline.media.timetable import Seconds, Span, Timetable, joined
from video_pipeline.media.tolerance import TOLERANCE
from video_pipeline.types import Container, MediaFacts

HALF = 0.5  # of the usual distance: what is nearer to a neighbour belongs to it


def suspected(decoded: Decoded, facts: MediaFacts) -> bool:
    """Whether anything is wrong, so that the packets have to be looked at."""
    return decoded.errors > 0 or decoded.complaints > 0 or at_end(decoded, facts) is not None


def in_picture(decoded: Decoded, facts: MediaFacts) -> tuple[Span, ...]:
    """When there is no picture though the file goes on; nothing where the picture was not decoded."""
    picture, usual = decoded.picture, decoded.frame_seconds
    if not len(picture.frames):
        return ()
    undecoded = _undecoded(picture, picture.frames.starts + usual, usual)
    return joined((*undecoded, *_holes(decoded, facts)))


def in_sound(decoded: Decoded, facts: MediaFacts) -> tuple[Span, ...]:
    """When there is no sound though the file goes on; nothing where the sound was not decoded."""
    sound = decoded.sound
    if not len(sound.frames):
        return ()
    undecoded = _undecoded(sound, sound.frames.starts + sound.frames.lengths, sound.frames.usual)
    return joined((*undecoded, *_holes(decoded, facts)))


def end(decoded: Decoded) -> float:
    """When the last thing ends that anything is known of, in seconds."""
    tables = (decoded.picture.frames, decoded.picture.packets, decoded.sound.frames, decoded.sound.packets)
    return max(table.end(decoded.frame_seconds) for table in tables)


def at_end(decoded: Decoded, facts: MediaFacts) -> Span | None:
    """From where the file ends to where it should, if that is early.

    Where the picture has a length of its own, that counts; else the file's, which sound may fill after the picture.
    """
    tables = [decoded.picture.frames, decoded.picture.packets]
    if facts.video is None or not facts.video.duration_seconds:
        tables += [decoded.sound.frames, decoded.sound.packets]
    return _early(tables, _declared(facts), decoded)


def at_sound_end(decoded: Decoded, facts: MediaFacts) -> Span | None:
    """From where the sound ends to where it should, if that is early; only some containers tell."""
    if facts.audio is None or not len(decoded.sound.frames):
        return None
    return _early((decoded.sound.frames, decoded.sound.packets), facts.audio.duration_seconds, decoded)


def _early(tables: Iterable[Timetable], declared: float | None, decoded: Decoded) -> Span | None:
    ends = max(table.end(decoded.frame_seconds) for table in tables)
    if not declared or not ends:
        return None
    rounding = declared * TOLERANCE.shortfall_share + TOLERANCE.shortfall_seconds
    allowed = TOLERANCE.cut_seconds if decoded.complaints else rounding
    return Span(ends, declared) if ends < declared - allowed else None


def _declared(facts: MediaFacts) -> float | None:
    """How long a file says it is. Of an AVI that lost its index FFmpeg says what is left; its header counts frames."""
    picture = facts.video
    if facts.container is Container.AVI and picture is not None and picture.frames and picture.frame_rate:
        return float(picture.frames / picture.frame_rate)
    return choices.duration(facts)


def _undecoded(track: Track, ends: Seconds, usual: float) -> Iterator[Span]:
    """Packets that no frame came of, from the first of them to the next frame.

    A screen recording rests for seconds, without packets; and a packet without a frame is no loss by itself: VP8 has
    frames that are never shown, and one frame may come in two fields. So it takes errors, a gap, and packets in it.
    """
    if not track.errors:
        return
    due = track.packets.starts[track.packets.starts > -usual * HALF]  # what an edit list cuts away lies before zero
    begins = np.append(0.0, ends)
    stops = np.append(track.frames.starts, track.packets.end(usual))
    first = np.searchsorted(due, begins - usual * HALF)
    after = np.searchsorted(due, stops - usual * HALF)
    for gap in np.flatnonzero((stops - begins > usual * HALF) & (after > first)):
        yield Span(float(max(begins[gap], due[first[gap]])), float(stops[gap]))


def _holes(decoded: Decoded, facts: MediaFacts) -> Iterator[Span]:
    """Where the container lost packets and complained, and the picture does not merely rest.

    While the sound goes on, it rests. A file without sound tells only if its picture has no habit of resting.
    """
    due, usual = decoded.picture.packets.starts, decoded.frame_seconds
    if not decoded.complaints:
        return
    longest = max(TOLERANCE.hole_seconds, TOLERANCE.hole_frames * usual)
    for hole in np.flatnonzero(np.diff(due) > longest):
        span = Span(float(due[hole] + usual), float(due[hole + 1]))
        if _is_silent(decoded.sound.packets, span) if facts.audio is not None else not _rests(facts):
            yield span


def _is_silent(sound: Timetable, span: Span) -> bool:
    """Whether most of a span has no packets of sound."""
    first, after = np.searchsorted(sound.starts, (span.start, span.end))
    return float((after - first) * sound.usual) < span.seconds * HALF


def _rests(facts: MediaFacts) -> bool:
    return facts.video is not None and facts.video.variable_frame_rate
