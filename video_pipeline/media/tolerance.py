"""How much may be wrong with a file that is taken: every limit of the rules in `damage`, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Limits; shares are of a file's time, of its frames or of its bytes, between 0 and 1.

    damaged_share: time without a picture though the file holds one. A scratched card or a bad minute of a radio link
        costs less. Where parts of an upload arrived as something else it is more, and the sender can send them again.
    patched_share: frames of which parts were lost. Concealment hides single ones; where most frames need it, nobody
        sees what was filmed. Ciphertext behind readable headers decodes to this.
    step_back_seconds: by which frames go back in time. Sloppy writers do it by frames, swapped parts by seconds.
    hole_seconds, hole_frames: a gap in the packets has to be longer than both to be a hole. Below, frames were dropped
        while recording.
    shortfall_share, shortfall_seconds: how much earlier than declared a file may end, together. Headers round, and
        recorders count a last gap.
    cut_seconds: the same where the container complains as well, so that the file most likely broke off.
    cut_frames: frames that may be patched where a file breaks off; they are told with the end that is missing.
    unread_share: bytes of which no packet came, beyond what containers spend on packets. With less, a file that ends
        early broke off; with more, its end is there and cannot be read.
    spare_share: bytes that gave no packet where the container complains and nothing is missing, as when a part of an
        upload arrived twice.
    longer_seconds: by which a video may be longer than is accepted: its last frame, and what headers round.
    sound_seconds: sound without which nobody misses anything.
    """

    damaged_share: float = 0.1
    patched_share: float = 0.5
    step_back_seconds: float = 0.5
    hole_seconds: float = 0.3
    hole_frames: int = 5
    shortfall_share: float = 0.05
    shortfall_seconds: float = 0.5
    cut_seconds: float = 0.2
    cut_frames: int = 2
    unread_share: float = 0.25
    spare_share: float = 0.1
    longer_seconds: float = 0.5
    sound_seconds: float = 0.1


TOLERANCE = Tolerance()
