from __future__ import annotations

from dataclasses import fields

import pytest
from sqlalchemy import Table

from video_pipeline.catalog import rows, tables

PAIRS = pytest.mark.parametrize(
    ("row", "table"),
    [
        (rows.VideoRow, tables.videos),
        (rows.ArtifactRow, tables.artifacts),
        (rows.JobRow, tables.jobs),
        (rows.ReprocessRow, tables.reprocess_requests),
    ],
)


@PAIRS
def test_a_row_has_a_field_for_every_column(row: type, table: Table) -> None:
    assert {field.name for field in fields(row)} == set(table.columns.keys())


@PAIRS
def test_a_field_may_be_none_where_its_column_may_be_null(row: type, table: Table) -> None:
    optional = {field.name for field in fields(row) if "None" in str(field.type)}

    assert optional == {column.name for column in table.columns if column.nullable}
