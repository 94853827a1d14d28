import resource
import subprocess
import sys
from pathlib import Path

from video_pipeline.media.allowance import HELD_PICTURES, OPENING_BYTES, OPENING_SECONDS, decoding_bytes

MIB = 1024**2
LIMITS = """
import resource
from video_pipeline.media import allowance
def soft():
    print(resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_CPU)[0])
"""


def limits(*steps: str) -> list[tuple[int, ...]]:
    """The limits of memory and processor time of a process after each of its steps."""
    program = LIMITS + "\n".join(f"{step}; soft()" for step in steps)
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    return [tuple(map(int, line.split())) for line in said.splitlines()]


def test_memory_follows_the_picture() -> None:
    hd = decoding_bytes(1920, 1080, pixel_format="yuv420p", bit_depth=8)
    assert hd - OPENING_BYTES == HELD_PICTURES * 1920 * 1080 * 3 // 2
    assert hd < 512 * MIB
    deep = decoding_bytes(1920, 1080, pixel_format="yuv420p10le", bit_depth=10)
    assert deep - OPENING_BYTES == 2 * (hd - OPENING_BYTES)
    full = decoding_bytes(1920, 1080, pixel_format="yuv444p", bit_depth=8)
    assert full - OPENING_BYTES == 2 * (hd - OPENING_BYTES)
    assert decoding_bytes(1920, 1080, pixel_format=None, bit_depth=8) == full


def test_a_process_is_held_and_let_go_further() -> None:
    first, second, third = limits(
        "allowance.hold(10)", f"allowance.widen({900 * MIB})", f"allowance.widen({600 * MIB})"
    )
    assert first == (OPENING_BYTES, OPENING_SECONDS)
    assert second == third == (900 * MIB, OPENING_SECONDS)


def test_large_files_get_more_time() -> None:
    assert limits("allowance.hold(1_000_000_000)")[0][1] == OPENING_SECONDS + 5


def test_nobody_gets_more_than_he_was_started_with() -> None:
    tight = f"resource.setrlimit(resource.RLIMIT_AS, ({300 * MIB}, {300 * MIB}))"
    _, held, widened = limits(tight, "allowance.hold(10)", f"allowance.widen({900 * MIB})")
    assert held[0] == widened[0] == 300 * MIB


def test_what_is_not_held_is_not_widened() -> None:
    assert limits(f"allowance.widen({900 * MIB})")[0][0] == resource.getrlimit(resource.RLIMIT_AS)[0]


def test_the_docs_name_these_numbers() -> None:
    page = " ".join((Path(__file__).parents[2] / "docs/media.md").read_text().split())
    assert f"{OPENING_BYTES // MIB} MiB of address space and {OPENING_SECONDS} seconds of processor time" in page
    assert f"as much on top as {HELD_PICTURES} pictures of its size" in page
