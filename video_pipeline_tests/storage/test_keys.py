from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from video_pipeline.storage import keys
from video_pipeline.types import ArtifactKind, Container

VIDEO = UUID("0198c0de-0000-4000-8000-00000000abcd")


def test_the_layout_of_the_bucket() -> None:
    assert keys.upload(VIDEO, "mp4") == f"incoming/{VIDEO}.mp4"
    assert keys.original(VIDEO, Container.MKV) == f"originals/{VIDEO}/original.mkv"
    assert keys.originals_of(VIDEO) == f"originals/{VIDEO}/"
    assert keys.rendition(VIDEO, ArtifactKind.PROXY, "ab12", "mp4") == f"renditions/{VIDEO}/proxy/ab12.mp4"
    assert keys.rejected(VIDEO) == f"rejected/{VIDEO}/rejected.bin"
    assert keys.daily_report(date(2027, 3, 28)) == "reports/daily/2027-03-28.parquet"


def test_prefixes_do_not_overlap_but_for_the_drop() -> None:
    prefixes = [keys.INBOX, keys.ORIGINALS, keys.RENDITIONS, keys.REJECTED, keys.REPORTS, keys.COMPUTE_LOGS]

    assert not [(one, other) for one in prefixes for other in prefixes if one != other and one.startswith(other)]
    assert keys.DROP.startswith(keys.INBOX)


def test_a_rendition_lies_under_its_video_and_no_other() -> None:
    other = uuid4()

    assert keys.rendition(VIDEO, ArtifactKind.WEB, "ab12", "mp4").startswith(keys.renditions_of(VIDEO))
    assert not keys.rendition(other, ArtifactKind.WEB, "ab12", "mp4").startswith(keys.renditions_of(VIDEO))


@given(st.uuids(), st.sampled_from(["mp4", "webm", "bin", "m4v", "3gp"]))
def test_an_upload_tells_its_video(video_id: UUID, extension: str) -> None:
    assert keys.upload_id(keys.upload(video_id, extension)) == video_id


@pytest.mark.parametrize(
    "key",
    [
        f"incoming/{VIDEO}",
        f"incoming/{str(VIDEO).upper()}.mp4",
        f"incoming/x/{VIDEO}.mp4",
        f"incoming/{VIDEO}.mp4/x",
        f"originals/{VIDEO}.mp4",
        f"incoming/drop/{VIDEO}.mp4",
        "incoming/holiday.mp4",
    ],
)
def test_what_is_no_upload_is_nobodys(key: str) -> None:
    assert keys.upload_id(key) is None


def test_a_drop_tells_who_dropped_it() -> None:
    assert keys.drop_path("incoming/drop/north/gate/clip.mp4") == keys.DropPath("north", "gate", "clip.mp4")
    assert keys.drop_path("incoming/drop/north/gate/2026/11/clip.mp4") == keys.DropPath(
        "north", "gate", "2026/11/clip.mp4"
    )


@pytest.mark.parametrize(
    "key",
    [
        "incoming/drop/clip.mp4",
        "incoming/drop/north/clip.mp4",
        "incoming/drop/north/gate/",
        "incoming/drop/north//clip.mp4",
        "incoming/drop//gate/clip.mp4",
        "originals/drop/north/gate/clip.mp4",
        "incoming/drop/north/gate/a\0b.mp4",
        f"incoming/{VIDEO}.mp4",
    ],
)
def test_what_names_no_camera_is_no_drop(key: str) -> None:
    assert keys.drop_path(key) is None


PARTS = st.text(st.characters(exclude_characters="/\0"), min_size=1)


@given(PARTS, PARTS, st.lists(PARTS, min_size=1, max_size=3))
def test_a_drop_is_told_whatever_its_parts_are_called(site: str, camera: str, names: list[str]) -> None:
    name = "/".join(names)

    assert keys.drop_path(f"{keys.DROP}{site}/{camera}/{name}") == keys.DropPath(site, camera, name)


@given(st.text())
def test_no_key_is_both_an_upload_and_a_drop(rest: str) -> None:
    key = keys.INBOX + rest

    assert keys.upload_id(key) is None or keys.drop_path(key) is None


def test_an_object_tells_the_video_that_it_belongs_to() -> None:
    of_ours = (
        keys.upload(VIDEO, "mp4"),
        keys.original(VIDEO, Container.MP4),
        keys.rendition(VIDEO, ArtifactKind.WEB, "ab12", "mp4"),
        keys.rejected(VIDEO),
    )

    assert {keys.owner(key) for key in of_ours} == {VIDEO}
    strangers = (f"{keys.DROP}mall/gate/{VIDEO}.mp4", "originals/x", f"originals/{VIDEO}", f"compute-logs/{VIDEO}/x")
    assert {keys.owner(key) for key in strangers} == {None}
    assert keys.rejected(VIDEO).startswith(keys.rejected_of(VIDEO))
