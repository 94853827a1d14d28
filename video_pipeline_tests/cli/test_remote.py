import json
from uuid import uuid4

from video_pipeline.client.logins import Logins
from video_pipeline_tests.api.people import PASSWORD, add_user


def test_from_a_password_to_the_end_of_a_login(run, api, engine, state):
    add_user(engine, "ada@example.org")

    done = run("login", "--server", api.address, "--email", "ada@example.org", input=f"{PASSWORD}\n")
    assert (done.exit_code, done.stdout) == (0, f"Logged in at {api.address} as ada@example.org.\n")
    assert "0 of 0" in run("list").stdout
    assert run("logout").exit_code == 0

    done = run("list")
    assert done.exit_code == 1
    assert done.stderr.startswith("not_authenticated: You are not logged in")
    assert Logins(state).tokens(api.address) is None


def test_a_wrong_password_is_told_and_nothing_is_kept(run, api, engine, state):
    done = run("login", "--server", api.address, "--email", "ada@example.org", input="wrong\n")

    assert (done.exit_code, done.stderr) == (
        1,
        "not_authenticated: The e-mail address or the password is not right.\n",
    )
    assert Logins(state).latest_server() is None


def test_who_has_never_logged_in_is_told_how(run, state):
    assert "video-pipeline login --server" in run("list").stderr


def test_videos_are_listed_shown_and_deleted(run, grace):
    ids = [grace.upload(body, title=title) for body, title in ((b"one", "[one]"), (b"two", None))]

    assert "2 of 2" in run("list").stdout
    assert "[one]" in run("list", "--q", "ONE", "--status", "uploaded").stdout
    assert [video["id"] for video in json.loads(run("list", "--limit", 1, "--json").stdout)] == [str(ids[1])]
    assert "[one]" in run("show", ids[0]).stdout
    assert json.loads(run("show", "--json", ids[0]).stdout)["video"]["title"] == "[one]"

    assert "deleted" not in run("delete", ids[1], input="n\n").stdout
    done = run("delete", "--yes", ids[0])
    assert done.stdout == f"{ids[0]}  gate.mp4  deleted\n"
    assert [video["id"] for video in json.loads(run("list", "--json").stdout)] == [str(ids[1])]


def test_lists_are_narrowed_by_what_places_are_called(run, grace):
    site = grace.ask("POST", "/api/sites", {"slug": "north", "name": "North"}).told
    camera = grace.ask("POST", "/api/cameras", {"site_id": site["id"], "slug": "gate", "name": "Gate"}).told
    grace.ask("POST", "/api/categories", {"slug": "music", "name": "Music"})
    video_id = grace.upload(b"one", camera_id=camera["id"])
    grace.upload(b"two")

    for words in (("--site", "North"), ("--camera", "gate"), ("--site", "north", "--camera", "gate")):
        assert [video["id"] for video in json.loads(run("list", "--json", *words).stdout)] == [str(video_id)]
    assert json.loads(run("list", "--json", "--category", "music").stdout) == []
    assert run("list", "--category", "sports").stderr.startswith("not_found: No category is called 'sports'")


def test_what_is_not_there_is_told(run, grace):
    assert run("show", uuid4()).stderr.startswith("video_not_found: ")
    assert run("delete", "--yes", uuid4()).exit_code == 1


def test_the_environment_names_the_server(run, grace, monkeypatch):
    monkeypatch.setenv("VIDEO_PIPELINE_SERVER", "nowhere")

    assert run("list").stderr.startswith("request_refused: 'nowhere' is no address of a server")
