"""`video-pipeline`: every command by name. Only the module of the one that is called is loaded; `--help` loads all.

Whoever lists videos on a server need not wait for what starts a stack and judges media.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

MODULES = MappingProxyType(
    {
        "up": "installation",
        "ingest": "installation",
        "status": "installation",
        "reprocess": "installation",
        "demo": "installation",
        "doctor": "installation",
        "env": "installation",
        "prepare": "installation",
        "sweep": "care",
        "audit": "care",
        "alerts": "alerts",
        "login": "remote",
        "logout": "remote",
        "list": "remote",
        "show": "remote",
        "delete": "remote",
        "seed": "seed",
        "stale": "stale",
        "upload": "transfers",
        "download": "transfers",
        "watch": "watch",
    }
)
"""Which module of this package has a command."""


def load(name: str) -> TyperCommand | TyperGroup:
    """The command of that name, or the group of commands."""
    found = get_command(import_module(f"video_pipeline.cli.{MODULES[name]}").commands)
    several: Mapping[str, TyperCommand | TyperGroup] = getattr(found, "commands", {})
    return several[name] if name in several else cast("TyperCommand | TyperGroup", found)


class Commands(TyperGroup):
    """The commands, each loaded when it is asked for."""

    def list_commands(self, _: object) -> list[str]:
        """Every name."""
        return list(MODULES)

    def get_command(self, _: object, cmd_name: str) -> TyperCommand | TyperGroup | None:
        """The command of that name; None where there is none."""
        return load(cmd_name) if cmd_name in MODULES else None


app = typer.Typer(cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def _program() -> None:
    """Uploads become catalogued videos: the stack, its care, and a client for servers elsewhere."""
