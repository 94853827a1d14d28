from __future__ import annotations

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from video_pipeline.accounts import passwords
from video_pipeline.accounts.passwords import check, hashed


def test_a_password_is_kept_as_argon2id_with_a_salt_of_its_own():
    one, two = hashed("a password"), hashed("a password")

    assert one.startswith("$argon2id$")
    assert one != two
    assert check("a password", one) == check("a password", two) == (True, None)
    assert check("A password", one) == (False, None)


def test_a_hash_of_other_parameters_is_made_anew():
    weak = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=1024),)).hash("a password")

    is_right, stronger = check("a password", weak)

    assert is_right
    assert stronger
    assert check("a password", stronger) == (True, None)
    assert check("another", weak) == (False, None)


def test_where_there_is_no_hash_as_much_is_computed(monkeypatch: pytest.MonkeyPatch):
    verified: list[str] = []
    verify = passwords._HASHING.verify_and_update

    def counted(password, known):
        verified.append(known)
        return verify(password, known)

    monkeypatch.setattr(passwords._HASHING, "verify_and_update", counted)
    known = hashed("a password")

    assert check("a guess", known) == check("a guess", None) == (False, None)
    assert [hash_.split("$")[:4] for hash_ in verified] == [known.split("$")[:4]] * 2  # algorithm and parameters


def test_nobody_logs_in_with_the_password_that_stands_in_for_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(passwords, "_nobodys", lambda: hashed("guessed"))

    assert check("guessed", None) == (False, None)
