"""Files that no program would write, byte by byte: MP4 by its boxes, H.264 by its bits, Matroska by its elements."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache

MACROBLOCK = 16


def box(kind: str, *parts: bytes) -> bytes:
    """A box of an MP4 file: its size, its type and what is in it (ISO/IEC 14496-12, 4.2)."""
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, kind.encode()) + body


def full_box(kind: str, *parts: bytes) -> bytes:
    """A box with a version and flags, both zero."""
    return box(kind, bytes(4), *parts)


def u32(*numbers: int) -> bytes:
    """Numbers of 32 bits."""
    return struct.pack(f">{len(numbers)}I", *numbers)


def element(name: str, *parts: bytes, size: int | None = None) -> bytes:
    """An element of Matroska (RFC 8794): its id in hex, its size in eight bytes, perhaps a lie, and what is in it."""
    body = b"".join(parts)
    return bytes.fromhex(name) + ((len(body) if size is None else size) | 1 << 56).to_bytes(8, "big") + body


def unsigned(name: str, number: int) -> bytes:
    """An element that holds a number."""
    return element(name, number.to_bytes(8, "big"))


@dataclass(frozen=True)
class Still:
    """One grey picture as H.264: its parameter sets, and an intra picture of eight bits a macroblock."""

    width: int
    height: int
    sps: bytes
    pps: bytes
    picture: bytes

    @property
    def sample(self) -> bytes:
        """The picture as MP4 stores it: with its length in front."""
        return u32(len(self.picture)) + self.picture

    @property
    def sample_with_parameters(self) -> bytes:
        """The picture and the parameter sets it needs, which take the place of those that the header gave."""
        return b"".join(u32(len(unit)) + unit for unit in (self.sps, self.pps, self.picture))


@cache
def still(width: int, height: int) -> Still:
    """A picture that really decodes, at one byte for 16 × 16 pixels (ITU-T H.264, 7.3)."""
    blocks = (width // MACROBLOCK, height // MACROBLOCK)
    # profile, level, then: id, frame number, order by type 2, one reference, no gaps, size, frames, direct, no crop
    sps = bytes([0x67, 66, 0, 62]) + _bits(
        _ue(0), _ue(0), _ue(2), _ue(1), "0", _ue(blocks[0] - 1), _ue(blocks[1] - 1), "1", "1", "0", "0"
    )
    # ids, no CABAC, no order, one slice group, one reference each way, no weights, three offsets of QP, three flags
    pps = b"\x68" + _bits(_ue(0), _ue(0), "0", "0", _ue(0), _ue(0), _ue(0), "0", "00", *[_ue(0)] * 3, "100")
    # first macroblock, intra, ids and numbers, no reference kept, QP offset, deblocking off
    header = _ue(0) + _ue(7) + _ue(0) + "0000" + _ue(0) + "00" + _ue(0) + _ue(1)
    # each: Intra_16x16 by DC without residual, chroma by DC, the same QP, no coefficient
    block = _ue(3) + _ue(0) + _ue(0) + "1"
    return Still(width, height, sps, pps, b"\x65" + _bits(header, block * (blocks[0] * blocks[1])))


def _ue(number: int) -> str:
    """Exponential-Golomb code; a signed zero has the same."""
    code = f"{number + 1:b}"
    return "0" * (len(code) - 1) + code


def _bits(*bits: str) -> bytes:
    """Bits as bytes, ended by a one and filled up."""
    text = "".join(bits) + "1"
    text += "0" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big")


@dataclass(frozen=True)
class Movie:
    """An MP4 file of one track: what its header says, which need not be what `sample` holds.

    `size` is what the sample description says, `tables` replaces boxes of the sample table by others of that type, and
    `lead` stands before everything.
    """

    picture: Still
    size: tuple[int, int]
    sample: bytes
    frames: int = 10
    timescale: int = 25
    ticks: int = 1
    duration: int | None = None
    tables: tuple[bytes, ...] = ()
    data_reference: bytes = b"\0\0\0\x0curl \0\0\0\1"
    lead: bytes = b""

    def content(self) -> bytes:
        """The file, its samples before their index."""
        media = self.lead + box("ftyp", b"isom", u32(512), b"isomavc1") + box("mdat", self.sample * self.frames)
        return media + self.moov(len(media) - len(self.sample) * self.frames)

    def moov(self, offset: int) -> bytes:
        """The index, for samples that begin at `offset`."""
        lasts = self.frames * self.ticks if self.duration is None else self.duration
        matrix = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
        mvhd = full_box("mvhd", u32(0, 0, self.timescale, lasts, 0x10000), bytes(12), matrix, bytes(24), u32(2))
        tkhd = box("tkhd", u32(3, 0, 0, 1, 0, lasts), bytes(16), matrix, u32(*(side << 16 for side in self.size)))
        mdhd = full_box("mdhd", u32(0, 0, self.timescale, lasts), b"\x55\xc4\0\0")
        hdlr = full_box("hdlr", bytes(4), b"vide", bytes(12), b"\0")
        dinf = box("dinf", full_box("dref", u32(1), self.data_reference))
        minf = box("minf", box("vmhd", u32(1), bytes(8)), dinf, self._sample_table(offset))
        return box("moov", mvhd, box("trak", tkhd, box("mdia", mdhd, hdlr, minf)))

    def _sample_table(self, offset: int) -> bytes:
        tables = {
            b"stsd": full_box("stsd", u32(1), self._description()),
            b"stts": full_box("stts", u32(1, self.frames, self.ticks)),
            b"stsc": full_box("stsc", u32(1, 1, self.frames, 1)),
            b"stsz": full_box("stsz", u32(len(self.sample), self.frames)),
            b"stco": full_box("stco", u32(1, offset)),
        }
        return box("stbl", *{**tables, **{table[4:8]: table for table in self.tables}}.values())

    def _description(self) -> bytes:
        sps, pps = self.picture.sps, self.picture.pps
        sets = b"\xe1" + struct.pack(">H", len(sps)) + sps + b"\x01" + struct.pack(">H", len(pps)) + pps
        size = struct.pack(">2H", *self.size)
        looks = bytes(16) + size + u32(0x480000, 0x480000, 0) + b"\0\1" + bytes(32) + b"\0\x18\xff\xff"
        return box("avc1", bytes(6), b"\0\1", looks, box("avcC", b"\x01" + sps[1:4] + b"\xff" + sets))


def movie(width: int, height: int, **changes: object) -> Movie:
    """An honest film of a grey picture, but for `changes`."""
    picture = still(width, height)
    honest = {"picture": picture, "size": (width, height), "sample": picture.sample}
    return Movie(**{**honest, **changes})  # type: ignore[arg-type] # names are the caller's
