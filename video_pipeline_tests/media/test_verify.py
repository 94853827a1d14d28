import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from video_pipeline.errors import MediaToolFailed
from video_pipeline.media import verify as verifying
from video_pipeline.media.process import Bounds
from video_pipeline.media.renditions import Made
from video_pipeline.media.verify import CHECKS, CheckOutcome, verify
from video_pipeline.types import Output
from video_pipeline_tests.media.conftest import Derived

Derive = Callable[[str], Derived]

SAMPLES = [
    *("phone", "quicktime", "matroska", "webm", "avi", "silent", "portrait", "rotated", "odd", "small", "ten_bit"),
    *("blink", "two_scenes", "dark_start", "black", "anamorphic", "interlaced", "uneven", "endless", "late"),
    *("two_languages", "with_cover", "wide_gamut", "rare_sound"),
]


def test_every_output_has_checks() -> None:
    assert set(CHECKS) == set(Output)
    assert all(CHECKS.values())


@pytest.mark.parametrize("sample", SAMPLES)
def test_what_we_make_passes(derived: Derive, bounds: Bounds, sample: str) -> None:
    made = derived(sample)
    outcomes = verify(made.made, made.facts, bounds=bounds)
    assert [outcome.sentence for outcome in outcomes if not outcome.passed] == []
    assert {outcome.output for outcome in outcomes} == set(made.made.renditions)
    assert {(outcome.output, outcome.name) for outcome in outcomes} == {
        (output, name) for output in made.made.renditions for name in CHECKS[output]
    }


def copied(made: Made, folder: Path) -> Made:
    """The same renditions in another folder, where they may be spoilt."""
    renditions = {
        output: replace(
            rendition,
            files={kind: Path(shutil.copy(path, folder)) for kind, path in rendition.files.items()},
        )
        for output, rendition in made.renditions.items()
    }
    return replace(made, renditions=renditions)


def failed(outcomes: tuple[CheckOutcome, ...]) -> set[str]:
    return {f"{outcome.output}.{outcome.name}" for outcome in outcomes if not outcome.passed}


def test_a_truncated_proxy_does_not_pass(derived: Derive, tmp_path: Path, bounds: Bounds) -> None:
    original = derived("phone")
    made = copied(original.made, tmp_path)
    path = tmp_path / "proxy.mp4"
    path.write_bytes(path.read_bytes()[:-20_000])
    assert "proxy.duration" in failed(verify(made, original.facts, bounds=bounds))


def test_files_that_are_nothing_do_not_pass(derived: Derive, tmp_path: Path, bounds: Bounds) -> None:
    original = derived("quicktime")
    made = copied(original.made, tmp_path)
    for path in tmp_path.iterdir():
        if path.suffix in {".mp4", ".flac", ".jpg"}:
            path.write_bytes(b"nothing at all")
    assert failed(verify(made, original.facts, bounds=bounds)) == {
        *(f"{output}.{name}" for output in ("proxy", "web") for name in CHECKS[Output.PROXY]),
        "poster.picture",
        "storyboard.tiles",
        "audio.audio_format",
    }


def test_pictures_alone_need_no_process(derived: Derive, monkeypatch: pytest.MonkeyPatch, bounds: Bounds) -> None:
    original = derived("phone")
    poster = {Output.POSTER: original.made.renditions[Output.POSTER]}
    monkeypatch.setattr(verifying, "DECODE", ["false"])
    (outcome,) = verify(replace(original.made, renditions=poster), original.facts, bounds=bounds)
    assert outcome.passed


@pytest.mark.parametrize(
    ("command", "message"),
    [(["sh", "-c", "echo broken >&2; exit 1"], "broken"), (["echo", "{}"], "makes no sense")],
)
def test_a_check_that_breaks_may_be_tried_again(
    derived: Derive, monkeypatch: pytest.MonkeyPatch, bounds: Bounds, command: list[str], message: str
) -> None:
    original = derived("phone")
    monkeypatch.setattr(verifying, "DECODE", command)
    with pytest.raises(MediaToolFailed, match=message):
        verify(original.made, original.facts, bounds=bounds)


def test_every_check_says_what_it_holds_an_output_to():
    promises = [verifying.promise(output, name) for output, names in CHECKS.items() for name in names]

    assert all(promise.endswith(".") for promise in promises)
