from dataclasses import replace
from pathlib import Path

import ffmpeg as builder
import imageio_ffmpeg
import pytest

from video_pipeline.errors import MediaToolFailed
from video_pipeline.media.ffmpeg import GROWTH_PIXELS, executable, max_pixels, prefix, source
from video_pipeline.media.probe_child import facts_of
from video_pipeline.types import MediaFacts
from video_pipeline_tests.samples import Samples


def words(path: Path, facts: MediaFacts) -> list[str]:
    """The arguments of a command that reads `path` and does nothing."""
    output = builder.output(source(path, facts)["0"], "-", format="null")
    return list(output.compile(cmd=prefix(log_level="error")))


def test_a_stranger_is_opened_behind_all_guards(samples: Samples) -> None:
    command = words(samples["phone"], facts_of(samples["phone"]))
    guards = command[: command.index("-i")]
    assert guards[guards.index("-f") + 1] == guards[guards.index("-format_whitelist") + 1] == "mov"
    for guard in ("-format_whitelist", "-codec_whitelist", "-protocol_whitelist", "-max_pixels", "-max_streams"):
        assert guard in guards
    assert {"-enable_drefs", "-use_absolute_path"} <= set(guards)
    assert "-nostdin" in guards


def test_options_of_mov_are_not_given_to_others(samples: Samples) -> None:
    assert "-enable_drefs" not in words(samples["webm"], facts_of(samples["webm"]))


def test_what_is_in_no_known_container_is_opened_by_nobody(samples: Samples) -> None:
    with pytest.raises(ValueError, match="container is not known"):
        source(samples["phone"], replace(facts_of(samples["phone"]), container=None))


def test_a_name_is_never_an_option_or_an_address(samples: Samples) -> None:
    command = words(Path("-i http:x.mp4"), facts_of(samples["phone"]))
    assert command[command.index("-i") + 1] == f"file:{Path.cwd()}/-i http:x.mp4"


def test_a_picture_may_grow_to_uhd_but_not_without_end(samples: Samples) -> None:
    facts = facts_of(samples["phone"])
    assert facts.video is not None
    assert max_pixels(facts) == GROWTH_PIXELS
    huge = replace(facts, video=replace(facts.video, coded_width=8000, coded_height=6001))
    assert max_pixels(huge) == 8000 * 6016
    assert max_pixels(replace(facts, video=None)) == GROWTH_PIXELS


def test_without_ffmpeg_the_message_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> str:
        raise RuntimeError("No ffmpeg exe could be found.")

    executable.cache_clear()
    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", absent)
    with pytest.raises(MediaToolFailed, match="No ffmpeg was found"):
        executable()
    executable.cache_clear()
