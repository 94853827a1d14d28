from collections.abc import Callable
from itertools import pairwise

import pytest

from video_pipeline.media import evidence
from video_pipeline.media.graph import command
from video_pipeline.media.plan import plan
from video_pipeline.media.probe_child import facts_of
from video_pipeline.types import Output
from video_pipeline_tests.samples import Samples

Words = Callable[..., list[str]]


@pytest.fixture
def words(samples: Samples) -> Words:
    """The command that makes some outputs of a sample."""

    def build(sample: str, *outputs: Output, max_seconds: float = 600) -> list[str]:
        facts = facts_of(samples[sample])
        return command(plan(facts, frozenset(outputs)), samples[sample], facts, max_seconds=max_seconds)

    return build


def graph(command: list[str]) -> str:
    return command[command.index("-filter_complex") + 1]


def after(command: list[str], option: str) -> list[str]:
    return [value for word, value in pairwise(command) if word == option]


def test_one_input_and_one_decode_for_everything(words: Words) -> None:
    built = words("phone", *Output)
    assert built.count("-i") == 1
    assert graph(built).count("[0:0]") == 1
    assert graph(built).count("[0:1]") == 1


def test_only_what_is_asked_for_is_made(words: Words) -> None:
    built = words("phone", Output.AUDIO)
    assert built[-1] == "audio.flac"
    assert "[0:0]" not in graph(built)
    assert [word for word in words("phone", Output.PROXY) if word.endswith((".mp4", ".flac", ".raw"))][1:] == [
        "proxy.mp4"
    ]


def test_frames_are_dropped_before_they_are_scaled(words: Words) -> None:
    branches = graph(words("phone", Output.PROXY)).split(";")
    kinds = [branch.split("]")[1].split("=")[0] for branch in branches]
    assert kinds.index("fps") < kinds.index("scale")


def test_no_output_is_without_an_end(words: Words) -> None:
    built = words("phone", *Output, max_seconds=100)
    limits = sorted(int(frames) for frames in after(built, "-frames:v"))
    assert limits == [2, 2, 2500, evidence.MAX_LINES]  # poster, storyboard, scenes, the list of frames
    assert after(built, "-t") == ["100", "100", "101.0", "100"]  # proxy, web, the list of frames, audio


def test_nothing_of_who_filmed_it_is_kept(words: Words) -> None:
    built = words("phone", Output.PROXY, Output.WEB, Output.AUDIO)
    assert after(built, "-map_metadata") == after(built, "-map_chapters") == ["-1", "-1", "-1"]


def test_the_main_picture_and_the_default_sound_are_taken_by_number(words: Words) -> None:
    built = graph(words("two_languages", Output.PROXY))
    assert "[0:2]aresample" in built
    assert "[0:1]" not in built


@pytest.mark.parametrize(
    ("sample", "named"), [("phone", "bt709"), ("small", "smpte170m"), ("wide_gamut", None), ("odd", "smpte170m")]
)
def test_colours_that_nobody_named_are_named_by_size(words: Words, sample: str, named: str | None) -> None:
    built = graph(words(sample, Output.PROXY))
    assert ("setparams" in built) is (named is not None)
    assert named is None or f"colorspace={named}" in built


def test_only_fields_are_deinterlaced(words: Words) -> None:
    assert "bwdif" in graph(words("interlaced", Output.PROXY))
    assert "bwdif" not in graph(words("small", Output.PROXY))
