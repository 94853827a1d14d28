import subprocess
import sys
from importlib import import_module

import pytest
from typer.main import get_command

from video_pipeline.cli import app
from video_pipeline.local import programs

HEAVY = {"dagster", "av", "numpy", "sqlalchemy", "psycopg", "boto3", "alembic"}


@pytest.mark.parametrize("module", sorted(set(app.MODULES.values())))
def test_every_command_of_a_module_is_known_by_its_name(module):
    found = get_command(import_module(f"video_pipeline.cli.{module}").commands)
    names = {found.name} if module == "alerts" else set(getattr(found, "commands", {found.name: found}))

    assert names == {name for name, home in app.MODULES.items() if home == module}
    assert {app.load(name).name for name in names} == names


def test_what_asks_a_server_loads_nothing_of_one():
    look = f"import sys; from video_pipeline.cli import app; app.load('list'); print({HEAVY} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True)

    assert told.stdout.strip() == "set()"


def test_help_names_every_command_and_nonsense_is_refused():
    program = programs.script("video-pipeline")
    told = subprocess.run([program, "--help"], check=True, capture_output=True, text=True).stdout
    nonsense = subprocess.run([program, "nonsense"], check=False, capture_output=True, text=True)

    assert [name for name in app.MODULES if f" {name} " not in told] == []
    assert (nonsense.returncode, "No such command" in nonsense.stderr) == (2, True)
