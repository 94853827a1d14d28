"""Receivers as the settings describe them."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import NoDecode

from video_pipeline.addresses import is_private
from video_pipeline.catalog.alerting import EVENTS

_FAMILIES = {event.partition(".")[0] + ".*" for event in EVENTS}


def _private(url: SecretStr) -> SecretStr:
    if url.get_secret_value() and not is_private(url.get_secret_value()):
        raise ValueError("must be an https address, unless it is on this machine")
    return url


def _secret(secret: SecretStr) -> SecretStr:
    """A secret as Standard Webhooks has it: `whsec_` and 24 to 64 bytes in base64."""
    prefix, _, encoded = secret.get_secret_value().partition("_")
    try:
        size = len(base64.b64decode(encoded, validate=True))
    except binascii.Error:
        size = 0
    if prefix != "whsec" or not 24 <= size <= 64:
        raise ValueError("must be `whsec_` and 24 to 64 random bytes in base64")
    return secret


def _known(event: str) -> str:
    if event not in EVENTS and event not in _FAMILIES:
        raise ValueError(f"there are {', '.join([*EVENTS, *sorted(_FAMILIES)])}")
    return event


def _listed(words: object) -> object:
    """What a text means as JSON; its own words stay out of messages, for secrets are among them."""
    if not isinstance(words, str):
        return words
    try:
        return json.loads(words)
    except ValueError as error:
        raise ValueError("must be a list as JSON") from error


PrivateAddress = Annotated[SecretStr, AfterValidator(_private)]
"""An address that secrets may go to, which may be one itself; or nothing."""


class Endpoint(BaseModel):
    """A receiver of webhooks. What waits for it knows its name alone, so that address and secrets can change."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    url: Annotated[PrivateAddress, Field(min_length=1)]
    secrets: Annotated[tuple[Annotated[SecretStr, AfterValidator(_secret)], ...], Field(min_length=1)]
    types: tuple[Annotated[str, AfterValidator(_known)], ...] = ()


def _different(endpoints: tuple[Endpoint, ...]) -> tuple[Endpoint, ...]:
    if len({endpoint.name for endpoint in endpoints}) < len(endpoints):
        raise ValueError("every receiver needs a name of its own")
    return endpoints


Endpoints = Annotated[tuple[Endpoint, ...], NoDecode, BeforeValidator(_listed), AfterValidator(_different)]
"""Any number of receivers; a text is read as JSON."""
