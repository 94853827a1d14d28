from __future__ import annotations

import pytest

from video_pipeline.addresses import is_private


@pytest.mark.parametrize(
    "url",
    ["https://example.org/path", "http://localhost:8000/", "http://127.0.0.1", "http://127.9.9.9", "http://[::1]:1/"],
)
def test_https_and_this_machine_are_private(url: str) -> None:
    assert is_private(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "http://localhost.example.org/",
        "http://192.168.0.1/",
        "https://",
        "http://[::1",
        "ftp://localhost/",
        "file:///etc/passwd",
        "",
    ],
)
def test_nothing_else_is(url: str) -> None:
    assert not is_private(url)
