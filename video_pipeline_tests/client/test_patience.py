import pytest

from video_pipeline.client.patience import Patience
from video_pipeline.client.problems import ApiProblem
from video_pipeline.errors import ServerUnreachable

QUICK = Patience(attempts=3, first_seconds=0.0)
BUSY = ApiProblem("Busy.", status=503)


def failing(*errors: Exception):
    left = list(errors)

    def work() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return work


def test_what_fails_in_passing_is_tried_again():
    assert QUICK.persist(failing(BUSY, ServerUnreachable())) == "done"


@pytest.mark.parametrize("error", [BUSY, ServerUnreachable("Nobody is there.")])
def test_the_last_attempt_counts(error: Exception):
    with pytest.raises(type(error)):
        QUICK.persist(failing(error, error, error))


def test_what_will_not_pass_is_not_tried_again():
    with pytest.raises(ApiProblem, match="No"):
        QUICK.persist(failing(ApiProblem("No.", status=500)))
    assert QUICK.persist(failing(ApiProblem("No.", status=500)), passing={500}) == "done"


def test_pauses_double_up_to_a_bound_and_are_as_long_as_the_server_asks():
    patience = Patience(first_seconds=1, longest_seconds=10)

    assert all(0.5 <= patience.pause(0) <= 1 for _ in range(50))
    assert all(2 <= patience.pause(2) <= 4 for _ in range(50))
    assert len({patience.pause(2) for _ in range(50)}) > 1
    assert patience.pause(9) == 10
    assert patience.pause(0, 7) == 7
    assert patience.pause(0, 700) == 10
