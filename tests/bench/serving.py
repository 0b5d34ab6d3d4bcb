"""How is a page measured: in a database of its own, from the request to the last byte?"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO, StringIO
from pathlib import Path
from time import process_time
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test.utils import CaptureQueriesContext, get_runner

CSRF_SECRET = "a" * 32


@contextmanager
def database() -> Iterator[None]:
    """A database of its own: a file for SQLite, ``test_...`` beside the configured PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder) / "bench.sqlite3")
        runner = get_runner(settings)(verbosity=0, interactive=False)
        made = runner.setup_databases()
        try:
            yield
        finally:
            runner.teardown_databases(made)


def get(handler: WSGIHandler, path: str, cookie: str) -> None:
    """One request as a server makes it, and its answer read to the end."""
    where, _, query = path.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET", "PATH_INFO": where, "QUERY_STRING": query, "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1", "HTTP_COOKIE": _cookies(cookie),
        "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http", "wsgi.input": BytesIO(),
        "wsgi.errors": StringIO(), "wsgi.version": (1, 0), "wsgi.multithread": False,
        "wsgi.multiprocess": False, "wsgi.run_once": False,
    }  # fmt: skip
    statuses: list[str] = []
    response = handler(environ, lambda status, headers, *args: statuses.append(status))
    assert sum(len(part) for part in response) > 0
    response.close()
    assert statuses == ["200 OK"], f"{path}: {statuses}"


def _cookies(session: str) -> str:
    """What the browser of somebody who has signed in sends: both cookies, to every page."""
    return f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF_SECRET}"


def queries_of(path: str, cookie: str) -> int:
    handler = WSGIHandler()
    get(handler, path, cookie)
    with CaptureQueriesContext(connection) as captured:
        get(handler, path, cookie)
    return len(captured)


def timed(work: Callable[[], None]) -> float:
    start = process_time()
    work()
    return 1000 * (process_time() - start)
