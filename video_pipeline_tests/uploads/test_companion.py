from dataclasses import replace

import pytest

from video_pipeline.errors import DuplicateVideo, NotFound, RequestRefused
from video_pipeline.storage.objects import MIB
from video_pipeline.uploads import companion
from video_pipeline_tests.senders import put


def test_a_form_reserves_the_most_that_it_may_send(engine, direct, caller, file, limits):
    form = companion.begin_form(engine, direct, caller, replace(file, mime_type="VIDEO/mp4; x"), defaults=limits)

    assert (form.method, form.fields["Content-Type"]) == ("POST", "video/mp4")


def test_the_same_bytes_point_at_the_video_that_has_them(engine, direct, caller, file, limits):
    same = replace(file, sha256="a" * 64)
    upload = companion.begin_parts(engine, direct, caller, same, defaults=limits)

    with pytest.raises(DuplicateVideo) as found:
        companion.begin_form(engine, direct, caller, same, defaults=limits)

    assert found.value.original_id == upload.video_id


def test_an_upload_is_named_by_its_key_and_its_id_by_its_owner(engine, direct, caller, file, limits):
    upload = companion.begin_parts(engine, direct, caller, file, defaults=limits)
    names = {"key": upload.key, "upload_id": upload.multipart_id or ""}

    assert companion.video_of(engine, caller, **names) == upload.video_id
    with pytest.raises(NotFound):
        companion.video_of(engine, replace(caller, user_id=upload.video_id), **names)
    with pytest.raises(NotFound):
        companion.video_of(engine, caller, key=upload.key, upload_id="")


def test_no_address_is_made_once_as_much_has_come_as_may(engine, direct, caller, file, limits):
    narrow = replace(limits, max_file_bytes=5 * MIB)
    upload = companion.begin_parts(engine, direct, caller, replace(file, size_bytes=None), defaults=narrow)

    def sign(number):
        return companion.sign_within_limits(engine, direct, caller, upload.video_id, [number], defaults=narrow)

    assert put(sign(1)[1], bytes(5 * MIB)).status == 200
    assert sign(1)  # it may be sent again
    with pytest.raises(RequestRefused, match="as many have come"):
        sign(2)
