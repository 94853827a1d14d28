from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import Engine

from video_pipeline import playback
from video_pipeline.catalog.described import DescribedVideo, described
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records.artifacts import replace_artifact
from video_pipeline.catalog.records.editing import delete_video
from video_pipeline.errors import ConfigurationError, NotFound
from video_pipeline.playback import Grant, Keyring, Rendering, keyring
from video_pipeline.types import ArtifactKind
from video_pipeline_tests.catalog.stories import artifact, processing, validating

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NOW_SECONDS = int(NOW.timestamp())
GRANT = Grant(UUID(int=1), Rendering.PROXY, playback.expiry(NOW, 60))
KEYS = keyring("new:one,old:two", "installation")


def test_a_signed_grant_is_allowed_until_it_expires() -> None:
    key_id, signature = KEYS.sign(GRANT)

    assert key_id == "new"
    assert KEYS.allows(GRANT, key_id, signature, NOW)
    assert KEYS.allows(GRANT, key_id, signature, NOW + timedelta(seconds=59))
    assert not KEYS.allows(GRANT, key_id, signature, NOW + timedelta(seconds=60))


@pytest.mark.parametrize(
    "other",
    [
        replace(GRANT, video_id=UUID(int=2)),
        replace(GRANT, rendering=Rendering.ORIGINAL),
        replace(GRANT, expires=GRANT.expires + 1),
        replace(GRANT, download=True),
    ],
)
def test_a_signature_is_for_one_grant(other: Grant) -> None:
    assert not KEYS.allows(other, *KEYS.sign(GRANT), NOW)


def test_a_signature_is_by_one_key() -> None:
    key_id, signature = KEYS.sign(GRANT)

    for name, claimed in (
        (key_id, ""),
        (key_id, signature[:-1]),
        (key_id, "é" * 64),
        ("old", signature),
        ("", signature),
    ):
        assert not KEYS.allows(GRANT, name, claimed, NOW)
    nobodys = Keyring({"unknown": b""}).sign(GRANT)
    assert not KEYS.allows(GRANT, *nobodys, NOW)


GRANTS = some.builds(
    Grant, some.uuids(), some.sampled_from(Rendering), some.integers(NOW_SECONDS + 1, 2**63), some.booleans()
)


@given(GRANTS, GRANTS)
def test_a_link_gives_what_was_signed_and_nothing_else(signed: Grant, other: Grant) -> None:
    path, query = urlsplit(playback.address(KEYS, signed))[2:4]
    given_back = parse_qs(query)
    proof = given_back["key"][0], given_back["signature"][0]

    assert path == f"/media/{signed.video_id}/{signed.rendering}"
    assert int(given_back["expires"][0]) == signed.expires
    assert KEYS.allows(signed, *proof, NOW)
    assert KEYS.allows(other, *proof, NOW) is (other == signed)


@given(GRANTS, some.text(), some.text())
def test_no_other_text_is_a_signature(grant: Grant, key_id: str, signature: str) -> None:
    assert not KEYS.allows(grant, key_id, signature, NOW)


@given(some.text(some.sampled_from("ab:, \0é"), max_size=20), some.text(max_size=3))
def test_a_list_of_keys_is_understood_or_refused(media_keys: str, signing_key: str) -> None:
    try:
        known = keyring(media_keys, signing_key)
    except ConfigurationError:
        return
    assert all(name.isalnum() and secret for name, secret in known.keys.items())
    if known.keys:
        assert known.allows(GRANT, *known.sign(GRANT), NOW)


def test_keys_are_changed_without_breaking_links() -> None:
    before, meanwhile, after = keyring("old:two", ""), KEYS, keyring("new:one", "")
    link = before.sign(GRANT)

    assert [keys.allows(GRANT, *link, NOW) for keys in (before, meanwhile, after)] == [True, True, False]


def test_without_keys_of_its_own_the_installations_serves() -> None:
    derived, another = keyring("", "installation"), keyring(" ", "another")

    assert derived.allows(GRANT, *derived.sign(GRANT), NOW)
    assert not another.allows(GRANT, *derived.sign(GRANT), NOW)
    with pytest.raises(ConfigurationError, match="SIGNING_KEY"):
        keyring("", "").sign(GRANT)


@pytest.mark.parametrize("keys", ["one", "one:", ":secret", "a:1,a:2", "a b:secret", "a:1,b"])
def test_a_faulty_list_of_keys_is_refused(keys: str) -> None:
    with pytest.raises(ConfigurationError, match="MEDIA_KEYS"):
        keyring(keys, "installation")


def test_an_address_carries_its_proof() -> None:
    address = urlsplit(playback.address(KEYS, replace(GRANT, download=True)))
    query = {name: value for name, (value,) in parse_qs(address.query).items()}

    assert address.path == f"/media/{GRANT.video_id}/proxy"
    assert (query["key"], query["download"], query["expires"]) == ("new", "1", str(GRANT.expires))
    assert KEYS.allows(replace(GRANT, download=True), query["key"], query["signature"], NOW)


def test_an_expiry_can_be_rounded_up_so_that_links_repeat() -> None:
    times = [playback.expiry(NOW + timedelta(seconds=later), 3600, rounded_to=3600) for later in (0, 1, 3600)]

    assert [playback.moment(time) - NOW for time in times] == [timedelta(hours=hours) for hours in (1, 2, 2)]


def video(engine: Engine, video_id: UUID) -> DescribedVideo:
    with transaction(engine) as connection:
        return described(connection, [video_id])[video_id]


def test_nothing_is_served_before_it_is_validated(engine: Engine) -> None:
    with transaction(engine) as connection:
        video_id = validating(connection)
    unseen = video(engine, video_id)

    for rendering in Rendering:
        with pytest.raises(NotFound, match="or not yet"):
            playback.media(unseen, rendering)
    with pytest.raises(NotFound, match="browser"):
        playback.best(unseen)


@pytest.mark.parametrize(
    ("browser_ready", "made", "expected"),
    [
        (True, (), Rendering.ORIGINAL),
        (True, (ArtifactKind.PROXY, ArtifactKind.WEB), Rendering.ORIGINAL),
        (False, (ArtifactKind.PROXY,), Rendering.PROXY),
        (False, (ArtifactKind.PROXY, ArtifactKind.WEB), Rendering.WEB),
    ],
)
def test_the_best_is_what_a_browser_plays(
    engine: Engine, browser_ready: bool, made: tuple[ArtifactKind, ...], expected: Rendering
) -> None:
    with transaction(engine) as connection:
        video_id = processing(connection)
        for kind in made:
            replace_artifact(connection, artifact(video_id, kind=kind, content=kind))
    found = video(engine, video_id)
    found = replace(found, row=replace(found.row, browser_ready=browser_ready))

    assert playback.best(found) is expected
    assert str(video_id) in playback.media(found, expected).key


def test_what_is_deleted_is_not_served(engine: Engine) -> None:
    with transaction(engine) as connection:
        video_id = processing(connection)
        delete_video(connection, video_id)

    with pytest.raises(NotFound):
        playback.media(video(engine, video_id), Rendering.ORIGINAL)
