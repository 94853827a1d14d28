"""Rewrites the tables in docs/ that are made from the code: `make docs`. With --check it only compares.

A table stands between two markers, `<!-- table: NAME -->` and `<!-- end of table -->`; what is written between them
by hand is lost.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from media_tables import TABLES as MEDIA_TABLES
from media_tables import default, table
from pydantic.fields import FieldInfo

from video_pipeline.catalog.alerting import EVENTS
from video_pipeline.cli.app import MODULES, load
from video_pipeline.config import Settings
from video_pipeline.errors import Permanent, PipelineError, Retryable

DOCS = Path(__file__).parent

#: Defaults that differ from machine to machine, in words.
DEPENDS_ON_MACHINE = {
    "work_dir": "`video-pipeline` in the system's temporary folder",
    "worker_concurrency": "the number of processors",
}

_TABLE = re.compile(r"(?P<head><!-- table: (?P<name>[a-z]+) -->\n)(?:(?!<!--).*\n)*(?P<tail><!-- end of table -->)")


def settings() -> str:
    """Every field of `config.Settings` as the environment variable it is."""
    rows = ((f"`{name.upper()}`", _default(name, field), field.description or "") for name, field in _fields())
    return table(("Variable", "Default", "Meaning"), rows)


def _fields() -> Iterable[tuple[str, FieldInfo]]:
    return Settings.model_fields.items()


def _default(name: str, field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if name in DEPENDS_ON_MACHINE:
        return DEPENDS_ON_MACHINE[name]
    return default(name)


def commands() -> str:
    """Every command of `video-pipeline` with the first sentence of its help."""
    rows = ((f"`video-pipeline {name}`", load(name).get_short_help_str(limit=300)) for name in sorted(MODULES))
    return table(("Command", "What it does"), rows)


def errors() -> str:
    """Every error that has a code, the permanent ones first."""
    rows = (
        (f"`{error.code}`", (error.__doc__ or "").splitlines()[0], "yes" if issubclass(error, Retryable) else "no")
        for root in (Permanent, Retryable)
        for error in _tree(root)
    )
    return table(("Code", "What happened", "Retried"), rows)


def _tree(root: type[PipelineError]) -> Iterator[type[PipelineError]]:
    for error in root.__subclasses__():
        yield error
        yield from _tree(error)


def events() -> str:
    """Every type of event that is told to the outside."""
    return table(("Type", "What it tells"), ((f"`{event}`", meaning) for event, meaning in EVENTS.items()))


TABLES: dict[str, Callable[[], str]] = {
    "settings": settings,
    "commands": commands,
    "errors": errors,
    "events": events,
    **MEDIA_TABLES,
}


def rewritten(text: str) -> str:
    """`text` with every table in it made anew."""
    return _TABLE.sub(lambda match: f"{match['head']}{TABLES[match['name']]()}\n{match['tail']}", text)


def stale() -> dict[Path, str]:
    """The pages that do not say what the code says, each with the text it should have."""
    texts = {page: page.read_text(encoding="utf-8") for page in sorted(DOCS.rglob("*.md"))}
    return {page: rewritten(text) for page, text in texts.items() if rewritten(text) != text}


def main(arguments: list[str]) -> int:
    """Rewrite the stale pages, or with --check name them; the exit code."""
    only_check = "--check" in arguments
    found = stale()
    for page, text in found.items():
        if not only_check:
            page.write_text(text, encoding="utf-8")
        verdict = "stale, run `make docs`" if only_check else "rewritten"
        sys.stdout.write(f"{page.relative_to(DOCS.parent)}: {verdict}\n")
    return 1 if only_check and found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
