"""The API as an attacker finds it: up, with people and things behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from video_pipeline.local.stack import Running
from video_pipeline_tests.api.gallery import Gallery
from video_pipeline_tests.api.town import Things, town


@pytest.fixture(scope="module")
def gallery(stores: Running) -> Iterator[Gallery]:
    """Everybody, behind one API for all tests of a module."""
    with town(stores) as peopled:
        yield peopled


@pytest.fixture
def things(gallery: Gallery) -> Things:
    """Something of every kind."""
    return Things(gallery)
