"""Files that ask for more than any video needs, or say other things than they hold; most are a few hundred bytes."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from random import Random
from types import MappingProxyType

from video_pipeline_tests.samples.crafted import box, element, full_box, movie, still, u32, unsigned

FTYP = box("ftyp", b"isom", u32(512), b"isom")
EBML_HEADER = element("1a45dfa3", element("4282", b"matroska"))
SEGMENT, INFO, TAGS, TAG, SIMPLE_TAG = "18538067", "1549a966", "1254c367", "7373", "67c8"
ENDLESS = 2**55 - 2
MANY = 100_000
NASTY = "A\u202egpj<script>\0".encode() + b"\xff\xfe\xc3\x28"


@dataclass(frozen=True)
class Hostile:
    """A file made of bytes, perhaps out of a sample, and what it is to bring about."""

    reason: str
    content: Callable[[bytes], bytes]
    source: str = "tiny"


def _crafted(reason: str, content: Callable[[], bytes]) -> Hostile:
    return Hostile(reason, lambda _: content())


def _tables(reason: str, *tables: bytes) -> Hostile:
    """A film whose sample table is another."""
    return _crafted(reason, lambda: movie(64, 64, tables=tables).content())


def _inserted(reason: str, content: Callable[[], bytes]) -> Hostile:
    """Matroska with more elements before its first cluster."""

    def insert(source: bytes) -> bytes:
        cluster = source.index(bytes.fromhex("1f43b675"))
        return source[:cluster] + content() + source[cluster:]

    return Hostile(reason, insert, "streamed")


def _chapters(numbers: list[int]) -> bytes:
    title = element("80", element("85", b"x"))
    atoms = (
        element("b6", unsigned("73c4", number), unsigned("91", at), unsigned("92", at + 1), title)
        for at, number in enumerate(numbers)
    )
    return element("1043a770", element("45b9", *atoms))


def _tag(name: bytes, value: bytes) -> bytes:
    return element(SIMPLE_TAG, element("45a3", name), element("4487", value))


def _attachment(size: int) -> bytes:
    name, kind = element("466e", b"../../../../etc/passwd"), element("4660", b"font/ttf")
    return element("1941a469", element("61a7", name, kind, unsigned("46ae", 7), element("465c", bytes(size))))


def _compressed(size: int, says: int | None = None) -> bytes:
    """A film whose index is compressed (`cmov`), and `size` bytes when it is not any more, whatever it `says`."""
    film = movie(64, 64).content()
    start = film.index(b"moov") - 4
    index = film[start:] + box("free", bytes(size - len(film) + start - 8))
    packed = box("cmov", box("dcom", b"zlib"), box("cmvd", u32(says or size), zlib.compress(index, 9)))
    return film[:start] + box("moov", packed)


def _indexed(entries: int) -> Callable[[bytes], bytes]:
    """AVI whose index names its first frame again and again."""

    def index(source: bytes) -> bytes:
        start = source.index(b"idx1")
        return source[:start] + b"idx1" + struct.pack("<I", 16 * entries) + source[start + 8 : start + 24] * entries

    return index


def _noise(size: int, seed: int = 1) -> bytes:
    return Random(seed).randbytes(size)  # noqa: S311 - the same noise every time


def _short(source: bytes) -> bytes:
    """Matroska whose header says that it lasts a second."""
    start = source.index(bytes.fromhex("448988")) + 3
    return source[:start] + struct.pack(">d", 1000.0) + source[start + 8 :]


def _shuffled(count: int) -> list[int]:
    numbers = list(range(1, count + 1))
    Random(1).shuffle(numbers)  # noqa: S311 - the same disorder every time
    return numbers


def _nested(kinds: tuple[str, ...], depth: int) -> bytes:
    return reduce(lambda inner, level: box(kinds[level % len(kinds)], inner), range(depth), b"")


HOSTILE: Mapping[str, Hostile] = MappingProxyType(
    {
        "vast": _crafted("really 16 000 × 16 000 pixels, in 1 MB", lambda: movie(16_000, 16_000, frames=1).content()),
        "vast_behind_a_small_header": _crafted(
            "says 64 × 64 and holds 16 000 × 16 000", lambda: movie(16_000, 16_000, size=(64, 64), frames=1).content()
        ),
        "grown_vast": _crafted(
            "a small film that sends other parameters along with its pictures",
            lambda: movie(64, 64, sample=still(16_000, 16_000).sample_with_parameters, frames=1).content(),
        ),
        "small_behind_a_vast_header": _crafted(
            "says 16 000 × 16 000 and holds 64 × 64", lambda: movie(64, 64, size=(16_000, 16_000)).content()
        ),
        "broken_off": Hostile(
            "an index, and no byte of what it names", lambda source: source[: source.index(b"mdat") + 4], "fast"
        ),
        "empty_index": _crafted("an index of nothing", lambda: FTYP + box("moov")),
        "empty_movie": _crafted(
            "an index that says only how long nothing lasts", lambda: FTYP + box("moov", full_box("mvhd", bytes(96)))
        ),
        "piece": _crafted(
            "a piece of a stream", lambda: box("styp", b"msdh", u32(0)) + box("moof", full_box("mfhd", u32(1)))
        ),
        "endless_box": _crafted(
            "a box of 9 exabytes", lambda: FTYP + u32(1) + b"moov" + (2**63 - 1).to_bytes(8, "big") + bytes(99)
        ),
        "stsz_of_2e9": _tables("two thousand million sizes of samples", full_box("stsz", u32(0, 2**31))),
        "samples_of_a_byte": _tables(
            "an index of 800 MB made of three numbers",
            *(
                full_box("stsz", u32(1, 2**25)),
                full_box("stsc", u32(1, 1, 2**25, 1)),
                full_box("stts", u32(1, 2**25, 1)),
            ),
        ),
        "fewer_samples_of_a_byte": _tables(
            "the same, small enough for what opening a file may take",
            *(
                full_box("stsz", u32(1, 2**22)),
                full_box("stsc", u32(1, 1, 2**22, 1)),
                full_box("stts", u32(1, 2**22, 1)),
            ),
        ),
        "stts_of_4e9": _tables("four thousand million samples of a tick", full_box("stts", u32(1, 4_000_000_000, 1))),
        "ctts_of_3e8": _tables("more offsets than the file has bytes", full_box("ctts", u32(2**28, 10, 1))),
        "stco_of_5e8": _tables("more chunks than the file has bytes", full_box("stco", u32(2**29, 40))),
        "deep": _crafted("ten thousand boxes, each within another", lambda: FTYP + _nested(("moov", "trak"), 10_001)),
        "many_boxes": _crafted("a million empty boxes", lambda: FTYP + box("free") * 1_000_000),
        "compressed": _crafted("an index of 100 MB out of 100 kB", lambda: _compressed(100 * 1024**2)),
        "compressed_lie": _crafted(
            "an index of 2 GB out of 500 bytes, which it is not", lambda: _compressed(4096, says=2**31 - 1)
        ),
        "elsewhere": _crafted(
            "its samples are said to lie in another file",
            lambda: movie(64, 64, data_reference=box("alis", u32(0), b"\0\0/etc/passwd")).content(),
        ),
        "no_clock": _crafted("a clock of no ticks a second", lambda: movie(64, 64, timescale=0).content()),
        "slow": _crafted(
            "frames that each last three years, in a film of 0.4 s",
            lambda: movie(64, 64, ticks=2**31 - 1, duration=10).content(),
        ),
        "endless_header": _crafted(
            "a header of 36 petabytes", lambda: element("1a45dfa3", element("4282", b"matroska", size=ENDLESS))
        ),
        "endless_segment": _crafted(
            "sizes that cannot be",
            lambda: EBML_HEADER + element(SEGMENT, element(INFO, bytes(9), size=2**40), size=2**50),
        ),
        "endless_void": _crafted(
            "nothing, 36 petabytes of it",
            lambda: EBML_HEADER + element(SEGMENT, element("ec", size=ENDLESS), size=ENDLESS),
        ),
        "endless_text": _crafted(
            "a title of 2 GB, of which ten bytes are there",
            lambda: (
                EBML_HEADER + element(SEGMENT, element(INFO, element("7ba9", b"x" * 10, size=2**31 - 1)), size=2**50)
            ),
        ),
        "gap_behind_a_short_header": Hostile("27.8 hours in which nothing is shown, and a second said", _short, "gap"),
        "chapters": _inserted("20 000 chapters", lambda: _chapters(list(range(1, 20_001)))),
        "shuffled_chapters": _inserted("100 000 chapters in no order", lambda: _chapters(_shuffled(MANY))),
        "many_tags": _inserted(
            "100 000 tags", lambda: element(TAGS, element(TAG, *(_tag(b"T%d" % n, b"x") for n in range(MANY))))
        ),
        "deep_tags": _inserted(
            "tags within tags",
            lambda: element(TAGS, element(TAG, reduce(lambda inner, _: element(SIMPLE_TAG, inner), range(5000), b""))),
        ),
        "nasty_tags": _inserted(
            "100 kB of what breaks databases and pages",
            lambda: element(TAGS, element(TAG, _tag(b"TITLE", NASTY * 5000))),
        ),
        "attachment": _inserted("50 MB of a font that nobody asked for", lambda: _attachment(50 * 1024**2)),
        "many_attachments": _inserted("1000 fonts", lambda: _attachment(1) * 1000),
        "avi_index": Hostile("a million entries that all name the same frame", _indexed(1_000_000), "avi"),
        "avi_noise": _crafted("a beginning, and noise", lambda: b"RIFF\xff\xff\xff\xffAVI " + _noise(100_000)),
        "noise_in_matroska": _crafted(
            "a beginning, and noise", lambda: EBML_HEADER + element(SEGMENT, _noise(100_000))
        ),
        "noise_in_ts": _crafted(
            "packets of noise", lambda: b"".join(b"\x47\0\0\x10" + _noise(184, seed) for seed in range(999))
        ),
        "noise_in_ps": _crafted("a beginning, and noise", lambda: b"\0\0\x01\xba" + _noise(100_000)),
        "noise_in_flv": _crafted("a beginning, and noise", lambda: b"FLV\x01\x05\0\0\0\x09\0\0\0\0" + _noise(100_000)),
        "noise_in_mxf": _crafted(
            "a beginning, and noise",
            lambda: bytes.fromhex("060e2b34020501010d01020101020400") + _noise(100_000),
        ),
        "noise_in_asf": _crafted(
            "a beginning, and noise",
            lambda: bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + _noise(100_000),
        ),
        "crowd_in_ogg": _crafted(
            "5000 streams that only begin",
            lambda: b"".join(
                b"OggS\0\x02" + bytes(8) + struct.pack("<3I", n, 0, 0) + b"\x01\x2a\x80theora" + bytes(35)
                for n in range(5000)
            ),
        ),
    }
)
