"""What lies in the catalog as JSON: media facts and findings, written and read back as our own types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from pydantic import TypeAdapter
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from video_pipeline.types import Finding, MediaFacts, Severity

_FACTS: TypeAdapter[MediaFacts] = TypeAdapter(MediaFacts)


def facts_to_json(facts: MediaFacts) -> dict[str, Any]:
    """Media facts as JSON; a fraction becomes a string such as `30000/1001`, so that it comes back exact."""
    return cast("dict[str, Any]", _FACTS.dump_python(facts, mode="json"))


def facts_from_json(document: dict[str, Any]) -> MediaFacts:
    """The media facts that `facts_to_json` wrote; names that a newer version added are passed over.

    Raises:
        pydantic.ValidationError: the document is no set of media facts.
    """
    return _FACTS.validate_python(document)


class MediaFactsJson(TypeDecorator[MediaFacts]):
    """A JSONB column that holds `MediaFacts`."""

    impl = JSONB(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: MediaFacts | None, dialect: Dialect) -> dict[str, Any] | None:  # noqa: ARG002
        """Write facts as JSON."""
        return None if value is None else facts_to_json(value)

    def process_result_value(self, value: dict[str, Any] | None, dialect: Dialect) -> MediaFacts | None:  # noqa: ARG002
        """Read facts from JSON."""
        return None if value is None else facts_from_json(value)


class WarningsJson(TypeDecorator[tuple[Finding, ...]]):
    """A JSONB column that holds the findings a file was accepted with, as a list of codes and sentences."""

    impl = JSONB
    cache_ok = True

    def process_bind_param(self, value: Sequence[Finding] | None, dialect: Dialect) -> list[dict[str, str]]:  # noqa: ARG002
        """Write findings as JSON; their severity is what the column is for."""
        return [{"code": finding.code, "sentence": finding.sentence} for finding in value or ()]

    def process_result_value(self, value: list[dict[str, str]] | None, dialect: Dialect) -> tuple[Finding, ...]:  # noqa: ARG002
        """Read findings from JSON."""
        return tuple(Finding(entry["code"], entry["sentence"], Severity.WARN) for entry in value or ())
