import pytest

from video_pipeline.client import Client
from video_pipeline.errors import NotFound, RequestRefused
from video_pipeline.types import Role
from video_pipeline_tests.client.conftest import QUICK
from video_pipeline_tests.senders import person


@pytest.fixture
def admin(api, engine):
    """An admin's client, where two sites have a gate each."""
    grace = person(api, engine, Role.ADMIN)
    for slug, name in (("north-mall", "North Mall"), ("south", "South")):
        site = grace.ask("POST", "/api/sites", {"slug": slug, "name": name}).told
        grace.ask("POST", "/api/cameras", {"site_id": site["id"], "slug": "gate", "name": f"Gate of {name}"})
    grace.ask("POST", "/api/categories", {"slug": "tutorials", "name": "Tutorials"})
    with Client(api.address, token=grace.token, patience=QUICK) as client:
        yield client


def test_places_are_found_by_slug_name_or_id(admin):
    north = admin.places.site("north-mall")

    assert admin.places.site("North MALL") == north
    assert admin.places.site(str(north.id)) == north
    assert admin.places.category("Tutorials").slug == "tutorials"
    assert admin.places.camera("gate of south").slug == "gate"
    assert admin.places.camera("gate", site="north-mall").site_id == north.id


def test_what_is_called_nothing_or_too_much_is_told(admin):
    with pytest.raises(NotFound, match="No site is called 'west'; there are: north-mall, south"):
        admin.places.site("west")
    with pytest.raises(RequestRefused, match="name the site too"):
        admin.places.camera("gate")


def test_who_sees_nothing_is_told_so(client):
    with pytest.raises(NotFound, match="none that you see"):
        client.places.camera("gate")
