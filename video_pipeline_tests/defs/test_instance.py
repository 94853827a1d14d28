import dagster as dg
import psutil
import psycopg
import pytest
import yaml

from video_pipeline.defs.instance import PooledInstance
from video_pipeline.local.postgres import libpq

OTHERS = "FROM pg_stat_activity WHERE datname = 'dagster' AND pid <> pg_backend_pid()"
SEE, END = f"SELECT pid {OTHERS}", f"SELECT pg_terminate_backend(pid) {OTHERS}"


@pytest.fixture
def dagster_database(environment):
    with psycopg.connect(libpq(environment["DAGSTER_DATABASE_URL"]), autocommit=True) as connection:
        yield connection


@pytest.fixture
def pooled(environment, dagster_database, tmp_path, monkeypatch):
    """The instance that dagster.yaml describes, less what needs a broker."""
    configuration = {
        "storage": {"postgres": {"postgres_url": {"env": "DAGSTER_DATABASE_URL"}}},
        "instance_class": {"module": PooledInstance.__module__, "class": PooledInstance.__name__},
        "telemetry": {"enabled": False},
    }
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(configuration))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with dg.DagsterInstance.get() as instance:
        yield instance


def backends(connection):
    return {pid for (pid,) in connection.execute(SEE)}


def test_one_connection_serves_many_statements(pooled, dagster_database):
    assert isinstance(pooled, PooledInstance)
    pooled.add_dynamic_partitions("video", ["first"])
    before = backends(dagster_database)

    for number in range(20):
        pooled.add_dynamic_partitions("video", [str(number)])

    assert backends(dagster_database) == before
    assert before


def test_a_connection_that_died_is_replaced_unnoticed(pooled, dagster_database):
    pooled.add_dynamic_partitions("video", ["before"])
    dagster_database.execute(END)

    pooled.add_dynamic_partitions("video", ["after"])

    assert {"before", "after"} <= set(pooled.get_dynamic_partitions("video"))


def test_nothing_is_kept_by_an_instance_that_is_done(pooled, dagster_database):
    pooled.add_dynamic_partitions("video", ["one"])
    serving = [psutil.Process(pid) for pid in backends(dagster_database)]

    pooled.dispose()

    psutil.wait_procs(serving, timeout=10)  # a server process ends a moment after its client has left
    assert backends(dagster_database) == set()
