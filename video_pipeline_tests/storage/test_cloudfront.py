from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from video_pipeline.errors import ConfigurationError
from video_pipeline.storage.cloudfront import configured

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
DOMAIN, KEY_ID = "d111111abcdef8.cloudfront.net", "K2JCJMDEHXQW5F"


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = KEY) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def link(private_key: str) -> str:
    distribution = configured(domain=DOMAIN, key_pair_id=KEY_ID, private_key=private_key)
    return distribution.link(
        "originals/a b/original.mp4",
        seconds=600,
        content_type="video/mp4",
        disposition="attachment; filename=\"a.mp4\"; filename*=UTF-8''%C3%A4.mp4",
    )


def policy_of(resource: str, expires: str) -> bytes:
    """The canned policy, whose every byte counts."""
    condition = {"DateLessThan": {"AWS:EpochTime": int(expires)}}
    return json.dumps({"Statement": [{"Resource": resource, "Condition": condition}]}, separators=(",", ":")).encode()


def verify(url: str, key: rsa.RSAPublicKey) -> None:
    """Check a URL as CloudFront does."""
    resource, _, signature_part = url.partition("&Expires=")
    expires, signature, key_id = (part.partition("=")[2] or part for part in signature_part.split("&"))
    assert key_id == KEY_ID
    raw = base64.b64decode(signature.translate(str.maketrans("-_~", "+=/")))
    key.verify(raw, policy_of(resource, expires), PKCS1v15(), SHA1())  # noqa: S303 - as CloudFront


def test_a_link_is_signed_with_the_canned_policy_that_cloudfront_reads() -> None:
    before = int(datetime.now(UTC).timestamp())
    url = link(pem())
    verify(url, KEY.public_key())

    told = parse_qs(urlsplit(url).query)
    assert 600 <= int(told["Expires"][0]) - before <= 660
    assert urlsplit(url)[:3] == ("https", DOMAIN, "/originals/a%20b/original.mp4")
    assert told["response-content-disposition"] == ["attachment; filename=\"a.mp4\"; filename*=UTF-8''%C3%A4.mp4"]
    assert told["response-content-type"] == ["video/mp4"]


def test_a_link_that_was_changed_is_not_signed() -> None:
    with pytest.raises(InvalidSignature):
        verify(link(pem()).replace("originals", "rejected"), KEY.public_key())


def test_a_key_may_be_in_a_file_or_on_one_line(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_text(pem())

    verify(link(str(path)), KEY.public_key())
    verify(link(pem().replace("\n", "\\n")), KEY.public_key())


@pytest.mark.parametrize(
    ("changed", "variable"),
    [
        ({"domain": ""}, "CLOUDFRONT_DOMAIN"),
        ({"domain": "https://d1.cloudfront.net/"}, "CLOUDFRONT_DOMAIN"),
        ({"key_pair_id": ""}, "CLOUDFRONT_KEY_PAIR_ID"),
        ({"key_pair_id": "K1&Expires=9"}, "CLOUDFRONT_KEY_PAIR_ID"),
        ({"private_key": ""}, "CLOUDFRONT_PRIVATE_KEY"),
        ({"private_key": "/no/such/file"}, "CLOUDFRONT_PRIVATE_KEY"),
        ({"private_key": "a\0b"}, "CLOUDFRONT_PRIVATE_KEY"),
        ({"private_key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"}, "CLOUDFRONT_PRIVATE_KEY"),
        ({"private_key": pem(ec.generate_private_key(ec.SECP256R1()))}, "CLOUDFRONT_PRIVATE_KEY"),
    ],
)
def test_a_setting_that_cannot_be_is_named(changed: dict[str, str], variable: str) -> None:
    with pytest.raises(ConfigurationError, match=variable) as refusal:
        configured(**({"domain": DOMAIN, "key_pair_id": KEY_ID, "private_key": pem()} | changed))
    assert "BEGIN" not in str(refusal.value)
