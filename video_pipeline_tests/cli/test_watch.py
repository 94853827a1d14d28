from __future__ import annotations

import re
import subprocess
import sys
from datetime import timedelta

import dagster as dg
import pytest
from typer.testing import CliRunner

from video_pipeline.catalog import tables
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import jobs
from video_pipeline.cli.app import app
from video_pipeline.types import Stage
from video_pipeline_tests.care.clocks import backdate
from video_pipeline_tests.catalog.stories import processing


@pytest.mark.usefixtures("store")
def test_it_says_what_it_found_and_did(engine, monkeypatch) -> None:
    monkeypatch.setattr(dg.DagsterInstance, "get", dg.DagsterInstance.ephemeral)
    monkeypatch.setattr("video_pipeline.care.stuck_jobs.CONFIRM_SECONDS", 0.0)
    with transaction(engine) as connection:
        video_id = processing(connection)
        job_id = jobs.start_job(connection, video_id=video_id, stage=Stage.METADATA, run_id="run-1", worker="[b]w")
        backdate(connection, tables.jobs, heartbeat_at=timedelta(minutes=2))

    first, second = (CliRunner().invoke(app, ["watch", "--once"], catch_exceptions=False) for _ in range(2))

    assert first.exit_code == second.exit_code == 0
    line, counts = first.output.splitlines()
    assert re.fullmatch(rf"job given up: {job_id}  Nothing was heard for \d+ s of its worker, \[b\]w\.", line)
    assert counts == "1 job given up"
    assert second.output == "Nothing is stuck.\n"


@pytest.mark.usefixtures("store", "engine")
def test_it_looks_again_and_again_until_somebody_has_enough(monkeypatch) -> None:
    waits = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(dg.DagsterInstance, "get", dg.DagsterInstance.ephemeral)
    monkeypatch.setattr("video_pipeline.cli.watch.time.sleep", wait)

    seen = CliRunner().invoke(app, ["watch"])

    assert seen.output.count("Nothing is stuck.") == 2
    assert seen.exit_code != 0


def test_other_commands_do_not_pay_for_dagster() -> None:
    code = "import sys, video_pipeline.cli.watch; sys.exit('dagster' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
