"""Output: text with colour where a terminal reads it, the same text bare elsewhere, and JSON.

Lines are written as they are, never wrapped to the terminal. Standard output carries the answer,
standard error the progress and the failures.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol

import msgspec
import rich.progress as bars
from rich.console import Console
from rich.text import Text

from engine.source.layout import Line, Tone

STYLES = {
    Tone.PLAIN: "",
    Tone.ALLOW: "bold green",
    Tone.DENY: "bold red",
    Tone.OPEN: "yellow",
    Tone.TITLE: "bold",
    Tone.QUIET: "dim",
    Tone.VALUE: "bold",
    Tone.POINTER: "cyan",
    Tone.REMEDY: "green",
}
"""The colour of each tone."""


_JSON = msgspec.json.Encoder(decimal_format="number")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
"""It stands within texts alone, in which JSON may write it by an escape."""


class Output:
    """One of the two standard streams, as it stands when a command begins."""

    def __init__(self, *, err: bool = False) -> None:
        self._stream = sys.stderr if err else sys.stdout
        self._console = Console(file=self._stream, highlight=False, markup=False, emoji=False)
        self.is_terminal = self._console.is_terminal and not self._console.is_dumb_terminal

    @property
    def _is_unicode(self) -> bool:
        return (self._stream.encoding or "").lower().replace("-", "") == "utf8"

    def lines(self, lines: Iterable[Text]) -> None:
        """Write lines."""
        for line in lines:
            self.line(line)

    def line(self, line: Text) -> None:
        """Write one line."""
        if self.is_terminal:
            with self._console.capture() as captured:
                self._console.print(line, soft_wrap=True)
            self._stream.write(captured.get())
        else:
            self._stream.write(f"{line.plain}\n")

    def json(self, value: object) -> None:
        """Write one JSON value on a line of its own (RFC 8259), its numbers exact."""
        try:
            line = msgspec.json.format(_JSON.encode(value), indent=0)
        except UnicodeEncodeError:  # The name of a file need not be Unicode.
            line = json.dumps(value).encode()
        self.json_lines(line + b"\n")

    def json_lines(self, lines: bytes) -> None:
        """Write lines of JSON, which are UTF-8."""
        text = lines.decode()
        self._stream.write(text if self._is_unicode else _NOT_ASCII.sub(_escaped, text))


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found.group())[1:-1]


def answer(document: object, lines: Iterable[Text], *, as_json: bool) -> None:
    """Write what a command answers to standard output: as one JSON value, or as lines to read."""
    output = Output()
    if as_json:
        output.json(document)
    else:
        output.lines(lines)


def styled(line: Line) -> Text:
    """Return a line of the engine's prose in its colours."""
    return Text.assemble(*((piece.text, STYLES[piece.tone]) for piece in line))


def toned(text: str, tone: Tone = Tone.PLAIN) -> Text:
    """Return a text in the colour of a tone."""
    return Text(text, style=STYLES[tone])


class Count(Protocol):
    """Counts what was done."""

    def __call__(self, count: int = 1) -> None:
        """Count so many more."""
        ...


@contextmanager
def counting(what: str, *, done: int = 0, elsewhere: bool = False) -> Iterator[Count]:
    """Give what is to be called for what is done; shows the count, and how fast it grows.

    It is shown on standard error if that is a terminal, and the answers go `elsewhere` than to
    another. `done` are those of an earlier run.
    """
    if not sys.stderr.isatty() or (sys.stdout.isatty() and not elsewhere):
        yield _unseen
        return
    columns = (bars.TextColumn("{task.completed:,.0f} " + what), _RateColumn(done))
    with _progress(*columns) as progress:
        task = progress.add_task(what, total=None, completed=done)
        yield lambda count=1: progress.advance(task, count)


def _unseen(count: int = 1) -> None:
    del count


class _RateColumn(bars.ProgressColumn):
    """How many a second, since the beginning of this run."""

    def __init__(self, done: int) -> None:
        super().__init__()
        self._done = done

    def render(self, task: bars.Task) -> Text:
        if not task.elapsed:
            return Text()
        return toned(f"{(task.completed - self._done) / task.elapsed:,.0f}/s", Tone.QUIET)


@contextmanager
def reading(stream: BinaryIO, size: int | None) -> Iterator[BinaryIO]:
    """Give the stream, showing on standard error how far it has been read, if that is a terminal.

    `size` is that of the whole in bytes, None where it is not known.
    """
    if not sys.stderr.isatty():
        yield stream
        return
    with _progress(bars.BarColumn(), bars.DownloadColumn()) as progress:
        task = progress.add_task("read", total=size)
        yield progress.wrap_file(stream, total=size, task_id=task)


def _progress(*columns: bars.ProgressColumn) -> bars.Progress:
    console = Console(file=sys.stderr)
    return bars.Progress(
        bars.SpinnerColumn(), *columns, bars.TimeElapsedColumn(), console=console, transient=True
    )
