import pytest
import typer

from video_pipeline.cli.sentences import sentences
from video_pipeline.errors import ConfigurationError


def test_an_error_becomes_a_line_and_an_exit_code(capsys):
    with pytest.raises(typer.Exit) as left, sentences():
        raise ConfigurationError("Set [/this] or [that]. " + "It is long. " * 20)

    assert left.value.exit_code == 1
    assert capsys.readouterr().err == "configuration_error: Set [/this] or [that]. " + "It is long. " * 20 + "\n"


def test_what_is_no_error_of_ours_is_not_hidden():
    with pytest.raises(ZeroDivisionError), sentences():
        raise ZeroDivisionError
