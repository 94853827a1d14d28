import hashlib
import os
from pathlib import Path

from video_pipeline.client.digests import READ_BYTES, sha256_of
from video_pipeline.client.progress import Step
from video_pipeline_tests.client.recorder import Recorder


def test_a_digest_is_of_the_whole_file_and_tells_how_far_it_is(tmp_path: Path):
    body = os.urandom(READ_BYTES) * 2 + b"end"
    path = tmp_path / "file"
    path.write_bytes(body)
    shown = Recorder()
    shown.step(Step.CHECKSUM, total_bytes=len(body))

    assert sha256_of(path, shown) == hashlib.sha256(body).hexdigest()
    assert shown.done == {Step.CHECKSUM: len(body)}
