"""Servers that begin with everything imported: to import it takes longer than most tests.

They are copies of one process, which has imported what a server needs and done nothing else; each
then runs what `assent serve` does, in a session and an environment of its own. A keeper stands
between the two, since only the parent of a process learns how it ended.
"""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from io import FileIO
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_LONGEST = 1024 * 1024
_START = "from tests.api.server_starter import main; main({})"


@dataclass(slots=True)
class ServerProcess:
    """A server: of what `subprocess.Popen` offers, what tests ask for."""

    pid: int
    told: FileIO
    returncode: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit status. Raises `subprocess.TimeoutExpired`."""
        if self.returncode is None:
            if not select.select([self.told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("server", timeout or 0)
            with self.told:
                self.returncode = int(self.told.readline())
        return self.returncode

    def poll(self) -> int | None:
        """Return the exit status, None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def send_signal(self, number: int) -> None:
        """Send a signal to the server, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask the server to end."""
        self.send_signal(signal.SIGTERM)


def start_server(environment: Mapping[str, str], written: int) -> ServerProcess:
    """Start a server that writes its log into an open file."""
    reading, writing = os.pipe()
    message = json.dumps(dict(environment)).encode()
    socket.send_fds(_starter(), [message], [writing, written])
    os.close(writing)
    told = FileIO(reading)
    return ServerProcess(pid=int(told.readline()), told=told)


@cache
def _starter() -> socket.socket:
    """Start the process that all servers of this one are copies of; it ends with this one."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        command = [sys.executable, "-c", _START.format(its.fileno())]
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own code.
            command, cwd=_ROOT, pass_fds=[its.fileno()], start_new_session=True
        )
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours


def main(control: int) -> None:
    """Start a server for each message, until whoever sends them ends."""
    from api.installation.settings import load_settings  # noqa: PLC0415 - in this process alone.
    from api.server import serve  # noqa: PLC0415 - as above.

    messages = socket.socket(fileno=control)
    while True:
        message, files, _, _ = socket.recv_fds(messages, _LONGEST, 2)
        _wait_for_keepers(0 if not message else os.WNOHANG)
        if not message:
            return
        if os.fork() == 0:
            messages.close()
            _become_server(json.loads(message), *files)
            serve(load_settings())
            return
        for file in files:
            os.close(file)


def _wait_for_keepers(options: int) -> None:
    """Wait for those that have ended, so that the time that servers took counts as that of tests.

    None is left where there are none, or none that has ended.
    """
    with suppress(ChildProcessError):
        while os.waitpid(-1, options) != (0, 0):
            pass


def _become_server(environment: Mapping[str, str], told: int, written: int) -> None:
    """Return in the server; its keeper tells its id and, in the end, its exit status."""
    server = os.fork()
    if server != 0:
        os.close(written)
        os.write(told, b"%d\n" % server)
        _, status = os.waitpid(server, 0)
        os.write(told, b"%d\n" % os.waitstatus_to_exitcode(status))
        os._exit(0)
    os.close(told)
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(written, 2)
    os.environ.clear()
    os.environ.update(environment)
