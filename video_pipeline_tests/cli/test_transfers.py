import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event
from uuid import UUID

import pytest

from video_pipeline import tether
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import videos
from video_pipeline.client import Uploader
from video_pipeline.storage import keys
from video_pipeline.types import Container
from video_pipeline_tests.client.relay import Cut
from video_pipeline_tests.senders import sha256

COMMAND = Path(sys.executable).with_name("video-pipeline")


def test_files_are_uploaded_one_after_the_other(run, grace, bucket_relay, film):
    one, two = film("[one].mp4", parts=2), film("two.mp4", parts=1)

    done = run("upload", one, two, "--description", "At night")

    ids = [line.split("  ")[0] for line in done.stdout.splitlines()]
    assert (done.exit_code, done.stdout) == (0, f"{ids[0]}  [one].mp4\n{ids[1]}  two.mp4\n")
    assert grace.ask("GET", f"/api/videos/{ids[0]}").told["description"] == "At night"
    assert "[one].mp4: Calculating checksum…\n" in done.stderr
    assert run("upload", one).stdout == f"{ids[0]}  [one].mp4  (in the catalog already)\n"


def test_a_file_belongs_where_it_is_said_to(run, grace, film):
    site = grace.ask("POST", "/api/sites", {"slug": "north", "name": "North"}).told
    grace.ask("POST", "/api/cameras", {"site_id": site["id"], "slug": "gate", "name": "Gate"})
    grace.ask("POST", "/api/categories", {"slug": "music", "name": "Music"})
    words = ("--site", "north", "--camera", "Gate", "--category", "music", "--title", "At the gate")

    done = run("upload", film(parts=1), *words)

    told = grace.ask("GET", f"/api/videos/{done.stdout.split()[0]}").told
    assert [told[name]["name"] for name in ("site", "camera", "category")] == ["North", "Gate", "Music"]
    assert told["title"] == "At the gate"


def test_what_nobody_knows_is_told_before_anything_is_sent(run, grace, film, bucket_relay):
    grace.ask("POST", "/api/sites", {"slug": "north", "name": "North"})
    path = film(parts=1)

    assert run("upload", path, "--site", "west").stderr.startswith("not_found: No site is called 'west'")
    assert run("upload", path, "--camera", "gate").stderr.startswith("not_found: No camera is called 'gate'")
    assert "name one with --camera" in run("upload", path, "--site", "north").stderr
    assert run("upload", path, path, "--title", "Two").exit_code == 2
    assert bucket_relay.asked == []
    assert grace.used == 0


def test_one_bad_file_among_good_ones_is_told_and_the_others_go(run, grace, film, tmp_path):
    notes = tmp_path / "notes.txt"
    notes.write_text("no video")

    done = run("upload", notes, film(parts=1))

    assert done.exit_code == 1
    assert "request_refused: The file's name has none of the extensions" in done.stderr
    assert done.stdout.endswith("  gate.mp4\n")


def test_who_is_not_logged_in_uploads_nothing(run, state, film):
    assert run("upload", film(parts=1)).stderr.startswith("not_authenticated: ")


def test_waiting_fails_where_a_video_failed(run, grace, engine, film, monkeypatch):
    upload = Uploader.upload

    def uploaded_and_failed(*given):
        uploaded = upload(*given)
        with transaction(engine) as connection:  # as a run would
            videos.fail(connection, uploaded.video_id, code="too_long", sentence="It is too long.", retryable=False)
        return uploaded

    monkeypatch.setattr(Uploader, "upload", uploaded_and_failed)
    done = run("upload", "--wait", film(parts=1))

    assert done.exit_code == 1
    assert "It is too long. (too_long)" in done.stdout


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)])
def test_a_command_that_was_ended_goes_on_where_it_was(run, grace, bucket_relay, film, store, number, code):
    path, reached, go_on = film(parts=7), Event(), Event()

    def hold_the_fifth(asked):
        if asked.part is not None and asked.part >= 5 and not go_on.is_set():
            reached.set()
            go_on.wait(60)
            raise Cut

    bucket_relay.meddle = hold_the_fifth
    words = tether.command([str(COMMAND), "upload", "--parallel", "2", str(path)])  # it heeds SIGINT, as we may not
    with subprocess.Popen(words, stderr=subprocess.PIPE, env=dict(os.environ), text=True) as process:
        assert reached.wait(180)
        process.send_signal(number)
        go_on.set()
        process.communicate(timeout=30)
    assert process.returncode == code
    sent = bucket_relay.parts()
    bucket_relay.asked.clear()

    done = run("upload", path)

    assert done.exit_code == 0
    assert "checksum" not in done.stderr
    assert len(sent) >= 3
    assert {one.part for one in bucket_relay.asked}.isdisjoint(sent)
    assert set(bucket_relay.parts()) == set(range(1, 8))
    assert len(bucket_relay.parts()) <= 7 + 2  # those that were on their way
    stored = store.open(keys.upload(UUID(done.stdout.split()[0]), "mp4"))
    assert b"".join(stored) == path.read_bytes()


@pytest.fixture
def video(grace, desk, engine, store, tmp_path):
    """A video whose original lies in the bucket."""
    body = b"all of the film"
    path = tmp_path / "body"
    path.write_bytes(body)
    video_id = desk.receive(desk.fresh("holiday.mp4"))
    desk.begin(video_id)
    key = keys.original(video_id, Container.MP4)
    store.store(path, key, content_type="video/mp4")
    with transaction(engine) as connection:
        videos.accept(connection, video_id, sha256=sha256(body), size_bytes=len(body), original_key=key)
    return video_id


def test_a_video_is_downloaded_under_its_name_and_replaces_nothing(run, video, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()

    done = run("download", video, "-o", folder)
    assert done.stdout == f"{folder / 'holiday.mp4'}\n"
    assert (folder / "holiday.mp4").read_bytes() == b"all of the film"

    assert run("download", video, "-o", folder).stderr.startswith("conflict: ")
    (folder / "holiday.mp4").write_bytes(b"mine")
    assert run("download", video, "--force", "--output", folder / "holiday.mp4").exit_code == 0
    assert (folder / "holiday.mp4").read_bytes() == b"all of the film"


def test_what_is_not_there_yet_is_not_downloaded(run, video, tmp_path):
    done = run("download", video, "--what", "proxy", "-o", tmp_path / "x.mp4")

    assert done.stderr == "not_found: There is no proxy of this video, or not yet.\n"
    assert not (tmp_path / "x.mp4").exists()
