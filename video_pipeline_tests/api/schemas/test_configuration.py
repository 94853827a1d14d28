from __future__ import annotations

import pytest
from pydantic import ValidationError

from video_pipeline.api.schemas.configuration import Configuration, ConfigurationChange
from video_pipeline.catalog.configuration import ConfigurationRow
from video_pipeline.catalog.uploading import Configured


@pytest.mark.parametrize(
    "content",
    [
        {"max_file_bytes": 0},
        {"max_file_bytes": 2**63},
        {"weekly_bytes_per_user": -1},
        {"accepted_containers": []},
        {"accepted_containers": ["exe"]},
        {"quota_reset_weekday": 7},
        {"quota_reset_hour": 24},
        {"quota_reset_timezone": "../../etc/passwd"},
        {"updated_by": None},
    ],
)
def test_what_cannot_be_is_refused(content: object) -> None:
    with pytest.raises(ValidationError):
        ConfigurationChange.model_validate(content)


def test_what_can_be_changed_is_what_is_shown() -> None:
    shown = Configuration.of(ConfigurationRow(Configured(max_file_bytes=5), None, None)).model_dump(exclude_none=True)

    assert shown == {"max_file_bytes": 5}
    assert ConfigurationChange.model_fields.keys() == Configured.__dataclass_fields__.keys()
