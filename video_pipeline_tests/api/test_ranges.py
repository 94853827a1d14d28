from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from video_pipeline.api.ranges import Span, Unsatisfiable, parse

SIZES = st.integers(1, 10**6)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", Span(0, 0)),
        ("bytes=10-19", Span(10, 19)),
        ("bytes=10-", Span(10, 99)),
        ("bytes=10-1000000", Span(10, 99)),
        ("bytes=-5", Span(95, 99)),
        ("bytes=-500", Span(0, 99)),
        ("BYTES=99-", Span(99, 99)),
        (" bytes=1-2 ", Span(1, 2)),
        (None, None),
        ("", None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=20-10", None),
        ("bytes=0-1,4-5", None),
        ("bytes=a-b", None),
        ("bytes=+1-2", None),
        ("bytes=١-٢", None),
        ("seconds=0-1", None),
        ("bytes=" + "9" * 5000 + "-", None),
    ],
)
def test_one_range_is_understood_and_whatever_else_means_everything(header: str | None, expected: Span | None) -> None:
    assert parse(header, 100) == expected


@pytest.mark.parametrize(
    ("header", "size_bytes"),
    [("bytes=100-", 100), ("bytes=100-200", 100), ("bytes=-0", 100), ("bytes=0-", 0), ("bytes=-1", 0)],
)
def test_a_range_of_nothing_is_unsatisfiable(header: str, size_bytes: int) -> None:
    with pytest.raises(Unsatisfiable):
        parse(header, size_bytes)


@given(SIZES, st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_span_is_what_slicing_gives(size_bytes: int, first: int, length: int) -> None:
    first %= size_bytes
    whole = range(size_bytes)

    span = parse(f"bytes={first}-{first + length}", size_bytes)
    tail = parse(f"bytes=-{length + 1}", size_bytes)

    assert span is not None
    assert whole[span.first : span.last + 1] == whole[first : first + length + 1]
    assert span.size_bytes == len(whole[first : first + length + 1])
    assert tail is not None
    assert whole[tail.first : tail.last + 1] == whole[-(length + 1) :]


@given(st.text() | st.from_regex(r"bytes=[0-9,\- ]*", fullmatch=True), SIZES)
@example("bytes=-99999999999999999999", 5)
def test_no_header_leads_outside(header: str, size_bytes: int) -> None:
    try:
        span = parse(header, size_bytes)
    except Unsatisfiable:
        return
    assert span is None or 0 <= span.first <= span.last < size_bytes
