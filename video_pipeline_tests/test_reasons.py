import re

from video_pipeline.config import Settings
from video_pipeline.media import checks, damage
from video_pipeline.reasons import REASONS
from video_pipeline.types import Severity


def test_a_code_means_one_thing() -> None:
    codes = [reason.code for reason in REASONS]
    assert len(codes) == len(set(codes))


def test_what_a_rule_does_with_a_file_is_what_its_code_means() -> None:
    severities = {reason.code: reason.severity for reason in REASONS}
    rules = (*checks.RULES, *damage.RULES)
    assert [rule.code for rule in rules if severities[rule.code] is not rule.severity] == []


def test_sentences_end_and_name_settings_that_exist() -> None:
    for reason in REASONS:
        assert reason.meaning.endswith("."), reason.code
        assert reason.severity is Severity.WARN or reason.advice, reason.code
    text = " ".join(reason.meaning + reason.advice for reason in REASONS)
    named = set(re.findall(r"`([A-Z_]+)`", text))
    assert all(any(field.upper().startswith(name) for field in Settings.model_fields) for name in named)
