"""Two who want different things of one video at the same moment, or the same thing twice."""

import json
import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.request import ProxyHandler, Request, build_opener

import psutil
import pytest

from video_pipeline.accounts.tokens import AccessTokens, Claims
from video_pipeline.care.audit import SETTLED, audit
from video_pipeline.care.workspace import abandoned, sweep
from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records.editing import delete_video
from video_pipeline.catalog.records.reprocess import request_reprocess
from video_pipeline.cli.follow import look
from video_pipeline.defs.ledger import DagsterLedger
from video_pipeline.errors import VideoNotFound
from video_pipeline.local import programs
from video_pipeline.local.ports import HOST
from video_pipeline.local.probes import http_answers
from video_pipeline.types import JobStatus, Stage, VideoStatus
from video_pipeline_tests.api.conftest import Client
from video_pipeline_tests.api.people import add_user
from video_pipeline_tests.end_to_end.watching import settled, wait_for
from video_pipeline_tests.senders import Person

TERMINATE = "mutation($id: String!) { terminateRun(runId: $id) { __typename } }"


@pytest.fixture
def another_api(stack, tmp_path):
    """A second process of the API, as behind a load balancer."""
    log = (tmp_path / "api.log").open("wb")
    command = [programs.script("uvicorn"), "--factory", "video_pipeline.api.app:served", f"--host={HOST}", "--port=0"]
    server = subprocess.Popen(command, env={**os.environ, **stack.environment}, stdout=log, stderr=log)

    def listening():
        (address, *_) = (one.laddr for one in psutil.Process(server.pid).net_connections() if one.status == "LISTEN")
        return f"http://{address.ip}:{address.port}"

    def answering():
        with suppress(ValueError):
            return listening() if http_answers(f"{listening()}/healthz") else None

    yield Client(wait_for(answering))
    server.send_signal(signal.SIGTERM)
    server.wait(30)
    log.close()


def disagreements(session, instance):
    """What an auditor tells of a system at rest."""
    folders = abandoned(session.settings.work_dir)
    ledger = DagsterLedger(instance)
    return list(audit(session.engine, session.store, ledger=ledger, folders=folders, leeway=SETTLED, read=True))


def nobody_works(session, instance):
    sweep(session.settings.work_dir)  # as the next run would: one that was killed leaves its folder to it
    return not DagsterLedger(instance).active() and not list(session.settings.work_dir.glob("run-*"))


def status(session, video_id):
    with transaction(session.engine) as connection:
        return queries.video(connection, video_id).status


def test_two_processes_complete_the_same_upload(stack, session, instance, another_api, clip):
    user_id = add_user(session.engine, "races@example.org")
    token = AccessTokens(stack.environment["SIGNING_KEY"]).issue(Claims(user_id, 0))
    one, other = (Person(api, user_id, token) for api in (Client(stack.urls["api"]), another_api))
    bodies = [clip(f"{number}.mp4", seconds=0.5).read_bytes() for number in range(4)]
    begun = [(one.begun(body), body) for body in bodies]
    sent = [(upload, one.send(upload, body)) for upload, body in begun]

    with ThreadPoolExecutor(4) as pool:
        asked = [[pool.submit(who.complete, *upload) for who in (one, other) * 2] for upload in sent]
        answers = [{(answer.result().status, answer.result().told["video_id"]) for answer in each} for each in asked]

    assert answers == [{(200, upload["video_id"])} for upload, _ in begun]
    for snapshot in settled(session, *(upload["video_id"] for upload, _ in begun)):
        assert snapshot.video.status is VideoStatus.COMPLETED, snapshot.video
        assert len({job.run_id for job in snapshot.jobs.values()}) == 1
    assert one.used == sum(map(len, bodies))
    wait_for(lambda: nobody_works(session, instance))
    assert disagreements(session, instance) == []


def test_a_video_deleted_in_the_middle_of_its_transcode_stays_deleted(session, instance, working):
    video_id, job = working
    with transaction(session.engine) as connection:
        delete_video(connection, video_id)

    wait_for(lambda: nobody_works(session, instance), seconds=120)

    snapshot = look(session.engine, video_id)
    assert snapshot.video.status is VideoStatus.DELETED
    assert snapshot.jobs[Stage.RENDITIONS].status is JobStatus.FAILED
    assert {one.run_id for one in snapshot.jobs.values()} == {job.run_id}
    assert disagreements(session, instance) == []


def test_a_wish_and_a_deletion_at_the_same_moment(session, instance, ingest, clip):
    ended = ingest(*(clip(f"{number}.mp4", seconds=0.5) for number in range(4)))

    def wish(video_id):
        with suppress(VideoNotFound), transaction(session.engine) as connection:
            request_reprocess(connection, video_id, outputs=None, requested_by="races")

    def delete(video_id):
        with transaction(session.engine) as connection:
            delete_video(connection, video_id)

    with ThreadPoolExecutor(8) as pool:
        for snapshot in ended:
            pool.submit(wish, snapshot.video.id)
            pool.submit(delete, snapshot.video.id)

    wait_for(lambda: nobody_works(session, instance), seconds=120)
    assert {status(session, snapshot.video.id) for snapshot in ended} == {VideoStatus.DELETED}
    assert disagreements(session, instance) == []


def test_a_run_that_an_operator_cancels_in_dagsters_ui_fails_and_can_be_asked_for_again(
    stack, session, instance, working
):
    video_id, job = working

    assert terminate(stack, job.run_id) == "TerminateRunSuccess"

    (snapshot,) = settled(session, video_id)
    video = snapshot.video
    assert (video.status, video.error_code, video.error_retryable) == (VideoStatus.FAILED, "canceled", True)
    with transaction(session.engine) as connection:
        request_reprocess(connection, video_id, outputs=None, requested_by="races")
    wait_for(lambda: status(session, video_id) is VideoStatus.COMPLETED, seconds=180)
    wait_for(lambda: nobody_works(session, instance))  # and the folder of the one that was killed is gone as well
    assert disagreements(session, instance) == []


def terminate(stack, run_id):
    """What the button of Dagster's UI does."""
    body = json.dumps({"query": TERMINATE, "variables": {"id": run_id}}).encode()
    request = Request(f"{stack.urls['dagster']}/graphql", body, {"Content-Type": "application/json"})
    with build_opener(ProxyHandler({})).open(request, timeout=60) as answer:
        return json.load(answer)["data"]["terminateRun"]["__typename"]
