"""Dagster's three servers: the code server that holds our definitions, the webserver, and the daemon."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from video_pipeline.errors import ConfigurationError
from video_pipeline.local import programs
from video_pipeline.local.installation import Installation
from video_pipeline.local.part import Part
from video_pipeline.local.ports import HOST
from video_pipeline.local.postgres import libpq
from video_pipeline.local.probes import grpc_serves, http_answers

DEFINITIONS = "video_pipeline.definitions"
LOCATION = "video_pipeline"  # as in workspace.yaml

BEATING = {"SENSOR", "QUEUED_RUN_COORDINATOR", "MONITORING"}  # the daemon's threads that nothing goes on without


def configuration(name: str) -> Path:
    """Where dagster.yaml or workspace.yaml is: at the top of a checkout, in a wheel beside this module.

    Raises:
        ConfigurationError: in neither.
    """
    packaged, checkout = Path(__file__).with_name(name), Path(__file__).parents[2] / name
    for path in (packaged, checkout):
        if path.exists():
            return path
    raise ConfigurationError(f"{name} is neither at {packaged} nor at {checkout}. Install the package again.")


def furnish(home: Path) -> None:
    """Make the folder that DAGSTER_HOME names, with the dagster.yaml of this version."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(configuration("dagster.yaml"), home / "dagster.yaml")


def code_server(installation: Installation, environment: Mapping[str, str], settle: Callable[[], None]) -> Part:
    """The process that holds the definitions and evaluates sensors; it makes Dagster's schema where there is none.

    `dagster api grpc` and not `dagster code-server start`, which keeps the same server in a child of its own.
    """
    port = int(environment["CODE_SERVER_PORT"])
    return Part(
        name="code-server",
        argv=[
            *(programs.script("dagster"), "api", "grpc"),
            *(f"--module-name={DEFINITIONS}", f"--location-name={LOCATION}", "--empty-working-directory"),
            *(f"--host={HOST}", f"--port={port}"),
        ],
        environment=environment,
        folder=installation.part_folder("dagster"),
        is_healthy=lambda: grpc_serves(f"{HOST}:{port}", "DagsterApi"),
        needs=frozenset({"dagster-schema"}),
        uses=frozenset({"seaweedfs"}),
        settle=settle,
        stop=(),  # it keeps nothing, and asked politely it waits for a sensor that waits for uploads
    )


def webserver(installation: Installation, environment: Mapping[str, str]) -> Part:
    """The operator's UI."""
    port = installation.ports()["dagster"]
    return Part(
        name="webserver",
        argv=[
            programs.script("dagster-webserver"),
            *(f"--host={HOST}", f"--port={port}", f"--workspace={configuration('workspace.yaml')}"),
        ],
        environment=environment,
        folder=installation.part_folder("dagster"),
        is_healthy=lambda: http_answers(f"http://{HOST}:{port}/server_info"),
        needs=frozenset({"code-server"}),
    )


def daemon(installation: Installation, environment: Mapping[str, str]) -> Part:
    """The process that ticks sensors, launches what is queued, and watches runs."""
    heartbeats = Heartbeats(environment["DAGSTER_DATABASE_URL"])
    return Part(
        name="daemon",
        argv=[programs.script("dagster-daemon"), "run", f"--workspace={configuration('workspace.yaml')}"],
        environment=environment,
        folder=installation.part_folder("dagster"),
        prepare=heartbeats.forget,
        is_healthy=heartbeats.all_beat,
        needs=frozenset({"code-server"}),
    )


class Heartbeats:
    """The signs of life that Dagster's daemon leaves in its database."""

    def __init__(self, dagster_database_url: str) -> None:
        self._database_url = dagster_database_url
        self._since = datetime.min.replace(tzinfo=UTC)

    def forget(self) -> None:
        """Count from now on: what an earlier daemon left says nothing about the next."""
        self._since = datetime.now(UTC)

    def latest(self) -> dict[str, datetime]:
        """When each of the daemon's threads was last heard of; empty where the database does not answer."""
        try:
            with psycopg.connect(libpq(self._database_url), connect_timeout=2) as connection:
                rows = connection.execute("SELECT daemon_type, timestamp FROM daemon_heartbeats").fetchall()
        except psycopg.Error:
            return {}
        return {name: beaten.replace(tzinfo=UTC) for name, beaten in rows}

    def all_beat(self) -> bool:
        """Whether every thread that matters has been heard of since."""
        return {name for name, beaten in self.latest().items() if beaten >= self._since} >= BEATING
