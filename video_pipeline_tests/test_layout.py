"""The tree keeps its shape: tests mirror modules, files stay short, and nothing of anybody's machine is in it."""

from __future__ import annotations

import configparser
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "video_pipeline"
TESTS = ROOT / "video_pipeline_tests"

#: Tests of what is no module: the checkout's own files, everything running together, and what becomes of a file.
WITHOUT_A_MODULE = {"api/test_access.py", "test_compose.py", "test_docs.py", "test_layout.py"}
FOLDERS_WITHOUT_A_MODULE = {Path("api/attacks"), Path("end_to_end"), Path("media/matrix")}
LONGEST_FILE = 300

MACHINE_PATH = re.compile(r"/(?:root|home/[a-z]\w*|Users/\w+|tmp/\w*lab)/")
REGISTRY = re.compile(r"(?:pypi|pythonhosted|npmjs|yarnpkg)\.(?:org|com)|--(?:extra-)?index-url|--find-links")


def tracked() -> list[Path]:
    """Every file of the checkout that git does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def modules() -> list[Path]:
    """Every module that owes a test, relative to the package."""
    found = (path.relative_to(PACKAGE) for path in sorted(PACKAGE.rglob("*.py")))
    return [path for path in found if not path.name.startswith("__") and "migrations" not in path.parts]


def mirror(module: Path) -> Path:
    """Where a module's test lies, relative to the tests."""
    return module.parent / f"test_{module.name.lstrip('_')}"


def test_every_module_has_a_test_of_the_same_place() -> None:
    untested = {module for module in modules() if not (TESTS / mirror(module)).is_file()}
    assert untested == set()


def test_every_test_has_a_module_of_the_same_place() -> None:
    expected = {mirror(module) for module in modules()}
    found = {path.relative_to(TESTS) for path in TESTS.rglob("test_*.py")}
    strays = {path for path in found - expected if path.parent not in FOLDERS_WITHOUT_A_MODULE}
    strays -= {Path(name) for name in WITHOUT_A_MODULE}
    assert strays == set()


def test_no_python_file_is_too_long() -> None:
    lengths = {path: path.read_text().count("\n") for path in tracked() if path.suffix == ".py"}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


@pytest.mark.parametrize("forbidden", [MACHINE_PATH, REGISTRY], ids=["machine path", "registry address"])
def test_nothing_of_a_machine_is_committed(forbidden: re.Pattern[str]) -> None:
    found = {
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked()
        if path not in {Path(__file__), ROOT / "Makefile"}
        for match in forbidden.finditer(path.read_text(errors="replace"))
    }
    assert found == set()


def test_every_module_has_its_place_in_the_layers() -> None:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    layers = parser["importlinter:contract:layers"]
    placed = re.findall(r"\w+", layers["layers"] + layers["exhaustive_ignores"])
    present = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert layers.getboolean("exhaustive")
    assert sorted(placed) == sorted(set(placed))
    assert present - {"__init__"} <= set(placed)


def pins(lock: str) -> dict[str, str]:
    """Versions by package, for packages that a lock file names once."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+) *\\$", (ROOT / lock).read_text(), re.MULTILINE))


def test_what_servers_install_is_what_was_tested() -> None:
    tested, served = pins("requirements-dev.lock"), pins("requirements.lock")
    assert len(served) > 50
    assert {name: version for name, version in served.items() if tested.get(name) != version} == {}


@pytest.mark.parametrize("lock", sorted(path.name for path in ROOT.glob("requirements*.lock")))
def test_every_locked_package_carries_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text()
    packages = re.findall(r"^[a-z0-9][^\n]*==[^\n]*\n(    --hash=sha256:[0-9a-f]{64})?", text, re.MULTILINE)
    assert packages
    assert all(packages)
