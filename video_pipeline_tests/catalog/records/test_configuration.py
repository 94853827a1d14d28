from __future__ import annotations

from sqlalchemy import Connection

from video_pipeline.catalog.configuration import configuration_row
from video_pipeline.catalog.records.configuration import configure
from video_pipeline.catalog.uploading import Configured
from video_pipeline_tests.catalog.crowd import user


def test_what_is_left_out_stays_and_none_takes_it_away(conn: Connection) -> None:
    ada, bob = user(conn, "ada"), user(conn, "bob")
    configure(conn, {"max_file_bytes": 1000, "accepted_containers": ["mp4", "mov"]}, by=ada)
    configure(conn, {"quota_reset_weekday": 1, "max_file_bytes": None}, by=bob)

    found = configuration_row(conn)
    assert found.configured == Configured(accepted_containers=["mp4", "mov"], quota_reset_weekday=1)
    assert found.updated_by == bob
