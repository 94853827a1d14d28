"""Text as requests may hold it."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, SecretStr, StringConstraints

_NUMBER = re.compile(r"\s*[+-]?[\d_.]+(e[+-]?\d+)?\s*", re.IGNORECASE)

Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
]
"""One line for people to read, with nothing in it that a terminal, a header or the database would stumble over."""

Prose = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
"""Text of any kind and of several lines; only NUL cannot be in it, which PostgreSQL does not hold."""


def _written_out(moment: object) -> object:
    """A number counts seconds or milliseconds for pydantic, by its size, and moments for nobody else."""
    if isinstance(moment, int | float) or (isinstance(moment, str) and _NUMBER.fullmatch(moment)):
        raise ValueError("a moment is written as in RFC 3339, 2026-05-04T10:00:00Z")
    return moment


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out)]
"""A moment, of which it is said how far its clock is from UTC."""


def _unicode(secret: SecretStr) -> SecretStr:
    """JSON can hold half a character, which no hash can be made of."""
    try:
        secret.get_secret_value().encode()
    except UnicodeEncodeError as error:
        raise ValueError("is not Unicode") from error
    return secret


Password = Annotated[SecretStr, Field(min_length=1, max_length=1024), AfterValidator(_unicode)]
"""A password that was chosen some time ago, by whatever rules held then."""

NewPassword = Annotated[
    SecretStr,
    Field(min_length=12, max_length=1024, examples=["correct horse battery staple"]),
    AfterValidator(_unicode),
]
"""Length is all that is asked of it (NIST SP 800-63B, section 3.1.1.2)."""

Token = Annotated[SecretStr, Field(min_length=1, max_length=200), AfterValidator(_unicode)]
"""A random token that was given out once."""
