"""Tags of a file: a stranger's text, made safe to store; it is still to be escaped wherever it is shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

MAX_TAGS = 64
MAX_NAME = 64
MAX_VALUE = 1000

# Control characters (NUL breaks databases), lone surrogates (no UTF-8), and formatting characters, of which some turn
# the direction of what stands after them.
UNSAFE = {"Cc", "Cs", "Cf"}


def cleaned(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags with names in lower case, without characters that do harm, shortened, and without empty ones."""
    safe = {_text(name, MAX_NAME).lower(): _text(value, MAX_VALUE) for name, value in tags.items()}
    return dict([(name, value) for name, value in safe.items() if name and value][:MAX_TAGS])


def _text(text: str, longest: int) -> str:
    shown = "".join(" " if character in "\r\n\t" else character for character in text)
    return "".join(character for character in shown if unicodedata.category(character) not in UNSAFE)[:longest].strip()
