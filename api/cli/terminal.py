"""Output: text with colour where a terminal reads it, the same text bare elsewhere, and JSON.

Lines are written as they are, never wrapped to the terminal. Standard output carries the answer,
standard error the progress and the failures.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

import rich.progress as bars
from rich.console import Console
from rich.text import Text

from engine.evaluation.prose import Line, Tone

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


class Output:
    """One of the two standard streams, as it stands when a command begins."""

    def __init__(self, *, err: bool = False) -> None:
        self._stream = sys.stderr if err else sys.stdout
        self._console = Console(file=self._stream, highlight=False, markup=False, emoji=False)
        self.is_terminal = self._console.is_terminal and not self._console.is_dumb_terminal

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
        """Write one JSON value on a line of its own (RFC 8259)."""
        unicode = (self._stream.encoding or "").lower().replace("-", "") == "utf8"
        self._stream.write(json.dumps(value, ensure_ascii=not unicode) + "\n")


def styled(line: Line) -> Text:
    """Return a line of the engine's prose in its colours."""
    return Text.assemble(*((piece.text, STYLES[piece.tone]) for piece in line))


def toned(text: str, tone: Tone = Tone.PLAIN) -> Text:
    """Return a text in the colour of a tone."""
    return Text(text, style=STYLES[tone])


@contextmanager
def counting(what: str) -> Iterator[Callable[[], None]]:
    """Give what is to be called for each thing done; shows the count where nothing else is seen.

    It is shown on standard error if that is a terminal, and the answers go elsewhere.
    """
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield lambda: None
        return
    with _progress(bars.TextColumn("{task.completed:,.0f} " + what)) as progress:
        task = progress.add_task(what, total=None)
        yield lambda: progress.advance(task)


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
