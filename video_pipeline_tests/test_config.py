from pathlib import Path

import pytest
from pydantic import ValidationError

from video_pipeline.config import Settings, settings, settings_of
from video_pipeline.errors import ConfigurationError
from video_pipeline.media.allowed import MAX_STREAMS
from video_pipeline.types import USUAL_CONTAINERS, Container

URL = "postgresql+psycopg://somebody:hush@db/catalog"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch):
    """An environment that says nothing but where the catalog is."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATABASE_URL", URL)
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_the_database_is_all_that_must_be_named():
    known = settings()

    assert known.database_url.get_secret_value() == URL
    assert known.s3_endpoint_url is None
    assert known.s3_bucket == "videos"
    assert known.worker_concurrency >= 1


def test_settings_come_from_variables_of_their_names(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("S3_BUCKET", "archive")
    monkeypatch.setenv("WORK_DIR", "/srv/work")
    monkeypatch.setenv("MAX_FILE_BYTES", "1000")

    assert (settings().s3_bucket, settings().work_dir, settings().max_file_bytes) == (
        "archive",
        Path("/srv/work"),
        1000,
    )


def test_containers_are_a_list_of_extensions(monkeypatch: pytest.MonkeyPatch):
    assert settings().accepted_containers == USUAL_CONTAINERS

    settings.cache_clear()
    monkeypatch.setenv("ACCEPTED_CONTAINERS", "mp4, .MOV,ts,")

    assert settings().accepted_containers == {Container.MP4, Container.MOV, Container.MPEG_TS}


def test_a_container_that_there_is_not_is_named_with_those_there_are(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ACCEPTED_CONTAINERS", "gif,mp4")

    with pytest.raises(ConfigurationError, match=r"ACCEPTED_CONTAINERS: .*no format is called gif; there are mp4, mov"):
        settings()


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("S3_ENDPOINT_URL", "")
    monkeypatch.setenv("INBOX_BATCH", "")

    assert settings().s3_endpoint_url is None
    assert settings().inbox_batch == Settings.model_fields["inbox_batch"].default


def test_what_is_missing_is_named_and_the_way_out_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("DATABASE_URL")

    with pytest.raises(ConfigurationError, match=r"DATABASE_URL: Field required.*video-pipeline up"):
        settings()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("S3_BUCKET", "ab"),
        ("WORKER_CONCURRENCY", "0"),
        ("MAX_FILE_BYTES", "2 GB"),
        ("INBOX_WATCH_SECONDS", "-1"),
        ("MAX_PIXELS", "-1"),
        ("MAX_STREAMS", str(MAX_STREAMS + 1)),
        ("ACCEPTED_CONTAINERS", "mp4,gif"),
        ("ACCEPTED_CONTAINERS", ","),
    ],
)
def test_a_value_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str):
    monkeypatch.setenv(variable, value)

    with pytest.raises(ConfigurationError, match=variable):
        settings()


def test_every_fault_is_told_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("INBOX_BATCH", "none")
    monkeypatch.setenv("MAX_PIXELS", "0")

    with pytest.raises(ConfigurationError, match=r"INBOX_BATCH.*MAX_PIXELS"):
        settings()


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BROKER_URL", "redis://:hush@broker/0")
    monkeypatch.setenv("SIGNING_KEY", "hush")

    assert "hush" not in f"{settings()!r} {settings()}"


def test_settings_are_read_once_and_cannot_be_changed(monkeypatch: pytest.MonkeyPatch):
    before = settings()
    monkeypatch.setenv("S3_BUCKET", "another")

    assert settings() is before
    with pytest.raises(ValidationError, match="frozen"):
        before.s3_bucket = "another"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("duration", "limit"),
    [(None, 300), (10, 300), (100, 400), (1_000_000, 14_400)],
    ids=["unknown", "short", "in between", "long"],
)
def test_the_time_limit_follows_the_duration_within_bounds(duration: float | None, limit: float):
    assert settings().time_limit_seconds(duration) == limit


def test_pages_that_may_upload_are_those_of_the_api_and_those_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ALLOWED_ORIGINS", "https://videos.example.org/")

    told = settings_of({"PREVIEW_URL": "https://api.example.org/behind/a/path", "S3_REGION": ""})

    assert told.page_origins == ["https://api.example.org", "https://videos.example.org"]
    assert told.s3_region == "us-east-1"


def test_what_a_process_is_told_must_be_possible_too():
    with pytest.raises(ConfigurationError, match="ALLOWED_ORIGINS"):
        settings_of({"ALLOWED_ORIGINS": "*"})


def test_origins_are_a_list_of_what_browsers_call_them(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ALLOWED_ORIGINS", "https://videos.example.org/, http://localhost:5173,http://[::1]:80")

    assert settings().allowed_origins == {"https://videos.example.org", "http://localhost:5173", "http://[::1]:80"}


@pytest.mark.parametrize("origin", ["*", "videos.example.org", "https://*.example.org", "https://a/path", "null"])
def test_what_is_no_origin_lets_nobody_in(monkeypatch: pytest.MonkeyPatch, origin: str):
    monkeypatch.setenv("ALLOWED_ORIGINS", origin)

    with pytest.raises(ConfigurationError, match=r"ALLOWED_ORIGINS: .*an origin is like https://"):
        settings()


@pytest.mark.parametrize(
    ("written", "is_fine"),
    [
        ("10/minute", True),
        ("10/5 minute;1000/day", True),
        ("off", True),
        ("ten a minute", False),
        ("10/minute;", False),
    ],
)
def test_limits_are_written_as_so_many_in_so_long(monkeypatch: pytest.MonkeyPatch, written: str, is_fine: bool):
    monkeypatch.setenv("RATE_LIMIT_LOGIN", written)

    if is_fine:
        assert settings().rate_limit_login == written
    else:
        with pytest.raises(ConfigurationError, match="RATE_LIMIT_LOGIN"):
            settings()
