"""The whole API as one object."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from video_pipeline.client.connection import Connection
from video_pipeline.client.patience import USUAL, Patience
from video_pipeline.client.places import Places
from video_pipeline.client.tokens import InMemory, Keeper, Tokens
from video_pipeline.client.uploads import Uploads
from video_pipeline.client.videos import Videos


class Client:
    """One server, asked as one caller. Threads may share it.

    Every verb raises ApiProblem where the API refuses, ServerUnreachable where it does not answer, and NotAuthenticated
    where nobody is logged in. Tokens are renewed by themselves.
    """

    def __init__(
        self,
        address: str,
        *,
        token: str | None = None,
        keeper: Keeper | None = None,
        patience: Patience = USUAL,
    ) -> None:
        """Ask the server at `address` with an access token, or with the tokens that `keeper` keeps."""
        known = keeper or InMemory(None if token is None else Tokens(token))
        self.connection = Connection(address, known, patience=patience)
        self.videos = Videos(self.connection)
        self.uploads = Uploads(self.connection)
        self.places = Places(self.connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the server."""
        self.connection.close()

    @property
    def address(self) -> str:
        """The server."""
        return self.connection.address

    def login(self, email: str, password: str) -> None:
        """Log in, and stay so.

        Raises:
            ApiProblem: that is not the password, or there is no such user.
        """
        tokens = self.connection.tokens_for("/api/auth/login", {"email": email, "password": password})
        self.connection.keeper.keep(tokens)

    def logout(self) -> None:
        """End the login, and forget its tokens; where nobody is logged in, that is as well."""
        tokens = self.connection.keeper.current()
        if tokens is not None and tokens.refresh is not None:
            body = {"refresh_token": tokens.refresh}
            self.connection.ask("POST", "/api/auth/logout", body=body, repeatable=True, anonymous=True)
        self.connection.keeper.keep(None)
