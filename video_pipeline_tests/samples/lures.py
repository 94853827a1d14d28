"""Files that are named as video and point elsewhere: playlists, manifests, and a movie whose media lie in another file.

The options of each are those with which an ffmpeg follows it, as people use them who found that theirs did not.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

from video_pipeline_tests.samples.making import H264, ffmpeg, picture

Content = Callable[[Path, str], bytes]
"""Makes a file, given another file and an address on the network to point at."""


@dataclass(frozen=True)
class Lure:
    """A file that points at a file, or at an address; `careless` is what makes an ffmpeg go there."""

    content: Content
    careless: tuple[str, ...]
    points_at: str = "file"
    name: str = "canary.ts"


_ANYWHERE = ("-protocol_whitelist", "file,crypto,data,concat,http,tcp,udp,rtp")
_ANY_NAME = ("-allowed_extensions", "ALL", "-allowed_segment_extensions", "ALL", "-extension_picky", "0")
HLS = ("-f", "hls", *_ANYWHERE, *_ANY_NAME)


def _hls(segment: str, *tags: str) -> bytes:
    """RFC 8216."""
    return "\n".join(("#EXTM3U", "#EXT-X-TARGETDURATION:1", *tags, "#EXTINF:1,", segment, "#EXT-X-ENDLIST\n")).encode()


def _master(playlist: str) -> bytes:
    return f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{playlist}\n".encode()


def _mpd(address: str) -> bytes:
    """ISO/IEC 23009-1: one representation of one segment."""
    return (
        '<?xml version="1.0"?>'
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT1S" '
        'profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period>'
        '<AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1" width="16" height="16">'
        f'<BaseURL>{address}</BaseURL><SegmentBase indexRange="0-1"><Initialization range="0-1"/></SegmentBase>'
        "</Representation></AdaptationSet></Period></MPD>"
    ).encode()


def _ffconcat(address: object) -> bytes:
    return f"ffconcat version 1.0\nfile {address}\n".encode()


def _sdp(_: Path, address: str) -> bytes:
    """RFC 8866: a stream of RTP, for which whoever plays it opens a port."""
    port = address.rpartition(":")[2].partition("/")[0]
    return (
        f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {port} RTP/AVP 96\n"
        "a=rtpmap:96 H264/90000\n"
    ).encode()


def _composition(_: Path, __: str) -> bytes:
    """SMPTE ST 2067-3: where its parts lie stands in a file of a fixed name beside it."""
    return (
        b'<?xml version="1.0"?><CompositionPlaylist xmlns="http://www.smpte-ra.org/schemas/2067-3/2016">'
        b"<Id>urn:uuid:00000000-0000-0000-0000-000000000001</Id><ContentTitle>-</ContentTitle>"
        b"<EditRate>25 1</EditRate><SegmentList></SegmentList></CompositionPlaylist>"
    )


def _movie(target: Path, _: str) -> bytes:
    """A QuickTime movie whose data reference is an alias: its media are said to lie in the other file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "movie.mov"
        ffmpeg(*picture("64x64", 0.2), *H264, str(path))
        movie = path.read_bytes()
    own = b"\0\0\0\x0curl \0\0\0\1"  # "in this file"
    alias = _alias(str(target).encode())
    for kind in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):  # each holds the next, and grows with it
        start = movie.index(kind) - 4
        size = int.from_bytes(movie[start : start + 4], "big") + len(alias) - len(own)
        movie = movie[:start] + size.to_bytes(4, "big") + movie[start + 4 :]
    return movie.replace(own, alias, 1)


def _alias(path: bytes) -> bytes:
    """An alias record as FFmpeg's `mov_read_dref` takes it apart: one level up, one down, and an absolute path."""
    path += bytes(len(path) % 2)
    record = bytes(10 + 1 + 27 + 12 + 1 + 63 + 16) + struct.pack(">HH", 1, 1) + bytes(16)
    record += struct.pack(">HH", 2, len(path)) + path + struct.pack(">HH", 0xFFFF, 0)
    return struct.pack(">I4sI", len(record) + 12, b"alis", 0) + record


LURES: Mapping[str, Lure] = MappingProxyType(
    {
        "hls_absolute": Lure(lambda file, _: _hls(str(file)), HLS),
        "hls_file_address": Lure(lambda file, _: _hls(f"file://{file}"), HLS),
        "hls_relative": Lure(lambda file, _: _hls(file.name), HLS),
        "hls_key": Lure(lambda file, _: _hls("1.ts", f'#EXT-X-KEY:METHOD=AES-128,URI="{file}"'), HLS),
        "hls_map": Lure(lambda file, _: _hls("1.ts", f'#EXT-X-MAP:URI="{file}"'), HLS),
        "hls_http": Lure(lambda _, address: _hls(address), HLS, "network"),
        "hls_master_http": Lure(lambda _, address: _master(address), HLS, "network"),
        "dash_file_address": Lure(lambda file, _: _mpd(f"file://{file}"), _ANYWHERE),
        "dash_relative": Lure(lambda file, _: _mpd(file.name), _ANYWHERE),
        "dash_http": Lure(lambda _, address: _mpd(address), _ANYWHERE, "network"),
        "ffconcat_absolute": Lure(lambda file, _: _ffconcat(file), ("-safe", "0")),
        "ffconcat_relative": Lure(lambda file, _: _ffconcat(file.name), ()),
        "ffconcat_http": Lure(lambda _, address: _ffconcat(address), ("-safe", "0", *_ANYWHERE), "network"),
        "sdp": Lure(_sdp, _ANYWHERE, "socket"),
        "imf": Lure(_composition, ("-strict", "experimental"), name="ASSETMAP.xml"),
        "mov_alias": Lure(_movie, ("-enable_drefs", "1")),
    }
)


def circle(name: str) -> bytes:
    """A live playlist whose only segment is itself, under the name it has: whoever plays it never ends."""
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{name}\n".encode()
