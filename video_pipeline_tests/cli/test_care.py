from __future__ import annotations

import json
from datetime import timedelta

import pytest
from rich.console import Console

from video_pipeline.cli import care
from video_pipeline.cli.care import duration
from video_pipeline.errors import RequestRefused
from video_pipeline.storage.leftovers import discard, unfinished
from video_pipeline_tests.care import messes
from video_pipeline_tests.desk import Desk


@pytest.fixture(autouse=True)
def _wide(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page on which no line breaks, and nothing left of the tests before."""
    monkeypatch.setattr(care, "out", Console(width=240, highlight=False))
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    for upload in list(unfinished(desk.store)):
        discard(desk.store, upload.key, upload.upload_id)


def test_a_sweep_tells_and_with_apply_it_sweeps(run, desk: Desk, environment) -> None:
    messes.an_upload_of_nobody(desk)
    (key,) = desk.keys()

    assert run("sweep").stdout == "There is nothing to sweep.\n"
    dry = run("sweep", "--younger-than", "0s")
    assert dry.exit_code == 0
    assert "stray_upload: 1 found. " in dry.stdout
    assert f"such as {key.removeprefix('incoming/').removesuffix('.mp4')} {key}" in dry.stdout
    assert dry.stdout.endswith("Nothing was changed. With --apply it would be.\n")
    assert desk.keys() == {key}

    wet = run("sweep", "--younger-than", "0s", "--apply")
    assert "stray_upload: 1 found, 1 settled. " in wet.stdout
    assert desk.keys() == set()


def test_a_sweep_that_refuses_fails(run, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("video_pipeline.care.sweep.ALWAYS_ALLOWED", 0)
    messes.an_upload_of_nobody(desk)
    refused = run("sweep", "--younger-than", "0s", "--apply")

    assert refused.exit_code == 1
    assert "1 found, 0 settled, refused: more than half" in refused.stdout
    assert run("sweep", "--younger-than", "0s", "--apply", "--more-than-half").exit_code == 0


def test_a_sweep_takes_the_folders_of_dead_runs_along(run, desk: Desk, environment, tmp_path) -> None:
    folder = tmp_path / "work" / "run-dead"
    folder.mkdir(parents=True)
    (tmp_path / "work" / "claims").touch()

    assert f"abandoned_folder: {folder}\n" in run("sweep").stdout
    audited = run("audit")
    assert (audited.exit_code, f"{folder}\n1 disagreements.\n" in audited.stdout) == (1, True)
    assert f"abandoned_folder: {folder}, removed\n" in run("sweep", "--apply").stdout
    assert not folder.exists()


def test_an_audit_says_that_all_is_well(run, desk: Desk) -> None:
    messes.served(desk)
    audited = run("audit", "--settled", "--read")

    assert (audited.exit_code, audited.stdout) == (0, "Catalog, bucket, Dagster and work folders agree.\n")
    assert json.loads(run("audit", "--json").stdout) == []


def test_an_audit_fails_where_something_is_wrong_and_tells_it_to_programs(run, desk: Desk) -> None:
    messes.something_else_in_the_inbox(desk)
    audited = run("audit", "--json", "--grace", "0")
    (told,) = json.loads(audited.stdout)

    assert audited.exit_code == 1
    assert (told["code"], told["key"], told["video_id"]) == ("unknown_object", "incoming/readme.txt", None)


@pytest.mark.parametrize(("text", "seconds"), [("0s", 0), ("90m", 5400), ("2h", 7200), ("1d", 86400)])
def test_lengths_of_time(text: str, seconds: int) -> None:
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "d", "1", "1w", "-1d", "1.5h", "²d"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(RequestRefused):
        duration(text)
