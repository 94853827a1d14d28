"""The program that decodes files of ours from end to end: `python -m video_pipeline.media.decode_child PATH…`.

It prints a JSON list with one object for each file: its `facts` (a MediaFacts), what came out of it, and the first
error, at which decoding stops. One process looks at all renditions of a video, since starting is half of the work.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.error import FFmpegError
from av.video.frame import VideoFrame

from video_pipeline.media.allowed import demuxer_options
from video_pipeline.media.probe_child import as_json, facts_of

OUR_DEMUXERS = {".mp4": "mov", ".flac": "flac"}  # by the extensions that our own files have


@dataclass(slots=True)
class Contents:
    """What came out of a file: frames and the end of the last one, seconds of sound, and what went wrong first."""

    frames: int = 0
    video_seconds: float = 0.0
    audio_seconds: float = 0.0
    error: str | None = None

    def add(self, frame: object) -> None:
        """Count one decoded frame of picture or sound."""
        if isinstance(frame, AudioFrame):
            self.audio_seconds += frame.samples / frame.sample_rate
        if isinstance(frame, VideoFrame):
            self.frames += 1
            length = float(frame.duration * frame.time_base) if frame.duration and frame.time_base else 0.0
            self.video_seconds = max(self.video_seconds, (frame.time or 0.0) + length)


def decode(path: Path) -> Contents:
    """Decode every stream of picture and sound, strictly: the first error ends it and is told."""
    contents, demuxer = Contents(), OUR_DEMUXERS[path.suffix]
    try:
        with av.open(f"file:{path}", "r", demuxer, container_options=demuxer_options(demuxer)) as opened:
            streams = [*opened.streams.video, *opened.streams.audio]
            for stream in streams:
                stream.codec_context.options = {"err_detect": "explode"}
                stream.codec_context.thread_type = "AUTO"
            for packet in opened.demux(streams):
                for frame in packet.decode():
                    contents.add(frame)
    except FFmpegError as error:
        contents.error = str(error.strerror or error)
    return contents


def report(path: Path) -> dict[str, object]:
    """The facts and the contents of one file; without facts where it does not even open."""
    try:
        facts = facts_of(path, OUR_DEMUXERS[path.suffix])
    except FFmpegError as error:
        return {"contents": asdict(Contents(error=str(error.strerror or error)))}
    return {"facts": asdict(facts), "contents": asdict(decode(path))}


def main() -> None:
    """Print what is in the files named on the command line."""
    json.dump([report(Path(name)) for name in sys.argv[1:]], sys.stdout, default=as_json)


if __name__ == "__main__":
    main()
