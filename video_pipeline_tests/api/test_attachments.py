from __future__ import annotations

from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from video_pipeline.api.attachments import LONGEST, disposition


def saved_as(header: str) -> str | None:
    """The name that a client reads from the header."""
    message = Message()
    message["Content-Disposition"] = header
    return message.get_filename()


@pytest.mark.parametrize(
    ("stem", "header"),
    [
        ("Harbour", "attachment; filename=\"Harbour.mp4\"; filename*=UTF-8''Harbour.mp4"),
        ("Überfahrt", "attachment; filename=\"Uberfahrt.mp4\"; filename*=UTF-8''%C3%9Cberfahrt.mp4"),
        ("🌫", "attachment; filename=\"video.mp4\"; filename*=UTF-8''%F0%9F%8C%AB.mp4"),
        ("", "attachment; filename=\"video.mp4\"; filename*=UTF-8''video.mp4"),
        ("../../etc/passwd", "attachment; filename=\"_.._etc_passwd.mp4\"; filename*=UTF-8''_.._etc_passwd.mp4"),
        (
            'a"; filename="b.exe',
            "attachment; filename=\"a__ filename=_b.exe.mp4\"; filename*=UTF-8''a__%20filename%3D_b.exe.mp4",
        ),
        ("a\r\nSet-Cookie: b", "attachment; filename=\"aSet-Cookie_ b.mp4\"; filename*=UTF-8''aSet-Cookie_%20b.mp4"),
        ("photo\u202egnp", "attachment; filename=\"photognp.mp4\"; filename*=UTF-8''photognp.mp4"),
    ],
)
def test_a_download_is_saved_under_a_safe_name(stem: str, header: str) -> None:
    assert disposition(stem, "mp4") == header


@given(st.text())
def test_no_text_breaks_out_of_the_header(stem: str) -> None:
    header = disposition(stem, "mp4")

    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    name = saved_as(header)
    assert name is not None
    assert name.endswith(".mp4")
    assert not set(name) & set("/\\\0\r\n")
    assert len(name) <= LONGEST + 4
