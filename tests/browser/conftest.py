"""A real server with demonstration data, and a real browser in front of it.

Without Chromium these tests skip by name; with ``MYELIN_REQUIRE_BROWSER`` a missing browser fails.
``MYELIN_SERVER`` names a server that runs already, to look at while a journey is written.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from certification.demo.accounts import PASSWORD

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
STARTS_WITHIN_SECONDS = 120
WAITS_MILLISECONDS = 45_000
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 360, "height": 740}


# A slow machine is not a mistake: what is expected may take as long as an act may.
expect.set_options(timeout=WAITS_MILLISECONDS)

# The browser's own event loop runs in this process from the first journey on; Django would take
# every later test that reads the database for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None and not os.environ.get("MYELIN_REQUIRE_BROWSER"):
                item.add_marker(pytest.mark.skip(reason="needs Chromium: make browsers"))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    assert CHROMIUM, "Chromium is required here: make browsers"
    return {
        "executable_path": CHROMIUM,
        "args": [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on a database of its own, filled as ``make run`` fills it."""
    if running := os.environ.get("MYELIN_SERVER"):
        yield running
        return
    folder = tmp_path_factory.mktemp("server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEBUG": "1",
        "DEMO": "1",
        "DATABASE_URL": f"sqlite:///{folder / 'browser.sqlite3'}",
    }
    for command in (["migrate", "--verbosity", "0"], ["content", "load", "shipped"], ["demo"]):
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"manage.py {' '.join(command)}: {done.stderr}"
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_for(address, process)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=10)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, "the server stopped while starting"
        try:
            urllib.request.urlopen(f"{address}/accounts/login/", timeout=2)  # noqa: S310
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not start")


class Reader:
    """A person in front of the browser: goes to pages, and looks at each for barriers."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.errors: list[str] = []
        page.set_default_timeout(WAITS_MILLISECONDS)
        page.on("dialog", self._asked)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console",
            lambda message: self.errors.append(message.text) if message.type == "error" else None,
        )

    def _asked(self, dialog: Dialog) -> None:
        """No page asks in a window of its own, not even whether to leave what was saved."""
        self.errors.append(f"asked: {dialog.type} {dialog.message}")
        dialog.accept()

    def goto(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def sign_in(self, username: str, password: str = PASSWORD) -> None:
        self.goto("/accounts/login/")
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "/accounts/login" not in url)

    def refused_with(self, status: int) -> None:
        """The browser writes an answer such as 409 into its console; that one was expected."""
        expected = [error for error in self.errors if f"status of {status}" in error]
        assert expected, f"{self.page.url} was not refused with {status}"
        self.errors = [error for error in self.errors if error not in expected]

    def see(self, words: str) -> None:
        """Waits for the words, then looks at the page as ``check`` does."""
        expect(self.page.get_by_text(words).first).to_be_visible()
        self.check()

    def check(self) -> None:
        """Holds the page to WCAG 2.2 AA with axe, to no error in the console, and to its width.

        The whole page: it has loaded when this begins, so that what follows can be counted.
        """
        self.page.wait_for_load_state()
        assert not self.errors, f"{self.page.url}: {self.errors}"
        results = Axe().run(self.page, options={"runOnly": WCAG, "resultTypes": ["violations"]})
        assert results.violations_count == 0, f"{self.page.url}: {results.generate_report()}"
        # While it looks, axe itself tries inline styles, which the page's policy refuses.
        self.errors.clear()
        wider = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wider <= 0, f"{self.page.url}: {wider} pixels wider than the window"


@pytest.fixture(scope="session")
def signed_in(browser: Browser, server: str) -> Callable[[str], Any]:
    """The cookies of an account that has signed in, so that not every test types the password."""
    kept: dict[str, Any] = {}

    def cookies(username: str) -> Any:
        if username not in kept:
            context = browser.new_context()
            Reader(context.new_page(), server).sign_in(username)
            kept[username] = context.storage_state()
            context.close()
        return kept[username]

    return cookies


@pytest.fixture
def reader_as(
    browser: Browser, server: str, signed_in: Callable[[str], Any]
) -> Iterator[Callable[..., Reader]]:
    """Makes a reader who is signed in as an account, in a window of their own."""
    contexts: list[BrowserContext] = []

    def make(username: str = "", viewport: Any = None, *, scripts: bool = True) -> Reader:
        state = signed_in(username) if username else None
        context = browser.new_context(
            viewport=viewport or WIDE,
            storage_state=state,
            java_script_enabled=scripts,
            # So that no colour is looked at while it is still changing.
            reduced_motion="reduce",
        )
        contexts.append(context)
        return Reader(context.new_page(), server)

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def nurse(reader_as: Callable[..., Reader]) -> Reader:
    return reader_as("nurse")
