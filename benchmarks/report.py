"""Figures and the tables they are shown in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number; `bound` is the most it may be, None where it is only stated."""

    what: str
    value: float
    unit: str
    bound: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the figure is within its bound."""
        return self.bound is None or self.value <= self.bound


def markdown(name: str, figures: Sequence[Figure]) -> str:
    """A section with one row per figure, and the command that measures it again."""
    rows = "\n".join(f"| {figure.what} | {figure.value:.3g} {figure.unit} | {_bound(figure)} |" for figure in figures)
    return (
        f"## {name.replace('_', ' ').capitalize()}\n\n"
        f"`.venv/bin/python -m benchmarks {name}`\n\n| what | measured | bound |\n|---|---|---|\n{rows}\n"
    )


def _bound(figure: Figure) -> str:
    if figure.bound is None:
        return ""
    return f"≤ {figure.bound:g} {figure.unit}: {'holds' if figure.holds else '**missed**'}"
