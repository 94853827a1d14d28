"""What every process of the stack is told: the variables of config.py, dagster.yaml and workspace.yaml."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

from video_pipeline.local import postgres
from video_pipeline.local.installation import Installation
from video_pipeline.local.ports import HOST

OWN_SERVERS = {"postgres": "DATABASE_URL", "seaweedfs": "S3_ENDPOINT_URL", "valkey": "BROKER_URL"}
"""The variable that names a server of the user's own, which then takes the place of the embedded part."""

_MAY_BE_GIVEN = (
    *OWN_SERVERS.values(),
    "DAGSTER_DATABASE_URL",
    "S3_BUCKET",
    "S3_REGION",
    "WORK_DIR",
    "WORKER_CONCURRENCY",
    "MAX_CONCURRENT_RUNS",
    "SIGNING_KEY",
    "PREVIEW_URL",
    "DAGSTER_UI_URL",
)
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def given_to(installation: Installation, outside: Mapping[str, str]) -> dict[str, str]:
    """The settings that the one who starts the stack chose, from the environment it is started in.

    A shell that has run `eval "$(video-pipeline env)"` holds what an earlier start generated. That was nobody's choice,
    and names ports and sockets that may be no more.
    """
    ours = installation.generated_environment()
    chosen = {name: outside[name] for name in _MAY_BE_GIVEN if outside.get(name) not in (None, "", ours.get(name))}
    if "S3_ENDPOINT_URL" in chosen:
        chosen |= {name: outside[name] for name in _CREDENTIALS if outside.get(name)}
    return chosen


def settle(installation: Installation, outside: Mapping[str, str]) -> dict[str, str]:
    """Decide what the stack's processes are told, and write it down for those that join later."""
    given = given_to(installation, outside)
    port = installation.ports()
    environment = {
        **_databases(installation, given),
        **_object_store(installation, given, port["s3"]),
        "BROKER_URL": f"redis://:{installation.secret('valkey_password')}@{HOST}:{port['valkey']}/0",
        **_runs(installation, given),
        "SIGNING_KEY": installation.secret("signing_key"),
        "PREVIEW_URL": f"http://{HOST}:{port['api']}",
        "DAGSTER_UI_URL": f"http://{HOST}:{port['dagster']}",
        "CODE_SERVER_HOST": HOST,
        "CODE_SERVER_PORT": str(port["code-server"]),
        **_proxies(outside),
        **given,
    }
    installation.save_environment(environment, given=frozenset(given))
    return environment


def _databases(installation: Installation, given: Mapping[str, str]) -> dict[str, str]:
    if "DATABASE_URL" in given:
        return {"DAGSTER_DATABASE_URL": beside(given["DATABASE_URL"])}
    return {
        "DATABASE_URL": postgres.url(installation, driver="psycopg", database="catalog"),
        "DAGSTER_DATABASE_URL": postgres.url(installation, driver="psycopg2", database="dagster"),
    }


def _object_store(installation: Installation, given: Mapping[str, str], port: int) -> dict[str, str]:
    region = given.get("S3_REGION", "us-east-1")
    place = {"S3_BUCKET": "videos", "S3_REGION": region, "AWS_DEFAULT_REGION": region}
    if "S3_ENDPOINT_URL" in given:
        return place
    return {
        **place,
        "S3_ENDPOINT_URL": f"http://{HOST}:{port}",
        "AWS_ACCESS_KEY_ID": installation.secret("s3_access_key"),
        "AWS_SECRET_ACCESS_KEY": installation.secret("s3_secret_key"),
        "AWS_EC2_METADATA_DISABLED": "true",  # no credentials are to be found there, and looking takes seconds
    }


def _runs(installation: Installation, given: Mapping[str, str]) -> dict[str, str]:
    slots = given.get("WORKER_CONCURRENCY") or str(len(os.sched_getaffinity(0)))
    return {
        "WORK_DIR": str(installation.part_folder("work")),
        "WORKER_CONCURRENCY": slots,
        "MAX_CONCURRENT_RUNS": slots,  # more would wait in the broker, where Dagster takes them for starting
        "DAGSTER_HOME": str(installation.folder / "dagster"),
        "DAGSTER_LOCAL_DIR": str(installation.folder / "dagster" / "storage"),
    }


def _proxies(outside: Mapping[str, str]) -> dict[str, str]:
    """No proxy of the user's is asked for servers on this machine; programs read one or the other spelling."""
    before = [host for name in ("NO_PROXY", "no_proxy") for host in outside.get(name, "").split(",") if host]
    unproxied = ",".join(dict.fromkeys([*before, HOST, "localhost"]))
    return {"NO_PROXY": unproxied, "no_proxy": unproxied}


def beside(database_url: str) -> str:
    """Dagster's database where only the catalog's is given: on the same server, `<name>_dagster`."""
    parts = urlsplit(database_url)
    return urlunsplit(parts._replace(scheme="postgresql+psycopg2", path=f"{parts.path}_dagster"))
