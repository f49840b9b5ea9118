"""`assent fmt`: policy files in the canonical layout. It changes space, never words or comments."""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

import click
from rich.text import Text

from api.cli.arguments import as_json_option
from api.cli.diagnostics_view import diagnostic_lines
from api.cli.failures import CANNOT, NO, Failure, unreadable
from api.cli.terminal import Output, toned
from engine.bundle.load import is_policy, read_text
from engine.source.diagnostic import Diagnostic
from engine.source.layout import Tone, printable
from engine.source.render import render_json
from engine.source.text import Source
from engine.storage.files import write_durably
from engine.syntax.format import format_source

_STDIN = "-"
_TONES = {"+": Tone.ALLOW, "-": Tone.DENY, "@": Tone.POINTER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Formatted:
    """One file: its text, its canonical text, and why it has none, where it has faults."""

    source: Source
    text: str
    diagnostics: tuple[Diagnostic, ...]

    @property
    def is_changed(self) -> bool:
        """Whether the text is not in the canonical layout."""
        return self.text != self.source.text


@click.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option("--check", "checks", is_flag=True, help="Change nothing; list what would change.")
@click.option("--diff", "shows", is_flag=True, help="Change nothing; show what would change.")
@as_json_option
@click.pass_context
def fmt(
    ctx: click.Context, paths: tuple[str, ...], *, checks: bool, shows: bool, as_json: bool
) -> None:
    """Lay policy files out as all policies are laid out.

    Only the space between words changes: no word, no comment, and no decision. PATH is a
    `.policy` file or a directory, below which every `.policy` file is meant; without one the
    directory you are in. `-` reads standard input and writes standard output. A file with
    mistakes in its syntax is left as it is, and its mistakes are shown.

    \b
      assent fmt policies/
      assent fmt policies/ --check
      assent fmt policies/minors.policy --diff

    Exit status: 0 if all is laid out so (with --check and --diff: if it was before), 1 if a file
    would change, 2 if a file has mistakes or cannot be read or written.
    """  # noqa: D301 - click reads the escape.
    is_stream = _STDIN in paths
    if is_stream and len(paths) > 1:
        raise Failure("assent fmt", "`-` stands alone", "name files, or standard input")
    done = [_standard_input()] if is_stream else [_file(path) for path in _files(paths or (".",))]
    is_dry = checks or shows
    if not is_dry and not is_stream:
        for each in done:
            if each.is_changed:
                _write(Path(each.source.name), each.text)
    if as_json:
        Output().json(_document(done, is_dry=is_dry))
    elif is_stream and not is_dry:
        _faults(done)
        sys.stdout.write("" if done[0].diagnostics else done[0].text)
    else:
        _tell(done, is_dry=is_dry, shows=shows)
    if any(each.diagnostics for each in done):
        ctx.exit(CANNOT)
    if is_dry and any(each.is_changed for each in done):
        ctx.exit(NO)


# --- reading and writing ----------------------------------------------------------------------


def _standard_input() -> Formatted:
    data = sys.stdin.buffer.read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Failure("standard input", "it is not UTF-8 text", "save it as UTF-8") from error
    return _formatted("standard input", text.replace("\r\n", "\n"))


def _file(path: Path) -> Formatted:
    return _formatted(os.fspath(path), read_text(path))


def _formatted(name: str, text: str) -> Formatted:
    source = Source(name=name, text=text)
    made, diagnostics = format_source(source)
    return Formatted(source=source, text=made, diagnostics=diagnostics)


def _files(names: Sequence[str]) -> list[Path]:
    """Return the files that some paths name, each once. Hidden ones below a directory are not."""
    found: dict[Path, Path] = {}
    for name in names:
        path = Path(name)
        if not path.is_dir():
            if path.suffix != ".policy":
                advice = "name a directory or a `.policy` file"
                raise Failure(name, "this is no policy file", advice)
            found.setdefault(path.resolve(), path)
            continue
        below = list(_below(path))
        if not below:
            raise Failure(name, "there is no `.policy` file in it", "name another directory")
        for each in below:
            found.setdefault(each.resolve(), each)
    return list(found.values())


def _below(directory: Path) -> Iterator[Path]:
    for folder, inner, names in os.walk(directory, onerror=_refuse):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in sorted(names):
            if is_policy(name) and not name.startswith("."):
                yield Path(folder, name)


def _refuse(error: OSError) -> None:
    raise unreadable(error) from error


def _write(path: Path, text: str) -> None:
    """Replace a file at once: whoever reads it sees the old text or the new one."""
    real = path.resolve()
    try:
        write_durably(real, text.encode(), mode=real.stat().st_mode & 0o7777)
    except OSError as error:
        raise unreadable(error, str(path)) from error


# --- telling ----------------------------------------------------------------------------------


def _faults(done: Sequence[Formatted]) -> None:
    errors = Output(err=True)
    for each in done:
        if each.diagnostics:
            errors.lines(diagnostic_lines(each.diagnostics, {each.source.name: each.source}))


def _tell(done: Sequence[Formatted], *, is_dry: bool, shows: bool) -> None:
    _faults(done)
    output = Output()
    for each in done:
        if shows:
            output.lines(_difference(each))
        elif each.is_changed:
            verb = "would change" if is_dry else "formatted"
            output.line(toned(f"{verb} ") + toned(printable(each.source.name), Tone.POINTER))
    changed = sum(each.is_changed for each in done)
    broken = sum(bool(each.diagnostics) for each in done)
    tone = Tone.DENY if broken or (is_dry and changed) else Tone.ALLOW
    output.line(toned(_summary(changed, broken, len(done), is_dry=is_dry), tone))


def _summary(changed: int, broken: int, whole: int, *, is_dry: bool) -> str:
    verb = "would change" if is_dry else "changed"
    parts = [f"{changed} {verb}", f"{whole - changed - broken} left as they were"]
    if broken:
        parts.append(f"{broken} with mistakes")
    return ", ".join(parts)


def _difference(each: Formatted) -> Iterator[Text]:
    name = each.source.name
    before, after = each.source.text.splitlines(), each.text.splitlines()
    for line in unified_diff(before, after, name, f"{name} (formatted)", lineterm=""):
        tone = Tone.TITLE if line.startswith(("---", "+++")) else _TONES.get(line[:1], Tone.PLAIN)
        yield toned(printable(line), tone)


def _document(done: Sequence[Formatted], *, is_dry: bool) -> dict[str, object]:
    return {
        "is_dry": is_dry,
        "files": [
            {
                "file": each.source.name,
                "is_changed": each.is_changed,
                "text": each.text if each.source.name == "standard input" else None,
                "diagnostics": list(render_json(each.diagnostics, {each.source.name: each.source})),
            }
            for each in done
        ],
    }
