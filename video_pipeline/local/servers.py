"""Whether the servers do their work that an environment names; each check returns a sentence, or raises one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from video_pipeline.catalog import migrate
from video_pipeline.catalog.engine import connect, transaction
from video_pipeline.errors import ConfigurationError, PartFailed
from video_pipeline.local import probes, seaweedfs, services, valkey
from video_pipeline.local.dagster import BEATING, Heartbeats
from video_pipeline.storage import bucket as buckets

Environment = Mapping[str, str]
Check = Callable[[Environment], str]

_EXTENSIONS = {"vector", "pg_trgm"}
_HEARTBEAT_AGE = timedelta(seconds=90)  # Dagster's daemon leaves one every 30 s


def database(told: Environment) -> str:
    """The catalog's database: reachable, with its extensions, and at the newest revision.

    Raises:
        CatalogUnavailable: it does not answer.
        ConfigurationError: it is not what the code expects.
    """
    url = _value(told, "DATABASE_URL")
    engine = connect(url, pool_size=1)
    try:
        with transaction(engine) as connection:
            extensions = set(connection.scalars(text("SELECT extname FROM pg_extension")))
    finally:
        engine.dispose()
    current, newest = migrate.current(url), migrate.head()
    if missing := _EXTENSIONS - extensions:
        raise ConfigurationError(f"The catalog's database lacks {' and '.join(sorted(missing))}; run the migrations.")
    if current != newest:
        raise ConfigurationError(f"The catalog's database is at revision {current}, and the code at {newest}.")
    return f"The catalog's database answers, and is at revision {current}."


def bucket(told: Environment) -> str:
    """The bucket: reachable, private, and tidied by the store.

    Raises:
        StoreUnavailable: it does not answer.
        ConfigurationError: it is not as it should be.
    """
    name, endpoint = _value(told, "S3_BUCKET"), _value(told, "S3_ENDPOINT_URL")
    problems = buckets.problems(seaweedfs.client(told), name)
    if probes.http_answers(f"{endpoint}/{name}?list-type=2"):
        problems.append(f"Everybody can list the bucket {name}.")
    if problems:
        raise ConfigurationError(" ".join(problems))
    return f"The bucket {name} answers, and only to who has the keys."


def broker(told: Environment) -> str:
    """The broker.

    Raises:
        PartFailed: it does not answer.
    """
    if not valkey.answers(_value(told, "BROKER_URL")):
        raise PartFailed("The broker does not answer, so no run can be handed to a worker.")
    return "The broker answers."


def worker(told: Environment) -> str:
    """This machine's worker.

    Raises:
        PartFailed: it does not answer.
    """
    if not probes.worker_answers(_value(told, "BROKER_URL"), services.WORKER):
        raise PartFailed("This machine's worker does not answer; runs wait until one does.")
    return f"The worker {services.WORKER} answers."


def code_server(told: Environment) -> str:
    """Dagster's code server.

    Raises:
        PartFailed: it does not serve.
    """
    address = f"{_value(told, 'CODE_SERVER_HOST')}:{_value(told, 'CODE_SERVER_PORT')}"
    if not probes.grpc_serves(address, "DagsterApi"):
        raise PartFailed(f"Dagster's code server at {address} does not answer, so no sensor can look for uploads.")
    return f"Dagster's code server at {address} answers."


def daemon(told: Environment) -> str:
    """Dagster's daemon, by its heartbeats.

    Raises:
        PartFailed: a thread of it has not been heard of for long.
    """
    latest = Heartbeats(_value(told, "DAGSTER_DATABASE_URL")).latest()
    late = {name for name in BEATING if name not in latest or datetime.now(UTC) - latest[name] > _HEARTBEAT_AGE}
    if late:
        raise PartFailed(f"Dagster's daemon has not been heard of for long: {', '.join(sorted(late))}.")
    return "Dagster's daemon is alive."


def webserver(told: Environment) -> str:
    """Dagster's UI.

    Raises:
        PartFailed: it does not answer.
    """
    return _page(_value(told, "DAGSTER_UI_URL"), "/server_info", "Dagster's UI")


def api(told: Environment) -> str:
    """Our API.

    Raises:
        PartFailed: it does not answer.
    """
    return _page(_value(told, "PREVIEW_URL"), "/healthz", "The API")


def _page(base: str, path: str, who: str) -> str:
    if not probes.http_answers(base.rstrip("/") + path):
        raise PartFailed(f"{who} at {base} does not answer.")
    return f"{who} answers at {base}."


def _value(told: Environment, name: str) -> str:
    if not told.get(name):
        raise ConfigurationError(f"{name} is not set; docs/operating.md says what it is for.")
    return told[name]
