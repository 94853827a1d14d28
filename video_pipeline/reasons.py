"""What each code means that can be said of a file, whatever the file: docs are made of it.

The sentence for the person who uploaded it, with its numbers, is written where the finding is made.
"""

from __future__ import annotations

from dataclasses import dataclass

from video_pipeline.types import Severity


@dataclass(frozen=True, slots=True)
class Reason:
    """A code, what it means, and what to do; `severity` tells whether the file is refused or taken with a warning."""

    code: str
    meaning: str
    advice: str
    severity: Severity = Severity.REFUSE


def _warning(code: str, meaning: str, advice: str = "") -> Reason:
    return Reason(code, meaning, advice, Severity.WARN)


# In the order in which a file meets them: on its way, by its first bytes, by what it says, by what decoding shows.
REASONS = (
    Reason("upload_expired", "Nothing was heard of the upload for six hours.", "Upload it again."),
    Reason("upload_vanished", "It was removed or replaced before it could be judged.", "Upload it again."),
    Reason("size_mismatch", "What arrived is not as large as what was announced.", "Upload it again."),
    Reason("checksum_mismatch", "What arrived is not what was sent.", "Upload it again."),
    Reason("too_large", "More bytes than `MAX_FILE_BYTES`.", "Shorten or compress it."),
    Reason("empty_file", "Not one byte arrived.", "Upload it again."),
    Reason("playlist", "A list that points at other files, whatever its name says.", "Upload the videos themselves."),
    Reason("picture", "A still picture.", "Upload the video."),
    Reason("archive", "An archive.", "Unpack it first."),
    Reason("not_a_video", "Text, a document, a program, or a format that is not known.", "Export it as MP4."),
    Reason(
        "container_not_accepted",
        "A known format that is not among `ACCEPTED_CONTAINERS`; nothing has opened it.",
        "Export it in one that is.",
    ),
    Reason(
        "incomplete",
        "The index is missing: the recording or the upload broke off, or it is a piece of a stream.",
        "Check that it plays, upload all of it again.",
    ),
    Reason("unreadable", "It begins like a video and cannot be opened.", "Check that it plays, export it again."),
    Reason("no_streams", "It opens, and nothing is in it.", "Check the recording."),
    Reason("no_video", "Sound alone, or a sound file with a cover.", "Upload a file with a picture."),
    Reason("encrypted", "It is copy-protected.", "Export it without protection."),
    Reason("codec_not_accepted", "The picture is coded in a way that is not taken.", "Export it as H.264."),
    Reason("no_size", "The file does not say how large its picture is.", "Export it again."),
    Reason("no_duration", "There is nothing in it to play.", "Check the recording."),
    Reason("too_long", "Longer than `MAX_DURATION_SECONDS`, as declared or as it plays.", "Cut it."),
    Reason(
        "picture_too_large",
        "A side beyond `MAX_SIDE_PIXELS`, or more than `MAX_PIXELS` in all.",
        "Export it smaller.",
    ),
    Reason("frame_rate_too_high", "More frames a second than `MAX_FRAME_RATE`.", "Export it at its real rate."),
    Reason(
        "too_many_streams",
        "More streams than `MAX_STREAMS`, or an index that asks for more memory than any video needs.",
        "Export it with one picture and one sound.",
    ),
    Reason(
        "undecodable",
        "The header is sound, the picture behind it cannot be decoded.",
        "Check that it plays, upload it again.",
    ),
    Reason("out_of_order", "Its parts were mixed up on their way.", "Upload it again."),
    Reason("damaged", "Too much of the picture cannot be read.", "Check that it plays, upload it again."),
    Reason(
        "too_much_memory",
        "It takes more memory than a picture of its size needs, or than `MEDIA_MEMORY_BYTES`.",
        "Export it again, or with a smaller picture.",
    ),
    Reason(
        "too_much_output",
        "What would be made of it is larger than allowed.",
        "Look at the file: its timestamps may be broken.",
    ),
    Reason(
        "too_slow",
        "It was not opened or worked through within its time limit.",
        "See `PROBE_SECONDS` and the `STAGE_SECONDS` settings; else export it again.",
    ),
    Reason(
        "interrupted",
        "Our side broke off again and again; the file may be good.",
        "`video-pipeline reprocess ID`",
    ),
    Reason(
        "stalled",
        "It was worked on again and again without getting any further.",
        "`video-pipeline reprocess ID`; should that fail as well, look at the file.",
    ),
    Reason("canceled", "An operator ended its run.", "`video-pipeline reprocess ID`"),
    _warning("renamed", "The name says another format than the content; the content counts."),
    _warning("sound_not_accepted", "The sound is coded in a way that is not taken; the video is silent."),
    _warning("shorter_than_declared", "It plays for less time than it says it lasts; its end is missing."),
    _warning("broken_off", "It breaks off, and its header does not say how long it was to be."),
    _warning("picture_lost", "There is no picture for a while, which the warning tells."),
    _warning("picture_broken", "Parts of some frames could not be read, and were filled in."),
    _warning("parts_unread", "Some bytes could not be read, though nothing of the video seems to be missing."),
    _warning("sound_lost", "There is no sound for a while, or none at all, where there should be."),
)
