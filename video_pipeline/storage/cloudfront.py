"""Objects of the bucket by Amazon CloudFront: signed URLs of a distribution in front of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

from botocore.signers import CloudFrontSigner
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from video_pipeline.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class CloudFront:
    """A distribution whose origin is the bucket, and the key that signs for it."""

    domain: str
    key_pair_id: str
    private_key: RSAPrivateKey

    def link(self, key: str, *, seconds: int, content_type: str, disposition: str) -> str:
        """A URL that gives the object to whoever holds it; the distribution hands the last two on to the bucket.

        Its canned policy names the whole URL, with the query (Amazon CloudFront Developer Guide, "Create a signed URL
        using a canned policy").
        """
        told = {"response-content-type": content_type, "response-content-disposition": disposition}
        url = f"https://{self.domain}/{quote(key)}?{urlencode(told, quote_via=quote)}"
        signer = CloudFrontSigner(self.key_pair_id, self._sign)
        signed: str = signer.generate_presigned_url(url, datetime.now(UTC) + timedelta(seconds=seconds))
        return signed

    def _sign(self, policy: bytes) -> bytes:
        # CloudFront checks by SHA-1 and nothing else. No stranger chooses what is signed, so collisions are of no use.
        return self.private_key.sign(policy, PKCS1v15(), SHA1())  # noqa: S303


def configured(*, domain: str, key_pair_id: str, private_key: str) -> CloudFront:
    """The distribution that the settings name; `private_key` is a PEM or the path of a file with one.

    Raises:
        ConfigurationError: one of the settings is missing or cannot be; the sentence names its variable.
    """
    named = {
        "CLOUDFRONT_DOMAIN": domain,
        "CLOUDFRONT_KEY_PAIR_ID": key_pair_id,
        "CLOUDFRONT_PRIVATE_KEY": private_key,
    }
    missing = [name for name, value in named.items() if not value]
    if missing:
        raise ConfigurationError(f"PLAYBACK_DELIVERY=cloudfront needs {' and '.join(missing)}.")
    if not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", domain):
        raise ConfigurationError("CLOUDFRONT_DOMAIN is a host name alone, such as d111111abcdef8.cloudfront.net.")
    if not re.fullmatch(r"[A-Z0-9]+", key_pair_id):
        raise ConfigurationError("CLOUDFRONT_KEY_PAIR_ID is the id of a public key, such as K2JCJMDEHXQW5F.")
    return CloudFront(domain, key_pair_id, _key(_pem(private_key)))


def _pem(told: str) -> bytes:
    if told.lstrip().startswith("-----BEGIN"):
        return told.replace("\\n", "\n").encode()  # as some write it who keep variables in a file
    try:
        return Path(told).read_bytes()
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            "CLOUDFRONT_PRIVATE_KEY is neither a key in PEM nor a file that can be read."
        ) from error


def _key(pem: bytes) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ConfigurationError("CLOUDFRONT_PRIVATE_KEY is not a private key in PEM without a password.") from error
    if not isinstance(key, RSAPrivateKey):
        raise ConfigurationError("CLOUDFRONT_PRIVATE_KEY is not an RSA key; URLs are signed with RSA here.")
    return key
