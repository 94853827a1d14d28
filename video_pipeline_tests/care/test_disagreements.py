from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from video_pipeline.care.disagreements import Ages, Code, Cutoffs, Disagreement

VIDEO = UUID("0198c0de-0000-4000-8000-00000000abcd")


def test_every_code_says_what_it_means_in_a_sentence() -> None:
    sentences = [code.sentence for code in Code]

    assert all(sentence.endswith(".") for sentence in sentences)
    assert len(set(sentences)) == len(sentences)


def test_a_disagreement_tells_its_code_and_exactly_what_it_is_about() -> None:
    told = str(Disagreement(Code.STRAY_ORIGINAL, VIDEO, "originals/x", "etag", "8 bytes"))

    assert told == f"stray_original: {Code.STRAY_ORIGINAL.sentence} {VIDEO} originals/x 8 bytes"


def test_what_is_said_besides_makes_no_other_disagreement() -> None:
    one = Disagreement(Code.STRAY_ORIGINAL, VIDEO, "originals/x", "etag", "8 bytes")

    assert one == Disagreement(Code.STRAY_ORIGINAL, VIDEO, "originals/x", "etag")
    assert one != Disagreement(Code.STRAY_ORIGINAL, VIDEO, "originals/x", "another")


def test_ages_are_counted_back_from_now() -> None:
    now = datetime(2026, 11, 21, 3, tzinfo=UTC)

    cutoffs = Cutoffs.at(now, Ages(timedelta(hours=1), timedelta(hours=2), timedelta(days=30)))

    assert (cutoffs.settled.hour, cutoffs.kept.hour) == (2, 1)
    assert cutoffs.rejects == datetime(2026, 10, 22, 3, tzinfo=UTC)
