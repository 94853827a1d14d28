from dataclasses import fields

from video_pipeline.media.tolerance import TOLERANCE, Tolerance


def test_every_limit_has_its_reason() -> None:
    reasons = Tolerance.__doc__ or ""
    assert [field.name for field in fields(Tolerance) if field.name not in reasons] == []


def test_shares_are_shares() -> None:
    shares = {field.name: getattr(TOLERANCE, field.name) for field in fields(Tolerance) if "share" in field.name}
    assert shares
    assert all(0 < share < 1 for share in shares.values())


def test_a_file_that_complains_may_end_less_early_than_one_that_does_not() -> None:
    assert TOLERANCE.cut_seconds < TOLERANCE.shortfall_seconds
