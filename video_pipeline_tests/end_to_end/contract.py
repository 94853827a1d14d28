"""Whether an API keeps the contract that it publishes: schemathesis reads it, asks everything in it, and judges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

EVERY_METHOD = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "PATCH", "TRACE"]

AS_THEY_ARE = [
    # 503 is how it says that something is missing.
    {"include-path": "/readyz", "checks": {"not_a_server_error": {"expected-statuses": ["2xx", "4xx", "503"]}}},
    # GET is answered as well: "complete" is no number of a part, and the next operation says so.
    {"include-path": "/s3/multipart/{upload_id}/complete", "checks": {"allow_header_conformance": {"enabled": False}}},
]

#: 413 says that a body is too large to be looked at, whatever else is wrong with it.
REFUSING = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429"]

#: Longer ones (in bytes) never reach the application: the HTTP parser refuses them, in plain text.
LONGEST_ADDRESS = 65_535


@dataclass
class Verdict:
    """What was asked, by the operation's name and the status of the answer, and each kind of thing that was wrong."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    faults: dict[tuple[str, str], str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def take(self, event: events.EngineEvent) -> None:
        """Add what an event tells."""
        if isinstance(event, events.NonFatalError | events.FatalError):
            self.errors.append(repr(event))
        if isinstance(event, events.ScenarioFinished):
            self._take(event.recorder)

    def _take(self, recorder: Any) -> None:
        for exchange in recorder.interactions.values():
            if exchange.response is not None:
                self.answers[recorder.label, exchange.response.status_code] += 1
        for case_id, checks in recorder.checks.items():
            if not _unread(recorder.interactions.get(case_id)):
                self._judge(recorder.label, checks)

    def _judge(self, label: str, checks: Iterable[Any]) -> None:
        for check in checks:
            if check.failure_info is not None:
                told = f"{check.failure_info.failure}\n{check.failure_info.code_sample}"
                self.faults.setdefault((label, check.name), told)

    def succeeded(self) -> set[str]:
        """The operations that did what they are for, at least once."""
        return {name for name, status in self.answers if status < 400}


def _unread(exchange: Any) -> bool:
    """Whether the application was never asked: the parser before it refused an address that was too long."""
    answer = exchange and exchange.response
    return bool(answer) and answer.status_code == HTTPStatus.BAD_REQUEST and len(exchange.request.uri) > LONGEST_ADDRESS


def judge(
    address: str,
    *,
    examples: int,
    token: str | None = None,
    modes: str = "all",
    methods: Sequence[str] = EVERY_METHOD,
    operations: Sequence[Mapping[str, Any]] = (),
    only: str = "",
) -> Verdict:
    """Ask the API at `address` for all that its contract has, as far as its path matches `only`.

    Every operation gets its own examples, what lies at the bounds of its parameters and bodies, and what does not keep
    to them, as `modes` says; then as many `examples` drawn at random, always the same ones. What they need to find
    something may be given in `operations`, as schemathesis' configuration has it; ids in answers it uses by itself.
    """
    config = SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "headers": {} if token is None else {"Authorization": f"Bearer {token}"},
            "request-timeout": 20,
            "max-stream-events": 1,  # a stream of a video that changes no more has no second one
            "continue-on-failure": True,
            "generation": {"mode": modes, "max-examples": examples, "deterministic": True, "database": "none"},
            "phases": {"coverage": {"unexpected-methods": list(methods)}, "stateful": {"enabled": False}},
            # What a schema allows may still be refused: ids that nobody has, moments before there were cameras.
            "checks": {
                "positive_data_acceptance": {"enabled": False},
                "negative_data_rejection": {"expected-statuses": REFUSING},
            },
            "operations": [*AS_THEY_ARE, {"exclude-path-regex": only, "enabled": False}, *map(dict, operations)],
        }
    )
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json", config=config)
    verdict = Verdict()
    for event in from_schema(schema).execute():
        verdict.take(event)
    return verdict
