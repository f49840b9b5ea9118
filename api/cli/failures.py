"""What ends a command: each failure as one line saying where, why and what to do, and its status.

Exit statuses: 0 for yes, 1 for no (denied, refused, failed, not verified), 2 where the question
could not be put (usage, a file that cannot be read, policies with errors). A closed pipe ends with
141 and an interrupt with 130, as the shell's own commands do. A traceback is never shown.
"""

import errno
import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from traceback import extract_tb

import click
from click.exceptions import NoArgsIsHelpError

from api.cli.usage import wrong_arguments
from engine import BundleError, EngineError
from engine.bundle.load import UnreadableError

NO = 1
CANNOT = 2
INTERRUPTED = 130
PIPE_CLOSED = 141

_ADVICE = {
    errno.ENOENT: "check the name",
    errno.EISDIR: "name a file in it",
    errno.EACCES: "ask for the right to it",
    errno.ENOSPC: "make room",
}


class Failure(click.ClickException):
    """A command that cannot answer: where, why, and what to do, on one line."""

    exit_code = CANNOT

    def __init__(self, where: str, why: str, what: str | None = None) -> None:
        stop = "" if why.endswith("?") else ";"
        advice = f"{stop} {what}" if what else ""
        super().__init__(" ".join(f"{where}: {why}{advice}".split()))

    def show(self, file: object = None) -> None:
        """Write the line to standard error."""
        del file
        line = self.message
        click.echo(line if line.startswith("assent") else f"assent: {line}", err=True)


@contextmanager
def told() -> Iterator[None]:
    """Turn whatever ends a command into its one line and its status."""
    try:
        yield
    except (click.exceptions.Exit, Failure):
        raise
    except click.UsageError as error:
        raise _usage(error) from error
    except BundleError as error:
        count = sum(each.is_error for each in error.diagnostics)
        why = "there is 1 error" if count == 1 else f"there are {count} errors"
        where = "policies" if error.directory is None else os.fspath(error.directory)
        command = f"assent check {shlex.quote(where)}"
        raise Failure(where, why, f"`{command}` shows {'it' if count == 1 else 'them'}") from error
    except (EngineError, UnreadableError) as error:
        where, _, why = str(error).partition(": ")
        raise Failure(where, why or "this cannot be done") from error
    except BrokenPipeError as error:
        _forget_output()
        raise click.exceptions.Exit(PIPE_CLOSED) from error
    except OSError as error:
        if _was_cut_off(error):
            raise _interrupted() from error
        raise unreadable(error) from error
    except (KeyboardInterrupt, click.Abort) as error:
        raise _interrupted() from error
    except Exception as error:
        raise _defect(error) from error


def _was_cut_off(error: BaseException) -> bool:
    """Whether an interrupt came first: what it cuts off fails in its turn."""
    before = error.__context__
    return before is not None and (isinstance(before, KeyboardInterrupt) or _was_cut_off(before))


def _interrupted() -> click.exceptions.Exit:
    click.echo("assent: interrupted", err=True)
    return click.exceptions.Exit(INTERRUPTED)


def unreadable(error: OSError, where: str | None = None) -> Failure:
    """Return the failure that a file cannot be read or written."""
    if error.filename is None and where is None:
        _forget_output()
    reason = (error.strerror or "it cannot be read").lower()
    named = where or (str(error.filename) if error.filename is not None else "the output")
    return Failure(named, reason, _ADVICE.get(error.errno or 0))


def _usage(error: click.UsageError) -> Failure | click.exceptions.Exit:
    if isinstance(error, NoArgsIsHelpError):
        # A group without a command shows which it has; its status says that none was run.
        error.show()
        return click.exceptions.Exit(CANNOT)
    path = error.ctx.command_path if error.ctx is not None else "assent"
    return Failure(path, wrong_arguments(error), f"`{path} --help` says how to use it")


def _defect(error: Exception) -> Failure:
    """Return the failure that nobody foresaw, with the place that its mender will look for."""
    frame = extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    why = f"an internal error, {type(error).__name__} in {place}: {error}"
    return Failure("this is a defect of Assent", why, "please report this line")


def _forget_output() -> None:
    """Send what is still to be written nowhere, so that the interpreter's last flush is quiet."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
