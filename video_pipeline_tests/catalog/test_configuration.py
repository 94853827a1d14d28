from __future__ import annotations

from sqlalchemy import Connection

from video_pipeline.catalog.configuration import ConfigurationRow, configuration_row
from video_pipeline.catalog.records.configuration import configure
from video_pipeline.catalog.uploading import Configured

from .crowd import user


def test_at_first_everything_is_as_the_environment_says(conn: Connection) -> None:
    assert configuration_row(conn) == ConfigurationRow(Configured(), None, None)


def test_a_change_is_known_with_its_author(conn: Connection) -> None:
    ada = user(conn, "ada")
    configure(conn, {"max_file_bytes": 1000}, by=ada)

    found = configuration_row(conn)
    assert (found.configured, found.updated_by) == (Configured(max_file_bytes=1000), ada)
    assert found.updated_at is not None
