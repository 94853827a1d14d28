import re
import shlex
from uuid import uuid4

import pytest

from video_pipeline import intake
from video_pipeline.accounts.sessions import log_in
from video_pipeline.accounts.tokens import AccessTokens
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.queries import pending_reprocess, recent_videos
from video_pipeline.catalog.records import jobs, videos
from video_pipeline.cli import demo
from video_pipeline.config import settings
from video_pipeline.errors import ConfigurationError
from video_pipeline.local import doctor
from video_pipeline.local.doctor import Observation
from video_pipeline.local.installation import Installation
from video_pipeline.storage import bucket, keys
from video_pipeline.types import ArtifactKind, Output, Stage, VideoStatus
from video_pipeline_tests.desk import RUN, Desk


def words(text: str) -> str:
    """Text without the line breaks of an eighty columns wide page."""
    return " ".join(text.split())


def wishes(desk: Desk):
    with transaction(desk.engine) as connection:
        return [(wish.video_id, wish.outputs, wish.requested_by) for wish in pending_reprocess(connection, limit=9)]


def complain(*args, **kwargs):
    raise ConfigurationError("Set [/this] or [that].")


# ingest


def test_files_are_put_into_the_inbox_and_their_ids_told(run, desk: Desk):
    one, two = desk.fresh("[one].mp4"), desk.fresh("two.mov")
    done = run("ingest", "--no-wait", one, two)

    with transaction(desk.engine) as connection:
        found = {video.filename: video for video in recent_videos(connection, limit=9)}
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [f"{found[path.name].id}  {path.name}" for path in (one, two)]
    assert desk.keys() == {keys.upload(found["[one].mp4"].id, "mp4"), keys.upload(found["two.mov"].id, "mov")}


def test_what_the_catalog_has_is_told_and_not_sent(run, desk: Desk):
    path = desk.fresh()
    video = desk.begin(desk.receive(path))
    with transaction(desk.engine) as connection:
        videos.accept(connection, video.id, sha256=str(video.declared_sha256), size_bytes=1, original_key="originals/x")

    assert run("ingest", "--no-wait", path).stdout == f"{video.id}  clip.mp4  (in the catalog already)\n"


def test_ingest_waits_and_fails_where_a_video_failed(run, desk: Desk, monkeypatch: pytest.MonkeyPatch):
    receive = intake.receive

    def received_and_failed(engine, store, path):
        received = receive(engine, store, path)
        with transaction(engine) as connection:  # as a run would
            videos.fail(connection, received.video_id, code="too_long", sentence="It is too long.", retryable=False)
        return received

    monkeypatch.setattr(intake, "receive", received_and_failed)
    done = run("ingest", desk.fresh())

    assert done.exit_code == 1
    assert "clip.mp4: failed" in done.stdout
    assert "It is too long. (too_long)" in done.stdout


def test_a_file_that_is_not_there_is_a_mistake_of_usage(run, tmp_path):
    done = run("ingest", tmp_path / "nowhere.mp4")

    assert done.exit_code == 2
    assert "does not exist" in words(done.stderr)


# status


def test_an_empty_catalog_is_told(run, desk: Desk):
    done = run("status")

    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "No videos yet.")


def test_status_lists_the_latest_videos_and_counts_those_there_are(run, desk: Desk):
    for name in ("one.mp4", "two.mp4"):
        desk.receive(desk.fresh(name))
    done = run("status")

    assert done.exit_code == 0
    assert "one.mp4" in done.stdout
    assert "two.mp4" in done.stdout
    assert done.stdout.splitlines()[-1] == "2 uploaded"


def test_status_of_one_video_shows_its_stages_and_artifacts(run, desk: Desk):
    video_id = desk.receive()
    with transaction(desk.engine) as connection:
        jobs.start_job(connection, video_id=video_id, stage=Stage.VALIDATION, run_id=RUN, worker="somewhere")
    desk.derive(video_id, ArtifactKind.POSTER)
    done = run("status", video_id)

    assert done.exit_code == 0
    assert "validation" in done.stdout
    assert "poster" in done.stdout


def test_a_video_that_nobody_knows_is_an_error_with_a_code_and_a_sentence(run, desk: Desk):
    video_id = uuid4()
    done = run("status", video_id)

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"video_not_found: No video has the id {video_id}.\n"


# reprocess


def test_reprocess_writes_a_wish(run, desk: Desk):
    one, two = desk.receive(), desk.receive()

    assert run("reprocess", one, two).exit_code == 0
    assert run("reprocess", one, "--only", "poster", "--only", "audio").exit_code == 0

    assert wishes(desk) == [
        (one, None, "cli"),
        (two, None, "cli"),
        (one, (Output.AUDIO, Output.POSTER), "cli"),
    ]


def test_of_several_wishes_all_are_written_or_none(run, desk: Desk):
    done = run("reprocess", desk.receive(), uuid4())

    assert (done.exit_code, wishes(desk)) == (1, [])
    assert done.stderr.startswith("video_not_found: ")


