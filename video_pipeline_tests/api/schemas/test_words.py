from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from video_pipeline.api.schemas.words import Line, Moment, NewPassword, Password, Prose, Token


def accepted(kind: Any, text: object) -> bool:
    try:
        TypeAdapter(kind).validate_python(text)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("text", ["Ada", "  Ada  ", "Grace Hopper 🚢", "x" * 200, "-i", "مرحبا"])
def test_a_line_is_what_people_write(text):
    assert TypeAdapter(Line).validate_python(text) == text.strip()


@pytest.mark.parametrize("text", ["", "  ", "a\0b", "a\nb", "a\r\nb", "a\x1b[0mb", "x" * 201, "\ud800", None, 7])
def test_a_line_holds_nothing_that_could_do_harm(text):
    assert not accepted(Line, text)


def test_prose_has_lines_and_no_nul():
    assert TypeAdapter(Prose).validate_python("one\n\ttwo") == "one\n\ttwo"
    assert not accepted(Prose, "a\0b")
    assert not accepted(Prose, "\ud800")


def test_a_moment_is_written_out_with_its_offset():
    assert TypeAdapter(Moment).validate_python("2026-05-04T10:00:00+02:00").isoformat() == "2026-05-04T10:00:00+02:00"
    assert not accepted(Moment, "2026-05-04T10:00:00")


@pytest.mark.parametrize("number", [0, 1.5, False, "0", "-1.5", "1760000000", "1.76e9", " 7 "])
def test_a_number_is_no_moment(number):
    assert not accepted(Moment, number)


def test_secrets_do_not_show():
    for kind in (Password, NewPassword, Token):
        assert "battery" not in repr(TypeAdapter(kind).validate_python("correct horse battery"))


@pytest.mark.parametrize(
    ("kind", "length"), [(Password, 1), (Password, 1024), (NewPassword, 12), (NewPassword, 1024), (Token, 200)]
)
def test_secrets_may_be_long_and_new_passwords_must(kind, length):
    shortest = {Password: 1, NewPassword: 12, Token: 1}[kind]

    assert accepted(kind, "x" * length)
    assert not accepted(kind, "x" * (shortest - 1))
    assert not accepted(kind, "x" * 1025)
    assert not accepted(kind, "\ud800" * shortest)
