"""Small videos to show and to try things with, made by ffmpeg out of nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from video_pipeline.errors import MediaToolFailed
from video_pipeline.media import ffmpeg
from video_pipeline.media.process import Bounds, run

SECONDS = 2
SIZE, RATE = "640x360", 25
_BOUNDS = Bounds(wall_seconds=60, memory_bytes=4 * 1024**3)


@dataclass(frozen=True, slots=True)
class Specimen:
    """A video: what it is called and about, one of ffmpeg's moving pictures, and the pitch of its tone in hertz.

    Without a picture it is a file that is no video, whatever its name says.
    """

    title: str
    category: str
    picture: str | None = None
    hertz: int = 440

    @property
    def filename(self) -> str:
        """What the file is called."""
        return f"{self.title.lower().replace(' ', '-')}.mp4"

    def make(self, folder: Path) -> Path:
        """Make the file in `folder`, if it is not there yet; it has the same bytes each time.

        Raises:
            MediaToolFailed: ffmpeg could not.
        """
        path = folder / self.filename
        if path.exists():
            return path
        if self.picture is None:
            path.write_text("Dear diary, this is no video, though my name ends as if I were one.\n")
            return path
        ended = run([*ffmpeg.prefix(log_level="error"), *self._options(self.picture)], bounds=_BOUNDS, cwd=folder)
        if ended.exit_code:
            raise MediaToolFailed(f"ffmpeg did not make {path.name}: {ended.stderr_tail}")
        return path

    def _options(self, picture: str) -> Sequence[str]:
        return [
            *("-f", "lavfi", "-i", f"{picture}=size={SIZE}:rate={RATE}"),
            *("-f", "lavfi", "-i", f"sine=frequency={self.hertz}"),
            *("-t", str(SECONDS), "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p"),
            *("-c:a", "aac", "-movflags", "+faststart", self.filename),
        ]
