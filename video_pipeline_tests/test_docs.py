"""The docs say what the code says: what is generated is current, what is written by hand names real things."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

from video_pipeline.cli.app import MODULES

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "video_pipeline"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
OPERATING = (ROOT / "docs" / "operating.md").read_text()
ERRORS = (ROOT / "docs" / "errors.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()

named = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


def section(page: str, heading: str) -> str:
    """The text under a heading, up to the next one."""
    return re.split(r"^#+ ", page.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def first_column(text: str) -> set[str]:
    """What stands in code type in the first column of a table."""
    return set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))


def test_the_tables_made_from_the_code_are_current() -> None:
    checked = subprocess.run([sys.executable, "docs/tables.py", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_variables_of_dagsters_instance_are_documented() -> None:
    texts = ((ROOT / name).read_text() for name in ("dagster.yaml", "workspace.yaml"))
    read = set(chain.from_iterable(re.findall(r"^\s*env: (\w+)", text, re.MULTILINE) for text in texts))
    assert first_column(section(OPERATING, "Read by Dagster's instance")) == read


#: What makes findings, and which of its arguments is the code.
MAKERS = {"Finding": 0, "Rule": 0, "_impostor": 1}
#: Where a code is passed on that a maker was given elsewhere.
PASSED_ON = {"catalog/documents.py", "media/checks.py", "media/damage.py", "media/impostors.py"}


def codes() -> dict[str, set[str]]:
    """The codes that findings are made with, by module; an empty one where it is not written there."""
    found: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS:
                code = node.args[MAKERS[node.func.id]]
                literal = code.value if isinstance(code, ast.Constant) else ""
                found.setdefault(path.relative_to(PACKAGE).as_posix(), set()).add(str(literal))
    return found


def test_codes_are_written_where_findings_are_made() -> None:
    assert {module for module, made in codes().items() if "" in made} <= PASSED_ON


def test_every_code_that_a_file_can_be_given_is_documented() -> None:
    made = set(chain.from_iterable(codes().values())) - {""}
    assert first_column(section(ERRORS, "What is said of a file")) == made


@named
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []


@named
def test_commands_that_pages_name_exist(page: Path) -> None:
    text = page.read_text()
    assert set(re.findall(r"video-pipeline ([a-z]+)", "\n".join(_code_in(text)))) <= MODULES.keys()
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)", "\n".join(_code_in(text)))) <= targets


def _code_in(text: str) -> list[str]:
    """What stands in code type, and indented blocks."""
    return re.findall(r"`([^`]+)`", text) + re.findall(r"^    (.*?)(?:  #.*)?$", text, re.MULTILINE)


@named
def test_files_that_pages_name_exist(page: Path) -> None:
    folders = "video_pipeline|video_pipeline_tests|docs|benchmarks|media|storage|catalog|defs|local|api|cli"
    paths = re.findall(rf"`((?:{folders})/[\w./]+)`", page.read_text())
    assert [path for path in paths if not ((ROOT / path).exists() or (PACKAGE / path).exists())] == []


def test_every_make_command_has_a_line_of_help() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony
    assert set(re.findall(r"^([a-z]+):.*## \w", MAKEFILE, re.MULTILINE)) == set(phony.group(1).split())


def test_the_first_screen_shows_how_to_begin() -> None:
    first_screen = "\n".join((ROOT / "README.md").read_text().splitlines()[:24])
    assert "make demo" in first_screen
    assert "make test" in first_screen


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_is_half_a_page_with_a_status(decision: Path) -> None:
    lines = decision.read_text().splitlines()
    assert lines[0].startswith(f"# {int(decision.name[:4])}. ")
    assert lines[2].startswith("Status: ")
    assert len(lines) <= 35


def test_decisions_that_the_code_names_exist() -> None:
    files = chain(PACKAGE.rglob("*.py"), PAGES, ROOT.glob("*.yaml"), ROOT.glob("*.yml"))
    cited = set(chain.from_iterable(re.findall(r"docs/decisions/([\w-]+\.md)", path.read_text()) for path in files))
    assert cited <= {path.name for path in DECISIONS}
