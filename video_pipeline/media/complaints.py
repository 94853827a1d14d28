"""What ffmpeg says of a file while it decodes it, counted line by line: a flood of it takes no memory."""

from __future__ import annotations

import re
from collections import Counter

LONGEST_LINE_BYTES = 4096  # ffmpeg cuts its lines at 1024; titles may be longer, and count for nothing

_AT = rb" @ 0x[0-9a-f]+\] "

# "[h264 @ 0x1] [info] concealing 10 DC, 10 AC, 10 MV errors in P frame": one line for a frame of which parts were lost.
_CONCEALED = re.compile(rb"\[\w+" + _AT + rb"\[\w+\] concealing \d+ DC")

# Decoders without concealment flag a frame. Those with it flag frames that refer to such a frame as well, or not: that
# is a race between threads, and what is counted must be the same every time.
_FLAGGED = re.compile(rb"\[vist#0:\d+/\w+" + _AT + rb"\[dec:\w+" + _AT + rb"\[\w+\] corrupt decoded frame")

# "[in#0/matroska,webm @ 0x1] [error] 0x00 at pos 216680 (0x34e68) invalid as first byte of an EBML number"
_CONTAINER = re.compile(rb"\[in#0/[\w,]+" + _AT + rb"\[(?:warning|error|fatal)\]")

# The demuxers of Matroska and MP4 in the middle of something when the file ends.
_CUT = re.compile(rb"File ended prematurely|partial file")

# "[in#0/mov @ 0x1] [verbose]   Input stream #0:1 (audio): 9 packets read (90 bytes); 8 frames decoded; 2 decode errors"
_COUNTED = re.compile(
    rb"\[in#0/[\w,]+" + _AT + rb"\[verbose\] +Input stream #0:(?P<index>\d+) \(\w+\): \d+ packets read [^;]*; "
    rb"(?P<frames>\d+) frames decoded(?: \([^)]*\))?; (?P<errors>\d+) decode errors"
)
_TOTAL = re.compile(
    rb"\[in#0/[\w,]+" + _AT + rb"\[verbose\] +Total: (?P<packets>\d+) packets \((?P<bytes>\d+) bytes\) demuxed"
)


class Complaints:
    """Counts of what was wrong, for commands at `evidence.LOG_LEVEL`; feed it all that ffmpeg prints.

    `container` are complaints about the file's structure, of which `cut` says that it breaks off; `errors` are packets
    that could not be decoded and `frames` what came out, by the index of the stream; `packets` and `packet_bytes` are
    what was read of all streams.
    """

    def __init__(self) -> None:
        """Begin with nothing said."""
        self._rest = b""
        self._concealed = 0
        self._flagged = 0
        self.container = 0
        self.cut = False
        self.errors: Counter[int] = Counter()
        self.frames: Counter[int] = Counter()
        self.packets = 0
        self.packet_bytes = 0

    @property
    def patched(self) -> int:
        """How many frames came out though parts of them were lost."""
        return self._concealed or self._flagged

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of standard error."""
        *lines, rest = (self._rest + chunk).split(b"\n")
        self._rest = rest[:LONGEST_LINE_BYTES]
        for line in lines:
            self._take(line)

    def _take(self, line: bytes) -> None:
        if _CONCEALED.match(line):
            self._concealed += 1
        elif _FLAGGED.match(line):
            self._flagged += 1
        elif _CONTAINER.match(line):
            self.container += 1
            self.cut = self.cut or _CUT.search(line) is not None
        elif counted := _COUNTED.match(line):
            index = int(counted["index"])
            self.errors[index], self.frames[index] = int(counted["errors"]), int(counted["frames"])
        elif total := _TOTAL.match(line):
            self.packets, self.packet_bytes = int(total["packets"]), int(total["bytes"])
