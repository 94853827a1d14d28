import pytest

from video_pipeline.media.impostors import IMPOSTORS
from video_pipeline.media.sniff import HEAD_BYTES

XML = b'<?xml version="1.0"?>\n<!-- made by hand --> <!-- twice -->\n'

KNOWN = {
    b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n": "playlist",
    b"\xef\xbb\xbf\n#EXTM3U\n": "playlist",
    b"ffconcat version 1.0\nfile other.mp4\n": "playlist",
    b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n": "playlist",
    b"[playlist]\nFile1=a.mp4\n": "playlist",
    XML + b'<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">': "playlist",
    XML + b'<CompositionPlaylist xmlns="http://www.smpte-ra.org/schemas/2067-3/2016">': "playlist",
    XML + b'<ns:PackingList xmlns:ns="x">': "playlist",
    b'<ASX version="3.0">': "playlist",
    XML + b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">\n<svg>': "picture",
    b'<svg xmlns="http://www.w3.org/2000/svg"/>': "picture",
    b"<!DOCTYPE html>\n<title>404</title>": "not_a_video",
    b"<html><body>": "not_a_video",
    b"\xff\xd8\xff\xe0\0\x10JFIF": "picture",
    b"\x89PNG\r\n\x1a\n": "picture",
    b"RIFF\x10\0\0\0WEBPVP8 ": "picture",
    b"\0\0\0\x1cftypheic": "picture",
    b"\0\0\0\x1cftypavif": "picture",
    b"\0\0\0\x0cjP  \r\n\x87\n": "picture",
    b"PK\x03\x04\x14\0": "archive",
    b"\xfd7zXZ\0": "archive",
    bytes(257) + b"ustar\x0000": "archive",
    b"ID3\x04\0\0": "no_video",
    b"\xff\xfb\x90\x64": "no_video",
    b"\xff\xf1\x50\x80": "no_video",
    b"RIFF\x10\0\0\0WAVEfmt ": "no_video",
    b"OggS\0\x02" + bytes(20) + b"\x01\x13OpusHead": "no_video",
    b"OggS\0\x02" + bytes(20) + b"\x01\x1e\x01vorbis": "no_video",
    b"%PDF-1.7\n": "not_a_video",
    b"\x7fELF\x02\x01\x01": "not_a_video",
    b"MZ" + bytes(120) + b"PE\0\0": "not_a_video",
    b"#!/bin/sh\n": "not_a_video",
}


def told(head: bytes) -> str | None:
    """The code of the first impostor that a file with this head is taken for."""
    return next((known.finding.code for known in IMPOSTORS if known.pattern.match(head)), None)


@pytest.mark.parametrize("head", KNOWN)
def test_what_is_no_video_is_told_by_name(head: bytes) -> None:
    assert told(head) == KNOWN[head]


@pytest.mark.parametrize(
    "head",
    [
        b"RIFF\x10\0\0\0AVI LIST",
        b"\0\0\0\x1cftypM4A ",  # a brand alone does not say that there is no picture
        b"OggS\0\x02" + bytes(20) + b"\x01\x13OpusHead" + bytes(40) + b"OggS\0\x02" + bytes(20) + b"\x2a\x80theora",
        b"\x1a\x45\xdf\xa3",
        b"\0\0\x01\xba",
    ],
)
def test_what_may_be_video_is_none_of_them(head: bytes) -> None:
    assert told(head) is None


@pytest.mark.parametrize(
    "repeated", [b"<!-- -->", b"<!--", b"-->", b"<?xml ", b" \n", b"<?xml?><!---->", b"OggS", b"MZ"]
)
def test_a_head_that_repeats_itself_is_looked_at_once(repeated: bytes) -> None:
    assert told((repeated * HEAD_BYTES)[:HEAD_BYTES]) is None  # for ever, were a group to be tried in every way


def test_every_sentence_is_one() -> None:
    assert all(known.finding.sentence.endswith(".") for known in IMPOSTORS)
