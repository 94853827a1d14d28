from video_pipeline.client.progress import Silent, Step


def test_steps_are_told_in_words():
    assert str(Step.CHECKSUM) == "Calculating checksum…"


def test_silence_takes_everything():
    silent = Silent()
    silent.step(Step.UPLOAD, total_bytes=2, done_bytes=1)
    silent.advance(-1)
