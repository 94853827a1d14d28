from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from video_pipeline.errors import RequestRefused
from video_pipeline.media.checks import EXTENSIONS
from video_pipeline.types import Container
from video_pipeline.uploads.names import extension_of, media_type
from video_pipeline_tests.uploads.conftest import LIMITS

EVERYTHING = replace(LIMITS, containers=frozenset(Container))


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_every_extension_agrees_with_the_type_that_its_format_is_served_as(extension):
    assert extension_of(f"a.{extension.upper()}", EXTENSIONS[extension].content_type, EVERYTHING) == extension


@pytest.mark.parametrize(
    ("name", "mime_type"),
    [("a.mkv", "video/x-matroska"), ("a.m4v", "video/x-m4v"), ("a.3gp", "video/3gpp"), ("a.avi", "video/avi")],
)
def test_types_by_which_browsers_know_a_format_agree_as_well(name, mime_type):
    assert extension_of(name, f"{mime_type.upper()}; codecs=x", LIMITS)


@pytest.mark.parametrize("mime_type", ["video/quicktime", "application/octet-stream", "", "text/html"])
def test_a_type_that_is_another_formats_or_none_does_not(mime_type):
    with pytest.raises(RequestRefused, match="does not agree"):
        extension_of("a.mp4", mime_type, LIMITS)


def test_a_site_that_takes_some_extensions_is_told_by_name():
    with pytest.raises(RequestRefused, match=r"accepted: \.mp4\."):
        extension_of("a.m4v", "video/mp4", replace(LIMITS, extensions=frozenset({"mp4"})))


def test_a_name_has_as_many_bytes_as_a_file_system_holds():
    assert extension_of("a" * 251 + ".mp4", "video/mp4", LIMITS)
    with pytest.raises(RequestRefused, match="255"):
        extension_of("ä" * 126 + ".mp4", "video/mp4", LIMITS)


def test_parameters_are_no_part_of_a_type():
    assert media_type(" Video/MP4 ; codecs=avc1") == "video/mp4"


NAMES = some.text(some.characters(codec=None), max_size=300)


@given(NAMES, some.sampled_from(["", *(f".{name}" for name in EXTENSIONS)]), some.text(max_size=30))
def test_whatever_a_client_says_of_a_file_is_taken_or_refused(name, suffix, mime_type):
    known = EXTENSIONS.get(suffix.removeprefix("."))
    for said in (mime_type, known.content_type if known else ""):
        try:
            extension = extension_of(name + suffix, said, EVERYTHING)
        except RequestRefused:
            continue
        assert EXTENSIONS[extension]
        assert (name + suffix).lower().endswith(f".{extension}")
        assert not set(name) & set("/\\\0\r\n\u202e")
        (name + suffix).encode()  # text that a database takes
