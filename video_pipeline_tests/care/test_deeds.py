from video_pipeline.care.deeds import Deed, Done, summary


def test_what_was_done_fits_a_line() -> None:
    one, other = Done(Deed.JOB_GIVEN_UP, "1", "silent"), Done(Deed.UPLOAD_EXPIRED, "2", "old")

    assert summary([one, other, one]) == "1 upload expired, 2 job given up"
    assert summary([]) == "Nothing is stuck."
