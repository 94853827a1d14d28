from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import Engine, func, update

from video_pipeline.api import readiness
from video_pipeline.api.readiness import Check, NotReady, Outcome, Readiness, checks
from video_pipeline.catalog.care import heartbeats as beats
from video_pipeline.catalog.engine import connect, transaction
from video_pipeline.catalog.records import heartbeats
from video_pipeline.catalog.tables import videos
from video_pipeline.storage.client import client
from video_pipeline.storage.objects import ObjectStore
from video_pipeline_tests.catalog.stories import uploaded

NO_BROKER = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has much else to do may take its time."""
    monkeypatch.setattr(readiness, "CHECK_SECONDS", 30.0)


def found(asked: Mapping[str, Check]) -> dict[str, Outcome]:
    return asyncio.run(Readiness(asked).findings())


def sentences(asked: Mapping[str, Check]) -> dict[str, tuple[bool, str]]:
    return {name: (finding.ok, finding.sentence) for name, finding in found(asked).items()}


def test_everything_is_there_where_it_is(engine: Engine, store: ObjectStore) -> None:
    with transaction(engine) as connection:
        heartbeats.beat(connection, "daemon")

    told = sentences(checks(lambda: engine, lambda: store, None, 60))

    assert told == {
        "database": (True, "The catalog's database answers."),
        "bucket": (True, "The bucket is there."),
        "queue": (True, "0 uploads wait, the first for 0 seconds."),
        "daemon": (True, told["daemon"][1]),
    }


def test_what_waits_or_is_silent_for_too_long_is_told(engine: Engine, store: ObjectStore) -> None:
    earlier = func.now() - timedelta(seconds=100)
    with transaction(engine) as connection:
        heartbeats.beat(connection, "daemon")
        connection.execute(update(beats).values(beaten_at=earlier))
        video_id = uploaded(connection)
        connection.execute(update(videos).where(videos.c.id == video_id).values(uploaded_at=earlier))

    told = sentences(checks(lambda: engine, lambda: store, None, 60))

    assert not told["queue"][0]
    assert told["queue"][1].startswith("An upload has waited for 10")
    assert not told["daemon"][0]
    assert told["daemon"][1].startswith("The daemon's last sign of life is 10")


def test_what_is_away_is_told_without_where_it_should_be(engine: Engine, environment: dict[str, str]) -> None:
    away = connect("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    no_store = ObjectStore(client("http://127.0.0.1:1", "us-east-1"), "videos")
    no_bucket = ObjectStore(client(environment["S3_ENDPOINT_URL"], "us-east-1"), "no-such-bucket")
    nothing = sentences(checks(lambda: away, lambda: no_bucket, NO_BROKER, 60))
    silent = checks(lambda: engine, lambda: no_store, None, 60)

    assert {name: ok for name, (ok, _) in nothing.items() if ok} == {}
    assert nothing["bucket"][1] == "The bucket does not exist."
    assert nothing["broker"][1] == "The broker does not answer."
    assert "127.0.0.1" not in repr(nothing)
    with pytest.raises(NotReady, match="The object store does not answer"):
        silent["bucket"]()
    with pytest.raises(NotReady, match="never given a sign of life"):
        silent["daemon"]()


def test_a_check_that_hangs_is_not_waited_for_nor_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(readiness, "KEPT_SECONDS", 0.0)
    begun, over = [], Event()

    def hang() -> str:
        begun.append(1)
        over.wait(30)
        return "At last."

    async def asked() -> list[Outcome]:
        ready = Readiness({"slow": hang, "quick": lambda: "Here."})
        answers = [await ready.findings() for _ in range(2)]
        over.set()
        assert all(answer["quick"].ok for answer in answers)
        return [answer["slow"] for answer in answers]

    first, again = asyncio.run(asked())

    assert (first.ok, again.ok, len(begun)) == (False, False, 1)
    assert first.sentence == again.sentence == "There was no answer within 0.05 seconds."


def test_who_asks_all_day_is_told_what_was_found_a_moment_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "KEPT_SECONDS", 60.0)
    looked = []

    def look() -> str:
        looked.append(1)
        return "Here."

    async def asked() -> None:
        ready = Readiness({"thing": look})
        await asyncio.gather(*(ready.findings() for _ in range(20)))
        await ready.findings()

    asyncio.run(asked())

    assert len(looked) == 1
