from dataclasses import replace

import pytest

from video_pipeline.catalog.uploading import UploadRow
from video_pipeline.storage.objects import MIB
from video_pipeline.uploads.announcement import register
from video_pipeline.uploads.begin import opened
from video_pipeline.uploads.plans import FORM_BYTES_MAX, Plan, as_form, as_uppy_cuts, exact, is_exact, part_size


@pytest.mark.parametrize(("size", "count"), [(1, 1), (5 * MIB, 1), (5 * MIB + 1, 2), (15 * MIB, 3)])
def test_parts_of_known_sizes(limits, size, count):
    assert exact(size, limits) == Plan(5 * MIB, count, size)


def test_parts_of_known_sizes_need_a_size(limits):
    with pytest.raises(ValueError, match="size of the file"):
        exact(None, limits)


def test_of_what_nobody_knows_the_size_of_a_form_reserves_the_most_and_parts_nothing(limits):
    assert as_uppy_cuts(None, limits).reserved_bytes == 0
    assert as_form(None, limits).reserved_bytes == limits.max_file_bytes
    assert as_form(None, replace(limits, max_file_bytes=10**12)).reserved_bytes == FORM_BYTES_MAX
    assert (as_uppy_cuts(7, limits).reserved_bytes, as_form(7, limits).reserved_bytes) == (7, 7)


@pytest.mark.parametrize(("planning", "sizes"), [(exact, [5 * MIB, 5 * MIB, 7]), (as_uppy_cuts, [None] * 3)])
def test_the_last_part_is_what_is_left_where_parts_have_sizes(engine, direct, caller, file, limits, planning, sizes):
    large = replace(file, size_bytes=10 * MIB + 7)
    with engine.begin() as connection:
        registered = register(connection, caller, large, defaults=limits, planning=planning)
    assert isinstance(registered, UploadRow)
    upload = opened(engine, direct, registered)

    assert [part_size(upload, number) for number in (1, 2, 3)] == sizes
    assert is_exact(upload) == (planning is exact)
