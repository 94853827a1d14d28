from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from video_pipeline.errors import ConfigurationError, PartFailed
from video_pipeline.local import installation as installations
from video_pipeline.local.installation import Installation, write_private

from .processes import eventually


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_secret_stays_the_same_and_is_read_by_its_owner_only(tmp_path: Path) -> None:
    first = Installation(tmp_path).secret("password")
    assert Installation(tmp_path).secret("password") == first
    assert Installation(tmp_path).secret("another") != first
    assert len(first) >= 40
    assert mode(tmp_path / "secrets.json") == 0o600


def test_two_installations_have_different_secrets(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    assert len({Installation(folder).secret("password") for folder in folders}) == 2


def test_a_private_file_replaces_one_that_everybody_could_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o666)
    write_private(path, "new")
    assert path.read_text() == "new"
    assert mode(path) == 0o600


def test_a_folder_that_is_held_is_refused_to_another(tmp_path: Path) -> None:
    with Installation(tmp_path).held():
        assert Installation(tmp_path).is_up()
        with pytest.raises(ConfigurationError, match=r"is up in .* already"), Installation(tmp_path).held():
            pass
    assert not Installation(tmp_path).is_up()
    with Installation(tmp_path).held():
        pass


def test_a_folder_where_no_stack_was_ever_up_is_not_up(tmp_path: Path) -> None:
    assert not Installation(tmp_path / "missing").is_up()
    assert not (tmp_path / "missing").exists()


def left_behind(descriptor: int, lives: str) -> subprocess.Popen[bytes]:
    """A process that inherited a supervisor's lock and lives on without it."""
    return subprocess.Popen(
        [sys.executable, "-c", f"import sys; {lives}"], pass_fds=[descriptor], stdin=subprocess.PIPE
    )


def test_a_start_waits_for_what_an_earlier_one_left_behind(tmp_path: Path) -> None:
    with Installation(tmp_path).held() as descriptor:
        child = left_behind(descriptor, "import time; time.sleep(0.5)")
    with Installation(tmp_path).held():
        assert child.poll() is not None or eventually(lambda: child.poll() is not None, 1)
    child.communicate()


def test_a_start_gives_up_where_something_of_an_earlier_one_never_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installations, "_LEFTOVERS_SECONDS", 0.2)
    with Installation(tmp_path).held() as descriptor:
        child = left_behind(descriptor, "sys.stdin.read()")
    with pytest.raises(PartFailed, match=r"have not ended .*parts\.lock"), Installation(tmp_path).held():
        pass
    child.communicate()


def test_an_environment_is_kept_for_those_that_join_later(tmp_path: Path) -> None:
    Installation(tmp_path).save_environment({"A": "given", "B": "made"}, given=frozenset({"A"}))
    later = Installation(tmp_path)
    assert later.saved_environment() == {"A": "given", "B": "made"}
    assert later.given() == {"A"}
    assert later.generated_environment() == {"B": "made"}
    assert mode(tmp_path / "environment.json") == 0o600


def test_where_no_stack_was_ever_up_one_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"No stack has been up in .*video-pipeline up"):
        Installation(tmp_path).saved_environment()
    assert Installation(tmp_path).given() == frozenset()
    assert Installation(tmp_path).generated_environment() == {}


def test_ports_stay_the_same_from_start_to_start(tmp_path: Path) -> None:
    with Installation(tmp_path).reserved_ports():
        first = Installation(tmp_path).ports()
    with Installation(tmp_path).reserved_ports():
        assert Installation(tmp_path).ports() == first


def test_the_log_of_the_start_before_is_kept_aside(tmp_path: Path) -> None:
    folder = Installation(tmp_path).fresh_logs()
    (folder / "postgres.log").write_text("before")
    assert Installation(tmp_path).fresh_logs() == folder
    assert [(path.name, path.read_text()) for path in folder.iterdir()] == [("postgres.log.1", "before")]


def test_what_is_a_parts_own_is_closed_to_others(tmp_path: Path) -> None:
    folder = Installation(tmp_path / "data").part_folder("store")
    assert mode(folder) == 0o700
