"""Logins that outlive a process: one file, for its owner's eyes only, that processes share."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from video_pipeline.client.tokens import Renew, Tokens


def state_folder() -> Path:
    """Where this user's programs keep what they remember (XDG Base Directory Specification)."""
    told = os.environ.get("XDG_STATE_HOME", "")
    base = Path(told) if Path(told).is_absolute() else Path.home() / ".local" / "state"
    return base / "video-pipeline"


def write_privately(path: Path, content: object) -> None:
    """Write JSON to a file that only its owner reads: whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".", delete=False) as file:  # made with 0600
        temporary = Path(file.name)
        try:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:  # an interrupt, too, must leave no half of a file with a secret in it
            temporary.unlink(missing_ok=True)
            raise


@dataclass(frozen=True, slots=True)
class Logins:
    """The logins of a user of this machine, by server, and the server of the last one."""

    folder: Path

    def latest_server(self) -> str | None:
        """The server that was logged in to last."""
        latest: str | None = self._read().get("latest")
        return latest

    def tokens(self, server: str) -> Tokens | None:
        """The tokens for a server, None where nobody is logged in there."""
        return _tokens(self._read()["logins"].get(server))

    def keep(self, server: str, tokens: Tokens | None) -> None:
        """Remember a login, or forget it."""
        with self.locked():
            self._keep(server, tokens)

    def renewed(self, server: str, used: Tokens, renew: Renew) -> Tokens:
        """New tokens in place of `used`, or those that another process has got in the meantime."""
        with self.locked():
            known = self.tokens(server) or used
            if known.access == used.access and known.refresh is not None:
                known = renew(known.refresh)
                self._keep(server, known)
            return known

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Alone among all threads and processes: each opening of the file has a lock of its own."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / "logins.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _keep(self, server: str, tokens: Tokens | None) -> None:
        known = self._read()
        known["logins"].pop(server, None)
        if tokens is not None:
            known["logins"][server] = _told(tokens)
            known["latest"] = server
        write_privately(self._file, known)

    @property
    def _file(self) -> Path:
        return self.folder / "logins.json"

    def _read(self) -> dict[str, Any]:
        if not self._file.exists():
            return {"logins": {}}
        known: dict[str, Any] = json.loads(self._file.read_text())
        return known


@dataclass(frozen=True, slots=True)
class OnDisk:
    """The login at one server, kept among a user's logins."""

    logins: Logins
    server: str

    def current(self) -> Tokens | None:
        """The tokens, None where nobody is logged in."""
        return self.logins.tokens(self.server)

    def keep(self, tokens: Tokens | None) -> None:
        """Take these from now on, or none."""
        self.logins.keep(self.server, tokens)

    def renewed(self, used: Tokens, renew: Renew) -> Tokens:
        """New tokens in place of `used`, or those that another process has got in the meantime."""
        return self.logins.renewed(self.server, used, renew)


def _told(tokens: Tokens) -> dict[str, str | None]:
    expires = tokens.expires_at.isoformat() if tokens.expires_at else None
    return {"access": tokens.access, "refresh": tokens.refresh, "expires_at": expires}


def _tokens(told: dict[str, str] | None) -> Tokens | None:
    if told is None:
        return None
    expires = datetime.fromisoformat(told["expires_at"]) if told["expires_at"] else None
    return Tokens(told["access"], told["refresh"], expires)
