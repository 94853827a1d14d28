from video_pipeline.media.progress import Progress, ProgressLines

REPORT = b"frame=12\nout_time_us=480000\nspeed=2.5x\nprogress=continue\n"


def reports(*chunks: bytes) -> list[Progress]:
    heard: list[Progress] = []
    lines = ProgressLines(heard.append)
    for chunk in chunks:
        lines.feed(chunk)
    return heard


def test_a_report_is_told_when_it_is_whole() -> None:
    assert reports(REPORT) == [Progress(frames=12, seconds=0.48, speed=2.5)]


def test_a_report_may_come_in_pieces() -> None:
    assert reports(*(REPORT[at : at + 5] for at in range(0, len(REPORT), 5))) == reports(REPORT)


def test_half_a_report_tells_nothing() -> None:
    assert reports(REPORT[:-1]) == []


def test_what_ffmpeg_does_not_know_yet_is_zero_or_none() -> None:
    unknown = b"frame=0\nout_time_us=N/A\nspeed=N/A\nprogress=continue\n"
    assert reports(unknown) == [Progress(frames=0, seconds=0.0, speed=None)]
