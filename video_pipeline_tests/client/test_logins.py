import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from video_pipeline.client.logins import Logins, OnDisk, state_folder, write_privately
from video_pipeline.client.tokens import Tokens

HERE, THERE = "http://here.example", "https://there.example"
OLD, NEW = Tokens("old", "once", datetime(2026, 5, 4, tzinfo=UTC)), Tokens("new", "next")


@pytest.fixture
def logins(tmp_path: Path) -> Logins:
    return Logins(tmp_path / "state")


def test_logins_are_kept_by_server_and_the_latest_is_known(logins: Logins):
    assert (logins.latest_server(), logins.tokens(HERE)) == (None, None)

    logins.keep(HERE, OLD)
    logins.keep(THERE, NEW)

    assert (logins.tokens(HERE), logins.tokens(THERE)) == (OLD, NEW)
    assert logins.latest_server() == THERE


def test_a_login_is_forgotten(logins: Logins):
    keeper = OnDisk(logins, HERE)
    keeper.keep(OLD)
    keeper.keep(None)

    assert keeper.current() is None
    assert "once" not in (logins.folder / "logins.json").read_text()


def test_only_their_owner_reads_them(logins: Logins):
    logins.keep(HERE, OLD)

    assert (logins.folder / "logins.json").stat().st_mode & 0o777 == 0o600
    assert logins.folder.stat().st_mode & 0o777 == 0o700


def test_processes_use_a_refresh_token_once(tmp_path: Path):
    """Each has read the old tokens; flock holds for every opening of the file, so threads do for processes."""
    Logins(tmp_path).keep(HERE, OLD)
    used: list[str] = []

    def renew(refresh: str) -> Tokens:
        used.append(refresh)
        return NEW

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: OnDisk(Logins(tmp_path), HERE).renewed(OLD, renew), range(4)))

    assert used == ["once"]
    assert found == [NEW] * 4


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path):
    path = tmp_path / "known.json"
    write_privately(path, {"a": 1})
    with pytest.raises(TypeError):
        write_privately(path, {"b": object()})

    assert json.loads(path.read_text()) == {"a": 1}
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("told", "expected"),
    [("/var/ada", "/var/ada/video-pipeline"), ("relative", "/somewhere/ada/.local/state/video-pipeline")],
)
def test_what_is_remembered_lies_where_the_xdg_specification_says(monkeypatch, told: str, expected: str):
    monkeypatch.setenv("HOME", "/somewhere/ada")
    monkeypatch.setenv("XDG_STATE_HOME", told)

    assert state_folder() == Path(expected)
