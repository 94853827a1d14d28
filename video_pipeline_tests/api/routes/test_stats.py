from __future__ import annotations

from video_pipeline.types import ArtifactKind
from video_pipeline_tests.api.gallery import ORIGINAL, Gallery


def test_each_is_told_the_sums_of_what_they_see(gallery: Gallery) -> None:
    video_id = gallery.accepted()
    gallery.desk.derive(video_id, ArtifactKind.PROXY, b"proxy")

    told = gallery.get("member", "/api/stats")

    assert (told["videos"], told["by_status"]["processing"]) == (1, 1)
    assert told["storage"] == {
        "original_bytes": len(ORIGINAL),
        "derived_bytes": 5,
        "total_bytes": len(ORIGINAL) + 5,
    }
    assert (told["processing"]["completed"], told["last_day"]["uploaded"]) == (0, 1)
    assert gallery.get("stranger", "/api/stats")["videos"] == 0
    assert gallery.ask(None, "GET", "/api/stats").status == 401
