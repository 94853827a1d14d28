"""A browser that opens a page with stock Uppy on the API's own origin, and that can be killed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import BrowserContext, Page, Response, Route, sync_playwright

SOURCES = Path(__file__).parent / "uppy"
#: The page comes from the disk here, which counts as far away: it would first ask whether it may talk to loopback.
NEAR = "--disable-features=LocalNetworkAccessChecks"
MIB = 1024**2
PATIENCE = 30_000
"""In milliseconds."""


def installed(folder: Path) -> Path:
    """The folder with the page and what it loads, as the lock file says; it is made in `folder`."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.fail("npm is not installed, and it brings Uppy. On Debian: apt-get install nodejs npm")
    page = Path(shutil.copytree(SOURCES, folder / "uppy"))
    told = subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=page, capture_output=True, text=True
    )
    if told.returncode:
        pytest.fail(f"npm could not install Uppy:\n{told.stderr}")
    for name in ("uppy.min.mjs", "uppy.min.css"):
        shutil.copy(page / "node_modules/uppy/dist" / name, page)
    return page


@dataclass
class Browser:
    """A page that is open in a browser of its own, and what the bucket has answered to it."""

    page: Page
    context: BrowserContext
    profile: Path
    answers: list[Response] = field(default_factory=list)

    def open(self, api: str, sources: Path) -> None:
        """Open the page as if the API served it. Nothing is intercepted afterwards: what is asked is really asked."""
        self.context.route(f"{api}/uppy/*", lambda route: _from_disk(route, sources))
        self.page.goto(f"{api}/uppy/page.html")
        self.context.unroute_all()
        self.page.on("response", self._heard)

    def _heard(self, response: Response) -> None:
        if response.request.method in {"PUT", "POST", "DELETE"}:
            self.answers.append(response)

    def answered(self, method: str, times: int = 1) -> list[Response]:
        """Wait until requests of that kind have been fulfilled so often since the page was opened; all of them."""
        while len(found := [one for one in self.answers if one.request.method == method and one.ok]) < times:
            self.page.wait_for_event("response", timeout=PATIENCE)
        return found

    def log_in(self, email: str, password: str) -> None:
        """Log in as a page does that keeps no token."""
        status = self.page.evaluate(
            """async (login) => (await fetch("/api/auth/login", {
                method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(login),
            })).status""",
            {"email": email, "password": password, "cookie": True},
        )
        assert status == 200

    def choose(self, *files: Path) -> None:
        """Choose files, as by the page's own button."""
        self.page.locator(".uppy-Dashboard-input").first.set_input_files(files)

    def choose_again(self, file: Path) -> None:
        """Choose the file that Uppy remembers from before, and whose bytes it could not keep."""
        self.page.get_by_role("button", name="Re-select").click()
        self.choose(file)

    def cancel(self) -> None:
        """Give the upload up that is under way."""
        self.page.locator(".uppy-StatusBar-actionCircleBtn[title=Cancel]").click()

    def start(self) -> None:
        """Let Uppy begin, or go on."""
        self.page.locator(".uppy-StatusBar-actionBtn--upload").click()

    def done(self) -> None:
        """Wait until Uppy says that all is sent."""
        self.page.locator(".uppy-StatusBar.is-complete").wait_for(timeout=PATIENCE)

    def slow_down(self, bytes_per_second: int) -> None:
        """Send so many bytes a second from now on, so that there is a middle to do something in."""
        network = self.context.new_cdp_session(self.page)
        speed = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_per_second}
        network.send("Network.emulateNetworkConditions", speed)

    def kill(self) -> None:
        """Kill the browser, all of it at once, as when power fails."""
        wanted = f"--user-data-dir={self.profile}"
        ours = [one for one in psutil.Process().children(recursive=True) if wanted in _command(one)]
        with self.context.expect_event("close"):
            for process in [*ours, *(child for one in ours for child in one.children(recursive=True))]:
                with suppress(psutil.NoSuchProcess):
                    process.kill()


def _command(process: psutil.Process) -> list[str]:
    """What a process was started with; nothing where it has ended by now."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def _from_disk(route: Route, sources: Path) -> None:
    route.fulfill(path=sources / PurePosixPath(urlsplit(route.request.url).path).name)


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """Debian's Chromium, with what it keeps in `profile`."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("Chromium is not installed. On Debian: apt-get install chromium")
    options = ["--no-sandbox"] if os.geteuid() == 0 else []  # as root it does not start with one
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium, args=[NEAR, *options]
        )
        yield Browser(context.pages[0], context, profile)
        context.close()
