"""Every file that must be refused, and what looks as bad and must not be: with which code, and with how much memory.

That a refusal comes in time is what limits of processor time see to: whatever takes longer is refused as `too_slow`,
which is the answer to two of these. The benchmark `refusals` says how long each takes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from video_pipeline_tests.media.matrix import examiner
from video_pipeline_tests.samples import SAMPLES, Samples
from video_pipeline_tests.samples.hostile import HOSTILE
from video_pipeline_tests.samples.unreasonable import UNREASONABLE

Answer: TypeAlias = dict[str, Any]
Examine: TypeAlias = Callable[..., Answer]

PEAK_BYTES = 512 * 1024**2
XML = b'<?xml version="1.0" encoding="UTF-8"?>\n'

PRETENDING = {
    "nothing": (b"", "empty_file"),
    "text": (b"Dear Sir or Madam,\n" * 100, "not_a_video"),
    "web page": (b"<!DOCTYPE html>\n<html><video src='https://example.org/clip.mp4'></video></html>", "not_a_video"),
    "XML": (XML + b"<project><clip/></project>", "not_a_video"),
    "SVG": (XML + b'<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/passwd"/></svg>', "picture"),
    "JPEG": (b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(500), "picture"),
    "PNG": (b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + bytes(500), "picture"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(500), "not_a_video"),
    "ZIP": (b"PK\x03\x04\x14\0\0\0\x08\0" + bytes(500), "archive"),
    "program": (b"\x7fELF\x02\x01\x01" + bytes(500), "not_a_video"),
    "noise": (bytes(range(256)) * 100, "not_a_video"),
    "HLS": (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "playlist"),
    "HLS of itself": (b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nclip.mp4\n", "playlist"),
    "HLS, half binary": (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n" + bytes(4), "playlist"),
    "HLS behind a box": (b"\0\0\0\x08free#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "incomplete"),
    "DASH": (XML + b'<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period/></MPD>', "playlist"),
    "ffconcat": (b"ffconcat version 1.0\nfile /etc/passwd\n", "playlist"),
    "SDP": (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nm=video 1 RTP/AVP 96\r\n", "playlist"),
    "IMF": (XML + b'<CompositionPlaylist xmlns="http://www.smpte-ra.org/schemas/2067-3/2016"/>', "playlist"),
}
REFUSED = {
    "song": "no_video",
    "bare_song": "no_video",
    "wave": "no_video",
    "flac": "no_video",
    "vorbis": "no_video",
    "m4a": "no_video",
    "sound": "no_video",
    "sound_in_matroska": "no_video",
    "covered": "no_video",
    "rushed": "frame_rate_too_high",
    "crowd": "too_many_streams",
    "party": "too_many_streams",
    "crowd_in_matroska": "too_many_streams",
    "five_hours": "too_long",
    "gap": "too_long",
    "gap_behind_a_short_header": "too_long",
    "broadcast": "container_not_accepted",
    "vast": "picture_too_large",
    "vast_behind_a_small_header": "picture_too_large",
    "grown_vast": "picture_too_large",
    "broken_off": "undecodable",
    "empty_index": "no_streams",
    "empty_movie": "no_streams",
    "piece": "incomplete",
    "endless_box": "no_streams",
    "stsz_of_2e9": "unreadable",
    "samples_of_a_byte": "undecodable",
    "fewer_samples_of_a_byte": "undecodable",
    "ctts_of_3e8": "too_many_streams",
    "stco_of_5e8": "undecodable",
    "deep": "unreadable",
    "many_boxes": "incomplete",
    "compressed_lie": "too_many_streams",
    "slow": "too_long",
    "endless_header": "unreadable",
    "endless_segment": "unreadable",
    "endless_void": "unreadable",
    "endless_text": "unreadable",
    "shuffled_chapters": "too_slow",
    "many_tags": "too_slow",
    "many_attachments": "too_many_streams",
    "avi_index": "undecodable",
    "avi_noise": "no_streams",
    "noise_in_matroska": "unreadable",
}
REFUSED_WHERE_SWITCHED_ON = {
    "noise_in_ts": "unreadable",
    "noise_in_ps": "unreadable",
    "noise_in_flv": "unreadable",
    "noise_in_mxf": "unreadable",
    "noise_in_asf": "unreadable",
    "crowd_in_ogg": "unreadable",
}
#: What its decoders read is what it is, whatever its header says, and what nobody reads does no harm.
TAKEN = {
    "hasty",
    "small_behind_a_vast_header",
    "stts_of_4e9",
    "compressed",
    "elsewhere",
    "no_clock",
    "chapters",
    "deep_tags",
    "nasty_tags",
    "attachment",
}


@pytest.fixture(scope="module")
def examine() -> Iterator[Examine]:
    """Asks the examiner about a file."""
    with subprocess.Popen(
        [sys.executable, examiner.__file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        questions, answers = process.stdin, process.stdout
        assert questions
        assert answers

        def ask(path: Path, *, everything: bool = False) -> Answer:
            questions.write(json.dumps({"path": str(path), "everything": everything}) + "\n")
            questions.flush()
            told: Answer = json.loads(answers.readline())
            assert told["peak_bytes"] <= PEAK_BYTES
            return told

        yield ask
        questions.close()


def at(name: str, samples: Samples, folder: Path) -> Path:
    """The file of a row, under a name that says nothing but video."""
    path = folder / "clip.mp4"
    hostile = HOSTILE.get(name)
    path.write_bytes(hostile.content(samples[hostile.source].read_bytes()) if hostile else samples[name].read_bytes())
    return path


def test_every_hostile_file_has_its_row() -> None:
    rows = {*REFUSED, *REFUSED_WHERE_SWITCHED_ON, *TAKEN}
    assert rows <= {*HOSTILE, *SAMPLES}
    assert {*HOSTILE, *UNREASONABLE} - {"tiny", "streamed"} <= rows


@pytest.mark.parametrize("name", PRETENDING)
def test_what_pretends_to_be_video(examine: Examine, tmp_path: Path, name: str) -> None:
    content, code = PRETENDING[name]
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    told = examine(path)
    assert told["code"] == code
    assert told["sentence"].endswith(".")


@pytest.mark.parametrize("name", REFUSED)
def test_what_must_be_refused(examine: Examine, samples: Samples, tmp_path: Path, name: str) -> None:
    told = examine(at(name, samples, tmp_path))
    assert told.get("code") == REFUSED[name], told
    assert told["sentence"].endswith(".")


@pytest.mark.parametrize("name", REFUSED_WHERE_SWITCHED_ON)
def test_what_must_be_refused_though_its_container_is_accepted(
    examine: Examine, samples: Samples, tmp_path: Path, name: str
) -> None:
    path = at(name, samples, tmp_path)
    assert examine(path)["code"] == "container_not_accepted"
    assert examine(path, everything=True)["code"] == REFUSED_WHERE_SWITCHED_ON[name]


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_what_looks_bad_and_does_no_harm(examine: Examine, samples: Samples, tmp_path: Path, name: str) -> None:
    told = examine(at(name, samples, tmp_path))
    assert told.get("warnings") == [], told
    assert told["seconds"] <= 10


def test_tags_are_taken_clean(examine: Examine, samples: Samples, tmp_path: Path) -> None:
    title = examine(at("nasty_tags", samples, tmp_path))["tags"]["title"]
    assert title.startswith("Agpj")
    assert title.isprintable()
    assert len(title) <= 1000
