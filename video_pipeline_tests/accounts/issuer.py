"""An outside issuer of the tests' own: keys, the tokens it signs with them, and the address where it publishes them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

AUDIENCE = "video-pipeline"
ISSUER = "https://issuer.example"


class Issuer:
    """Signs with `RSA` (RS256) and `EC` (ES256) keys.

    `published` is what it shows, `fetches` how often it was asked, `status` what it answers with.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.keys: dict[str, Any] = {}
        self.published: list[Any] = []
        self.fetches = 0
        self.status = 200

    def add(self, key_id: str, kind: str = "RSA") -> None:
        """Begin to sign with a key, and publish it."""
        key = rsa.generate_private_key(65537, 2048) if kind == "RSA" else ec.generate_private_key(ec.SECP256R1())
        algorithm: Any = RSAAlgorithm if kind == "RSA" else ECAlgorithm
        self.keys[key_id] = key
        self.published.append(algorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": key_id, "use": "sig"})

    def public_pem(self, key_id: str) -> bytes:
        """A public key as everybody can have it."""
        pem: bytes = self.keys[key_id].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return pem

    def token(self, key_id: str = "one", **claims: Any) -> str:
        """A token of somebody called Ada; a claim given as None is left out."""
        return self.signed(self.keys[key_id], self.claims(**claims), key_id=key_id)

    def claims(self, **claims: Any) -> dict[str, Any]:
        """What a token says unless told otherwise."""
        now = int(time.time())
        usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "iat": now, "exp": now + 600, "name": "Ada"}
        return {name: value for name, value in (usual | claims).items() if value is not None}

    def signed(self, key: Any, claims: dict[str, Any], *, key_id: str | None, algorithm: str | None = None) -> str:
        """Any claims, signed with any key."""
        natural = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
        return jwt.encode(claims, key, algorithm or natural, headers={"kid": key_id} if key_id else None)


@contextmanager
def published() -> Iterator[Issuer]:
    """An issuer whose keys can be fetched while the block lasts; it has the key `one`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.fetches += 1
            body = json.dumps({"keys": issuer.published}).encode()
            # A redirect leads to the keys as well, for those who follow it.
            self.send_response(200 if self.path.endswith("?moved") else issuer.status)
            self.send_header("Location", f"{issuer.url}?moved")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer = Issuer(f"http://127.0.0.1:{server.server_port}/jwks.json")
        issuer.add("one")
        serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        yield issuer
        server.shutdown()
        serving.join()
