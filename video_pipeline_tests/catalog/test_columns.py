from enum import StrEnum

import pytest
from sqlalchemy import Column, MetaData, Table, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from video_pipeline.catalog.columns import digest, identity, metadata, moment, word


class Answer(StrEnum):
    YES = "yes"
    NO = "no"


@pytest.fixture
def statement() -> str:
    table = Table(
        "answers",
        MetaData(naming_convention=metadata.naming_convention),
        identity(),
        Column("answer", word(Answer, constraint="answer"), nullable=False),
        Column("file_sha256", Text),
        moment("asked_at", now=True),
        moment("answered_at"),
        digest("file_sha256"),
    )
    return " ".join(str(CreateTable(table).compile(dialect=postgresql.dialect())).split())


def test_a_word_is_text_that_a_constraint_holds(statement: str) -> None:
    assert "answer VARCHAR(20) NOT NULL" in statement
    assert "CONSTRAINT ck_answers_answer CHECK (answer IN ('yes', 'no'))" in statement


def test_a_moment_is_set_by_the_database(statement: str) -> None:
    assert "asked_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL" in statement
    assert "answered_at TIMESTAMP WITH TIME ZONE," in statement


def test_an_id_is_given_by_the_database(statement: str) -> None:
    assert "id UUID DEFAULT gen_random_uuid() NOT NULL" in statement
    assert "CONSTRAINT pk_answers PRIMARY KEY (id)" in statement


def test_a_digest_is_hexadecimal(statement: str) -> None:
    assert "CONSTRAINT ck_answers_file_sha256_is_sha256 CHECK (file_sha256 ~ '^[0-9a-f]{64}$')" in statement
