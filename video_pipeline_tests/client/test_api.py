import pytest

from video_pipeline.client import ApiProblem, Client
from video_pipeline.client.tokens import InMemory, Tokens
from video_pipeline.errors import NotAuthenticated
from video_pipeline_tests.api.people import PASSWORD, add_user


def test_a_login_lasts_until_it_is_ended(api, engine):
    add_user(engine, "ada@example.org")
    keeper = InMemory()
    with Client(api.address + "/", keeper=keeper) as client:
        client.login("ada@example.org", PASSWORD)
        assert client.address == api.address
        assert list(client.videos.list()) == []

        ended = keeper.current() or Tokens("")
        client.logout()
        client.logout()
        with pytest.raises(NotAuthenticated):
            client.videos.page()
        keeper.keep(ended)
        with pytest.raises(ApiProblem, match="not valid any more"):
            client.connection.tokens_for("/api/auth/refresh", {"refresh_token": ended.refresh})


def test_a_wrong_password_is_told(api, engine):
    with Client(api.address) as client, pytest.raises(ApiProblem, match="password is not right") as refusal:
        client.login("ada@example.org", "wrong")
    assert refusal.value.status == 401
