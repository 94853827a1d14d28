from datetime import UTC, datetime

from video_pipeline.api.schemas.admin import Cleaned


def test_it_has_the_three_names_that_clients_know() -> None:
    cleaned = Cleaned(stuck_uploads_cleaned=1, stuck_jobs_cleaned=2, cleaned_at=datetime(2026, 5, 3, tzinfo=UTC))

    assert cleaned.model_dump_json() == (
        '{"stuck_uploads_cleaned":1,"stuck_jobs_cleaned":2,"cleaned_at":"2026-05-03T00:00:00Z"}'
    )
