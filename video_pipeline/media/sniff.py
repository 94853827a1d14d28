"""What a file is, by its first bytes; names and claimed types are not asked.

Only what shows here is ever opened, and only by the demuxer that belongs to it (`allowed.DEMUXERS`).
"""

from __future__ import annotations

import re
from pathlib import Path

from video_pipeline.errors import MediaRefused
from video_pipeline.media import boxes
from video_pipeline.media.impostors import EMPTY, IMPOSTORS, TEXT, UNKNOWN
from video_pipeline.types import Container, Finding

HEAD_BYTES = 4096

# What an MP4 or QuickTime file may begin with. Padding may stand before `ftyp`, QuickTime from before 2001 has no
# `ftyp` at all, and a piece of a stream begins with `styp`, `sidx` or `moof`.
OUTERMOST_BOXES = frozenset(
    {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"uuid"}
    | {b"styp", b"sidx", b"moof", b"prft", b"emsg"}
)
QUICKTIME = b"qt  "
EBML = b"\x1a\x45\xdf\xa3"
DOCTYPE_WEBM = re.compile(rb"\x42\x82(?:\x84|\x40\x04|\x01\0{6}\x04)webm")  # sizes have several lengths
AVI_FORMS = (b"AVI ", b"AVIX", b"AVI\x19")
ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
MXF_PARTITION = bytes.fromhex("060e2b34020501010d0102")  # up to 64 KiB may stand before it (SMPTE ST 377-1, 6.5)
SIGNATURES = (
    (b"\x00\x00\x01\xba", Container.MPEG_PS),
    (b"FLV\x01", Container.FLV),
    (b"OggS\x00", Container.OGG),
    (ASF_HEADER, Container.ASF),
)

# Packets of a transport stream: as broadcast, with the time that Blu-ray and AVCHD put before each, with parity bytes
# behind it. A capture may begin anywhere within a packet.
PACKET_BYTES = (188, 192, 204)
SYNC = 0x47
SYNCS = 5
ADAPTATION = 0x30  # two bits of the fourth byte, of which a packet has at least one (ISO/IEC 13818-1, 2.4.3.2)


def identify(path: Path) -> Container:
    """The container that a file's first bytes show.

    Raises:
        MediaRefused: they show none that is known, or something that is no video at all.
    """
    found = impostor(path)
    if found is not None:
        raise MediaRefused(found)
    container = sniff(path)
    if container is None:
        raise MediaRefused(UNKNOWN)
    return container


def sniff(path: Path) -> Container | None:
    """The container that a file's first bytes say it is, or None where it is none that the product knows."""
    head = _head(path)
    if head[4:8] in OUTERMOST_BOXES:
        return _of_boxes(path)
    if head.startswith(EBML):
        return Container.WEBM if DOCTYPE_WEBM.search(head) else Container.MKV
    if head.startswith(b"RIFF"):
        return Container.AVI if head[8:12] in AVI_FORMS else None
    for signature, container in SIGNATURES:
        if head.startswith(signature):
            return container
    if _is_transport_stream(head):
        return Container.MPEG_TS
    return Container.MXF if MXF_PARTITION in head else None


def impostor(path: Path) -> Finding | None:
    """What a file is instead of video, where its first bytes tell; None where nothing speaks against video."""
    head = _head(path)
    if not head:
        return EMPTY
    for known in IMPOSTORS:
        if known.pattern.match(head):
            return known.finding
    return TEXT if _is_text(head) else None


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _of_boxes(path: Path) -> Container:
    """MP4 or QuickTime: the brand tells, wherever `ftyp` stands; without one it is as old as QuickTime."""
    found = boxes.outermost(path)
    brand = next((box.offset + boxes.HEADER.size for box in found if box.kind == "ftyp"), None)
    if brand is None:
        return Container.MP4 if any(box.kind == "moof" for box in found) else Container.MOV
    with path.open("rb") as file:
        file.seek(brand)
        return Container.MOV if file.read(len(QUICKTIME)) == QUICKTIME else Container.MP4


def _is_transport_stream(head: bytes) -> bool:
    return any(
        _are_packets(head[start : start + size * SYNCS : size], head[start + 3 : start + 3 + size * SYNCS : size])
        for size in PACKET_BYTES
        for start in range(len(head) - size * SYNCS)
        if head[start] == SYNC
    )


def _are_packets(syncs: bytes, flags: bytes) -> bool:
    return syncs == bytes([SYNC]) * SYNCS and all(flag & ADAPTATION for flag in flags)


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # else the head merely ends within a character
            return False
        text = head[: error.start].decode("utf-8")
    return all(character.isprintable() or character.isspace() for character in text)
