"""The server: gunicorn with several processes, each with a few threads.

Processes rather than threads carry the load: Python runs one thread of a process at a time. The
threads (`gthread`) are there for what waits: commits, whose waiters then share one
transaction, and streams, whose clients may be slow. At most half of them stream at a time
(`http.service.Streams`), so that health checks and single decisions always find one.

On SIGTERM a process takes no more connections, finishes its requests, commits what waits, and
ends. SIGHUP puts new processes in the place of the old ones.
TLS, and patience with slow strangers, are for the proxy in front; a client that stands still for
`CLIENT_SECONDS` is dropped, in the head of a request after `_KEEP_ALIVE_SECONDS` (`worker`).
"""

import errno
import gc
import os
import resource
import shutil
import socket
import struct
import time
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped] # It has no types.
from gunicorn.glogging import Logger  # type: ignore[import-untyped] # It has no types.
from gunicorn.systemd import listen_fds  # type: ignore[import-untyped] # It has no types.

from api.installation.contents import open_database
from engine.storage.errors import StorageError

from . import journal
from .installation.address import try_address
from .installation.prepared import check_prepared, policies_of
from .installation.settings import Settings
from .installation.setup import SetupError, Unfit
from .installation.shared_directory import make_shared_directory
from .installation.signing import SigningError
from .tracing.exporting import check_tracing
from .worker import CLIENT_SECONDS, LONGEST_HEADER, LONGEST_LINE, MOST_HEADERS, Worker
from .wsgi import Process, start

MOST_CONNECTIONS = 250
"""How many connections a process has open; for another one, the idlest makes room.

With the files that it has open beside them, they stay within `_MOST_FILES`.
"""

_MOST_FILES = 1_024
"""How many files a process has to be able to have open: as many as it usually may."""

_AGAIN_SECONDS = 2.0
_KEEP_ALIVE_SECONDS = 15
_STALLED_SECONDS = 60


class Server(BaseApplication):  # type: ignore[misc] # It has no types.
    """A gunicorn that serves by settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: Process | None = None
        self._shared: Path | None = None
        super().__init__(prog="assent")

    def load_config(self) -> None:
        """Tell gunicorn what the settings say; nothing else is asked, not even its own variable."""
        for name, value in configuration(self._settings).items():
            self.cfg.set(name, value)
        self.cfg.set("on_starting", self.prepare)
        self.cfg.set("when_ready", limit_patience)
        self.cfg.set("worker_exit", self.close)
        self.cfg.set("on_exit", self.clean)

    def load(self) -> Any:
        """Return the application of this process; called after the fork.

        A process that cannot start now ends, and another is tried: gunicorn ends the whole server
        by its own exit status of such a one, also those that would answer again after an outage.
        """
        try:
            self._process = start(self._settings, shared=self._shared)
        except (SetupError, StorageError, SigningError, OSError) as error:
            fields = {"reason": str(error)}
            journal.ERRORS.error("a process cannot start", exc_info=error, extra={"fields": fields})
            time.sleep(_AGAIN_SECONDS)
            raise SystemExit(1) from error
        _collect_what_building_left()
        return self._process.wsgi

    def close(self, _arbiter: object, _worker: object) -> None:
        """Commit what waits, once the last request of a process is answered."""
        if self._process is not None:
            self._process.close()

    def prepare(self, _arbiter: object) -> None:
        """Make the directory that the processes share, before there is any."""
        self._shared = make_shared_directory(self._settings.data_directory)

    def clean(self, _arbiter: object) -> None:
        """Remove what the processes shared, once all have ended."""
        if self._shared is not None:
            shutil.rmtree(self._shared, ignore_errors=True)


class JSONLogger(Logger):  # type: ignore[misc] # It has no types.
    """Gunicorn's own log in the shape of the service's; requests are logged by the application."""

    def setup(self, cfg: Any) -> None:
        """Prepare the handlers."""
        super().setup(cfg)
        self.error_log.handlers[:] = [journal.Outlet(journal.JSONFormatter())]


def configuration(settings: Settings) -> dict[str, object]:
    """Return the settings of gunicorn."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return {
        "bind": [f"{host}:{settings.port}"],
        "worker_class": Worker,
        "workers": settings.workers,
        "threads": settings.threads,
        "worker_connections": MOST_CONNECTIONS,
        "keepalive": _KEEP_ALIVE_SECONDS,
        "timeout": _STALLED_SECONDS,
        "limit_request_line": LONGEST_LINE,
        "limit_request_fields": MOST_HEADERS,
        "limit_request_field_size": LONGEST_HEADER,
        "graceful_timeout": settings.graceful_timeout,
        "loglevel": settings.log_level,
        "logger_class": JSONLogger,
        "forwarded_allow_ips": "",
        "control_socket_disable": True,
    }


def limit_patience(arbiter: Any) -> None:
    """Bound the waiting for clients; connections inherit it from the socket that listens."""
    patience = struct.pack("ll", CLIENT_SECONDS, 0)
    for listener in arbiter.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, patience)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, patience)


def check_address(settings: Settings) -> None:
    """Raise `Unfit` where the server could not listen, as it would find out only in five seconds.

    Where another hands it a socket that listens already (a server that it replaces, or systemd),
    it binds none.
    """
    if "GUNICORN_FD" in os.environ or listen_fds(unset_environment=False):
        return
    try:
        try_address(settings.host, settings.port)
    except OSError as error:
        place = f"{settings.host}, port {settings.port}"
        if error.errno == errno.EADDRINUSE:
            advice = "stop what runs there, or choose another by `ASSENT_PORT` or `--port`"
            raise Unfit(f"{place} is in use; {advice}") from error
        reason = (error.strerror or "it cannot be used").lower()
        advice = "choose another by `ASSENT_HOST` and `ASSENT_PORT`"
        raise Unfit(f"{place}: {reason}; {advice}") from error


def allow_files() -> None:
    """Let this process, and those that it starts, have as many files open as they may need.

    Raises `Unfit` where the system does not let it.
    """
    may, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if may == resource.RLIM_INFINITY or may >= _MOST_FILES:
        return
    if most != resource.RLIM_INFINITY and most < _MOST_FILES:
        advice = "raise the limit (`ulimit -Hn`, or `LimitNOFILE=` of systemd)"
        raise Unfit(f"a process may open {most:,} files here, and needs {_MOST_FILES:,}; {advice}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MOST_FILES, most))


def serve(settings: Settings) -> None:
    """Serve until a signal ends it; the process then ends with gunicorn's status.

    Raises, before anything listens, what `api.wsgi.start` raises, and `Unfit` where nothing can.
    """
    check_tracing(settings)
    allow_files()
    database = open_database(settings)
    try:
        check_prepared(settings, database)
        check_address(settings)
        policies_of(settings, database)
    finally:
        database.close()
    _collect_what_building_left()
    Server(settings).run()


def _collect_what_building_left() -> None:
    """Free what was made on the way to an engine: tens of MiB, which every process would keep.

    It lies in cycles, and was taken for old when the engine was built: by itself the collector
    comes to it late, if ever.
    """
    gc.collect()
