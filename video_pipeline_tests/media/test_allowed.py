import av
import pytest

from video_pipeline.media.allowed import (
    AUDIO_DECODERS,
    DEMUXERS,
    VIDEO_CODECS,
    VIDEO_DECODERS,
    demuxer_options,
)
from video_pipeline.media.ffmpeg import executable
from video_pipeline.media.process import Bounds, run
from video_pipeline.types import Container


def listed(what: str) -> set[str]:
    """The second word of every line that ffmpeg lists."""
    ended = run(
        [executable(), "-hide_banner", what], bounds=Bounds(wall_seconds=30), read_stdout=lambda stdout: stdout.read()
    )
    words = (line.split() for line in ended.output.decode().splitlines())
    return {name for word in words if len(word) > 1 for name in word[1].split(",")}


def test_every_demuxer_is_one_that_both_ffmpegs_have() -> None:
    known = {part for format_ in av.formats_available for part in format_.split(",")}
    assert set(DEMUXERS.values()) <= listed("-demuxers") & known


def test_every_container_has_the_demuxer_that_opens_it() -> None:
    assert set(DEMUXERS) == set(Container)


@pytest.mark.parametrize("name", sorted(VIDEO_DECODERS | AUDIO_DECODERS))
def test_every_decoder_is_one_that_pyav_has(name: str) -> None:
    assert av.Codec(name, "r").name == name


def test_every_decoder_is_one_that_ffmpeg_has() -> None:
    assert (VIDEO_DECODERS | AUDIO_DECODERS) - listed("-decoders") == set()


def test_codecs_are_what_the_decoders_decode() -> None:
    assert {av.Codec(name, "r").canonical_name for name in VIDEO_DECODERS} == VIDEO_CODECS


@pytest.mark.parametrize("demuxer", sorted(set(DEMUXERS.values())))
def test_a_file_is_opened_by_one_demuxer_and_nothing_but_itself_is_reached(demuxer: str) -> None:
    options = demuxer_options(demuxer)
    assert options["format_whitelist"] == demuxer
    assert options["protocol_whitelist"] == "file,pipe"


def test_nothing_that_opens_other_files_may_open_one() -> None:
    assert not set(DEMUXERS.values()) & {"hls", "concat", "dash", "sdp", "imf", "image2"}


def test_references_to_other_files_are_not_followed() -> None:
    assert demuxer_options("mov").items() >= {"enable_drefs": "0", "use_absolute_path": "0"}.items()
    assert "enable_drefs" not in demuxer_options("avi")