def test_an_output_that_there_is_none_of_is_a_mistake_of_usage(run, desk: Desk):
    done = run("reprocess", desk.receive(), "--only", "gif")

    assert (done.exit_code, wishes(desk)) == (2, [])


# env, prepare, and what goes wrong


def test_env_prints_what_a_shell_can_read(run, tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VIDEO_PIPELINE_DATA", str(tmp_path))
    known = {"SIGNING_KEY": "it's $HOME; `x`", "S3_BUCKET": "videos"}
    Installation(tmp_path).save_environment(known, given=frozenset())
    done = run("env")

    lines = [shlex.split(line) for line in done.stdout.splitlines()]
    assert lines == [["export", f"{name}={value}"] for name, value in sorted(known.items())]


def test_env_of_a_stack_that_never_was_is_an_error(run, tmp_path):
    done = run("env", "--data-dir", tmp_path)

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"configuration_error: No stack has been up in {tmp_path}.")


def test_prepare_may_be_done_again(run, desk: Desk):
    video_id = desk.receive()

    assert [run("prepare").exit_code for _ in range(2)] == [0, 0]
    assert desk.row(video_id).status is VideoStatus.UPLOADED
    assert bucket.problems(desk.store.client, desk.store.bucket, allowed_origins=settings().page_origins) == []


def test_prepare_says_which_variable_is_missing(run, desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("DATABASE_URL")
    settings.cache_clear()
    done = run("prepare")

    assert done.exit_code == 1
    assert done.stderr.startswith("configuration_error: ")
    assert "DATABASE_URL" in done.stderr


@pytest.mark.parametrize(
    ("command", "story"),
    [
        (["up"], "installation.run_until_stopped"),
        (["ingest", "--no-wait", __file__], "installation.open_session"),
        (["status"], "installation.open_session"),
        (["reprocess", str(uuid4())], "installation.open_session"),
        (["demo", __file__], "demo.play"),
        (["prepare"], "installation.settings"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_every_command_turns_our_errors_into_a_sentence_and_exit_code_1(run, monkeypatch, command, story):
    monkeypatch.setattr(f"video_pipeline.cli.{story}", complain)
    done = run(*command)

    assert (done.exit_code, done.stderr) == (1, "configuration_error: Set [/this] or [that].\n")


def test_demo_fails_where_a_video_did_not_complete(run, monkeypatch: pytest.MonkeyPatch, tmp_path):
    played = []

    def play(console, paths, output, *, keep):
        played.append((paths, output, keep))
        return False

    monkeypatch.setattr(demo, "play", play)
    done = run("demo", "--keep", "--output", tmp_path, __file__)

    assert done.exit_code == 1
    ((paths, output, keep),) = played
    assert ([str(path) for path in paths], output, keep) == ([__file__], tmp_path, True)


def test_without_a_command_the_commands_are_listed(run):
    listed = run().stdout

    assert all(name in listed for name in ("up", "ingest", "status", "reprocess", "demo", "doctor", "env", "prepare"))


# doctor


@pytest.mark.parametrize(("is_well", "exit_code"), [(True, 0), (False, 1)])
def test_doctor_fails_where_something_does_not_work(run, monkeypatch: pytest.MonkeyPatch, is_well, exit_code):
    observations = [
        Observation("disk", ok=True, sentence="There is room."),
        Observation("ffmpeg", ok=is_well, sentence="It said [/x]."),
    ]
    monkeypatch.setattr(doctor, "examine", lambda data_dir: observations)
    done = run("doctor")

    assert done.exit_code == exit_code
    assert re.search(rf"{'✓' if is_well else '✗'} +│ ffmpeg +│ It said \[/x\]\.", done.stdout)


# up


@pytest.fixture
def up(run, tmp_path, monkeypatch, stores, engine, environment):
    """Run `up` over the stores, which leaves the environment as it was."""

    def be_up(data_dir, *, on_ready):
        on_ready(stores)

    monkeypatch.setattr("video_pipeline.cli.installation.run_until_stopped", be_up)
    for name, value in stores.environment.items():
        monkeypatch.setenv(name, value)
    return lambda: run("up", "--data-dir", tmp_path)


def test_a_stack_that_is_up_says_where_it_is(up, tmp_path, stores):
    said = up()

    assert said.exit_code == 0
    assert f"{stores.urls['api']}/docs" in said.stdout
    assert stores.urls["dagster"] in said.stdout
    assert str(tmp_path) in said.stdout
    assert "Ctrl-C" in said.stdout


# the first admin


def test_the_first_start_makes_an_admin_and_tells_the_password_once(up, run, engine):
    first, *later = (run("prepare"), run("prepare"), up())
    told = re.search(r"^First admin: (\S+), with the password (\S+)$", first.stdout, re.MULTILINE)

    assert told
    assert told[1] == settings().admin_email
    assert not any("password" in again.stdout for again in later)
    assert log_in(engine, AccessTokens("signing key"), *told.groups())


def test_up_alone_makes_the_admin_as_well(up, monkeypatch):
    monkeypatch.setenv("ADMIN_EMAIL", "[root]@example.org")
    settings.cache_clear()

    assert "First admin: [root]@example.org, with the password " in up().stdout
