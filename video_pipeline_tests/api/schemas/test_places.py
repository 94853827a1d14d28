from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError

from video_pipeline.api.schemas.places import CategoryChange, NewSite, SiteChange

NAMED = {"slug": "north-mall", "name": "North Mall"}


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (NewSite, {"name": "Mall"}),
        (NewSite, {**NAMED, "slug": "North Mall"}),
        (NewSite, {**NAMED, "slug": "-i"}),
        (NewSite, {**NAMED, "slug": "../mall"}),
        (NewSite, {**NAMED, "name": " "}),
        (NewSite, {**NAMED, "max_file_bytes": 0}),
        (NewSite, {**NAMED, "max_file_bytes": 2**63}),
        (NewSite, {**NAMED, "max_duration_seconds": float("inf")}),
        (NewSite, {**NAMED, "accepted_extensions": []}),
        (NewSite, {**NAMED, "accepted_extensions": [".mp4"]}),
        (SiteChange, {"slug": "another"}),
        (SiteChange, {"name": None}),
        (CategoryChange, {"slug": ""}),
    ],
)
def test_what_makes_no_sense_is_refused(kind: type[BaseModel], content: object) -> None:
    with pytest.raises(ValidationError):
        kind.model_validate(content)


def test_a_change_knows_what_was_left_out() -> None:
    change = SiteChange.model_validate({"max_file_bytes": None})

    assert change.model_dump(exclude_unset=True) == {"max_file_bytes": None}
