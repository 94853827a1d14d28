from __future__ import annotations

import pytest
from pydantic import ValidationError

from video_pipeline.api.schemas.playback import View


@pytest.mark.parametrize("session", ["", "x" * 101, "a\0b", None, "\ud800"])
def test_a_view_names_its_session_shortly(session: object) -> None:
    with pytest.raises(ValidationError):
        View.model_validate({"session": session})


def test_any_text_is_a_session() -> None:
    assert View.model_validate({"session": "tab 1 🎬"}).session == "tab 1 🎬"
