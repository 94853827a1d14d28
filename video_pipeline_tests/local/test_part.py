from __future__ import annotations

from dataclasses import replace

from video_pipeline.local.part import Step, with_needs


def nothing() -> None:
    return


def step(name: str, *needs: str) -> Step:
    return Step(name=name, action=nothing, needs=frozenset(needs))


BLUEPRINT = {
    node.name: node
    for node in (step("store"), step("database"), step("schema", "database"), step("worker", "schema", "store"))
}


def test_a_part_comes_with_all_that_it_needs_directly_or_not() -> None:
    assert set(with_needs(BLUEPRINT, frozenset({"worker"}))) == {"worker", "schema", "database", "store"}


def test_a_part_comes_with_all_that_it_uses() -> None:
    api = replace(step("api"), uses=frozenset({"schema"}))
    assert set(with_needs({**BLUEPRINT, "api": api}, frozenset({"api"}))) == {"api", "schema", "database"}


def test_what_nobody_needs_is_left_out() -> None:
    assert set(with_needs(BLUEPRINT, frozenset({"schema"}))) == {"schema", "database"}
