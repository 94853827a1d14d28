from hypothesis import given
from hypothesis import strategies as some

from video_pipeline.media.tags import MAX_NAME, MAX_TAGS, MAX_VALUE, cleaned


def test_what_does_harm_is_left_out() -> None:
    assert cleaned({"Title": "a\0b\x07\u202egpj\u200b"}) == {"title": "abgpj"}


def test_lines_become_one() -> None:
    assert cleaned({"comment": "one\r\ntwo\tthree"}) == {"comment": "one  two three"}


def test_what_is_empty_afterwards_is_left_out() -> None:
    assert cleaned({"title": "\0", "\0": "x"}) == {}


def test_long_texts_and_many_tags_are_cut() -> None:
    tags = cleaned({f"{number:03}" + "n" * 100: "v" * 5000 for number in range(100)})
    assert len(tags) == MAX_TAGS
    assert {len(name) for name in tags} == {MAX_NAME}
    assert {len(value) for value in tags.values()} == {MAX_VALUE}


@given(some.dictionaries(some.text(), some.text(), max_size=5))
def test_whatever_it_is_a_database_can_store_it(tags: dict[str, str]) -> None:
    for text in [text for tag in cleaned(tags).items() for text in tag]:
        assert "\0" not in text
        assert text.encode("utf-8")
