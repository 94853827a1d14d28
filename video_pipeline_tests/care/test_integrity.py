from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from video_pipeline.care.disagreements import Code
from video_pipeline.care.integrity import digest, scan
from video_pipeline.storage import keys
from video_pipeline.types import Container
from video_pipeline_tests.care import messes
from video_pipeline_tests.desk import Desk

TODAY = datetime(2026, 11, 21, tzinfo=UTC)


def spoil(desk: Desk, key: str) -> None:
    stored = desk.store.head(key)
    assert stored is not None
    messes.put(desk, key, b"x" * stored.size_bytes)


def test_what_reads_back_otherwise_is_told_and_what_is_gone_is_not_its_business(desk: Desk) -> None:
    healthy, spoilt, gone = (messes.served(desk) for _ in range(3))
    spoil(desk, keys.original(spoilt, Container.MP4))
    spoil(desk, messes.artifact(desk, spoilt))
    desk.store.delete(desk.keys(desk.row(gone)))
    found = list(scan(desk.engine, desk.store, one_in=1, today=TODAY))

    assert [(one.code, one.video_id) for one in found] == [
        (Code.ORIGINAL_DAMAGED, spoilt),
        (Code.ARTIFACT_DAMAGED, spoilt),
    ]
    assert healthy not in {one.video_id for one in found}


def test_every_video_has_its_day(desk: Desk) -> None:
    ids = {messes.served(desk) for _ in range(4)}
    for video_id in ids:
        spoil(desk, keys.original(video_id, Container.MP4))
    read = [
        one.video_id
        for day in range(3)
        for one in scan(desk.engine, desk.store, one_in=3, today=TODAY + timedelta(days=day))
    ]

    assert len(read) == len(ids)
    assert set(read) == ids


def test_a_digest_is_of_the_bytes_as_they_are_read_back(desk: Desk) -> None:
    stored = desk.store.head(messes.put(desk, "originals/x", b"some bytes"))

    assert stored is not None
    assert digest(desk.store, stored.key, stored.etag) == hashlib.sha256(b"some bytes").hexdigest()
