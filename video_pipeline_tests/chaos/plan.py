"""What is tried in a round: who sends what, when, and what goes wrong meanwhile; all of it follows from its name."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

UPLOADS = 20
SENDING_SECONDS = 25.0
"""In which all uploads begin, and as much longer as faults last: none is to meet only what has ended already."""
TROUBLED_SECONDS = 45.0
"""Until when faults begin, one after the other; by then the last videos are in work."""


class Way(StrEnum):
    """How a file comes in."""

    CLIENT = "client"  # as `video-pipeline upload` sends: checksum announced, in parts, goes on where it broke off
    PLAIN = "plain"  # as a small script does: announced without a checksum, one PUT
    DROP = "drop"  # as a camera does: straight into the bucket


class Kind(StrEnum):
    """What a file is."""

    MP4 = "mp4"
    MKV = "mkv"
    WEBM = "webm"
    LARGE = "large"  # of several parts
    LONG = "long"  # whose transcode takes a while
    TRUNCATED = "truncated"
    TEXT = "text"
    HOLES = "holes"

    @property
    def is_good(self) -> bool:
        """Whether it is to become a video."""
        return self not in {Kind.TRUNCATED, Kind.TEXT, Kind.HOLES}


class Fault(StrEnum):
    """What goes wrong."""

    WORKER_CHILD = "worker-child"
    WORKER = "worker"
    DAEMON = "daemon"
    CODE_SERVER = "code-server"
    WEBSERVER = "webserver"
    API = "api"
    POSTGRES = "postgres"
    STORE = "store"
    BROKER = "broker"
    BROKER_LOSS = "broker-loss"
    SUPERVISOR = "supervisor"
    MACHINE = "machine"
    STORE_ERRORS = "store-errors"
    STORE_CUTS = "store-cuts"
    STORE_SLOW = "store-slow"
    STORE_FULL = "store-full"
    CONNECTIONS = "connections"
    DEADLOCK = "deadlock"
    CLOCK = "clock"
    DISK_FULL = "disk-full"

    @property
    def seconds(self) -> float:
        """How long it lasts; what is killed is gone at once."""
        return _LASTING.get(self, 0.0)


_LASTING = {
    Fault.STORE_ERRORS: 60.0,
    Fault.STORE_CUTS: 60.0,
    Fault.STORE_SLOW: 60.0,
    Fault.STORE_FULL: 10.0,
    Fault.CONNECTIONS: 20.0,
    Fault.DEADLOCK: 20.0,
    Fault.DISK_FULL: 20.0,
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file and how it comes in. `bytes_of` is the number of the upload that has the same bytes, mostly its own."""

    number: int
    kind: Kind
    way: Way
    bytes_of: int
    moment: float


@dataclass(frozen=True, slots=True)
class Blow:
    """A fault at its moment; `chance` decides where it leaves a choice, such as which of two children dies."""

    fault: Fault
    moment: float
    chance: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A round."""

    name: str
    uploads: tuple[Upload, ...]
    blows: tuple[Blow, ...]

    @classmethod
    def of(cls, name: str, faults: Sequence[Fault] = tuple(Fault)) -> Plan:
        """The round `SEED:ROUND`. Over as many rounds as there are faults, each comes at least once."""
        seed, _, number = name.partition(":")
        dice = random.Random(name)  # noqa: S311 - made again by its seed
        deck = sorted(faults)
        random.Random(seed).shuffle(deck)  # noqa: S311
        others = dice.sample(deck, min(dice.randint(0, 2), len(deck) - 1))
        chosen = list(dict.fromkeys([deck[int(number) % len(deck)], *others]))
        blows = [Blow(fault, dice.uniform(2, TROUBLED_SECONDS), dice.getrandbits(16)) for fault in chosen]
        uploads = _uploads(dice, SENDING_SECONDS + sum(fault.seconds for fault in chosen))
        return cls(name, uploads, tuple(sorted(blows, key=lambda blow: blow.moment)))


_KINDS = {Kind.MP4: 6, Kind.MKV: 2, Kind.WEBM: 2, Kind.LARGE: 1, Kind.LONG: 1} | {
    Kind.TRUNCATED: 2,
    Kind.TEXT: 1,
    Kind.HOLES: 1,
}
_TWINS = UPLOADS - sum(_KINDS.values())


def _uploads(dice: random.Random, seconds: float) -> tuple[Upload, ...]:
    kinds = [kind for kind, number in _KINDS.items() for _ in range(number)]
    twins = dice.sample([number for number, kind in enumerate(kinds) if kind is Kind.MP4], _TWINS)
    sent = [(kind, number) for number, kind in enumerate(kinds)] + [(Kind.MP4, twin) for twin in twins]
    return tuple(
        Upload(number, kind, _way(dice, kind), bytes_of, dice.uniform(0, seconds))
        for number, (kind, bytes_of) in enumerate(sent)
    )


def _way(dice: random.Random, kind: Kind) -> Way:
    is_in_parts = kind in {Kind.LARGE, Kind.LONG}
    return Way.CLIENT if is_in_parts else dice.choice((Way.CLIENT, Way.CLIENT, Way.PLAIN, Way.DROP))
