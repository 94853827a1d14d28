from __future__ import annotations

import json
from dataclasses import replace

from sqlalchemy import Connection, select

from video_pipeline.catalog.documents import facts_from_json, facts_to_json
from video_pipeline.catalog.records import videos
from video_pipeline.catalog.tables import videos as table
from video_pipeline.types import Finding, Severity

from .stories import FACTS, RUN, uploaded


def test_facts_come_back_from_json_as_they_were() -> None:
    document = json.loads(json.dumps(facts_to_json(FACTS)))

    assert document["video"]["frame_rate"] == "30000/1001"
    assert facts_from_json(document) == FACTS


def test_facts_of_a_file_without_streams_come_back_too() -> None:
    bare = replace(FACTS, video=None, audio=None, container=None, duration_seconds=None)

    assert facts_from_json(facts_to_json(bare)) == bare


def test_facts_that_a_newer_version_wrote_are_read() -> None:
    assert facts_from_json({**facts_to_json(FACTS), "colour_of_the_sky": "blue"}) == FACTS


def test_facts_from_before_mirrors_were_told_are_read() -> None:
    document = facts_to_json(FACTS)
    del document["video"]["mirrored"]

    assert facts_from_json(document) == FACTS


def test_facts_come_back_from_the_database_as_they_were(conn: Connection) -> None:
    video_id = uploaded(conn)
    conn.execute(table.update().values(facts=FACTS))

    assert videos.begin_validation(conn, video_id, run_id=RUN).facts == FACTS


def test_no_facts_are_null_and_not_the_json_null(conn: Connection) -> None:
    uploaded(conn)
    conn.execute(table.update().values(facts=None))

    assert conn.scalar(select(table.c.id).where(table.c.facts.is_(None))) is not None


def test_warnings_come_back_as_warnings(conn: Connection) -> None:
    uploaded(conn)
    conn.execute(table.update().values(warnings=[Finding("no_index", "The file has no index.", Severity.WARN)]))

    assert conn.scalar(select(table.c.warnings)) == (Finding("no_index", "The file has no index.", Severity.WARN),)
