from __future__ import annotations

from pathlib import Path

import pytest

from video_pipeline.local import probes
from video_pipeline.local.doctor import Observation, examine
from video_pipeline.local.stack import Running


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "SECONDS", 0.2)


def by_name(observations: list[Observation]) -> dict[str, Observation]:
    return {observation.name: observation for observation in observations}


def test_a_machine_where_nothing_was_started_is_well(tmp_path: Path) -> None:
    found = by_name(examine(tmp_path / "data"))
    assert {name for name, observation in found.items() if not observation.ok} == set()
    assert "video-pipeline up" in found["stack"].sentence
    assert "hold media processes" in found["sandbox"].sentence
    assert not (tmp_path / "data").exists()


def test_of_a_stack_that_is_up_it_tells_what_answers_and_what_does_not(servers: Running) -> None:
    found = by_name(examine(Path(servers.environment["DAGSTER_HOME"]).parent))
    assert {name for name, observation in found.items() if not observation.ok} == {
        "code server",
        "daemon",
        "worker",
        "Dagster's UI",
        "API",
    }
    assert found["database"].ok


def test_servers_that_the_environment_names_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql+psycopg://nobody@/catalog?host={tmp_path}")
    found = by_name(examine(tmp_path))
    assert not found["database"].ok
    assert "BROKER_URL is not set" in found["broker"].sentence
