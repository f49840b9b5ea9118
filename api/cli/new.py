"""`assent new`: a policy to begin with, in which every clause is explained, and a vocabulary."""

import os
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path

import click
from rich.text import Text

from api.cli.arguments import as_json_option
from api.cli.failures import Failure, unreadable
from api.cli.groups import Group
from api.cli.terminal import answer, toned
from api.examination.policy_files import shipped_vocabulary
from engine.source.layout import Tone
from engine.syntax.lexis import RESERVED_WORDS

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@click.group(cls=Group)
def new() -> None:
    """Begin something new: a policy, or the vocabulary that policies need."""


@new.command()
@click.argument("name", metavar="NAME")
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Where to write it. [default: NAME.policy]",
)
@as_json_option
def policy(name: str, output: Path | None, *, as_json: bool) -> None:
    """Write a policy to begin with.

    It has one rule, in which every clause is explained, and two tests that pass. NAME is a word
    in lower case, such as `alcohol_ads`. A file that is there already is never overwritten.

    \b
      assent new policy alcohol_ads
      assent new policy alcohol_ads --output policies/alcohol/ads.policy

    Exit status: 0 if it is written, 2 where it cannot be.
    """  # noqa: D301 - click reads the escape.
    if not _NAME.fullmatch(name) or name in RESERVED_WORDS:
        advice = "take a word of small letters, digits and underscores, such as `alcohol_ads`"
        raise Failure(f"`{name}`", "this cannot be the name of a policy", advice)
    path = output if output is not None else Path(f"{name}.policy")
    if path.suffix != ".policy":
        raise Failure(str(path), "policies are in files that end in `.policy`", "name such a file")
    _write(path, template(name))
    shown = shlex.quote(os.fspath(path))
    steps = (
        (f"assent check {shown}", "is there a mistake in it?"),
        (f"assent fmt {shown}", "lay it out as all policies are"),
        ("assent new vocabulary", "the facts that it speaks of, for a folder of its own"),
        ("assent test DIR", "do its tests pass, in the directory of its vocabulary?"),
    )
    answer({"policy": name, "file": os.fspath(path)}, _lines([path], steps), as_json=as_json)


@new.command()
@click.option(
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default=Path("vocabulary"),
    show_default=True,
    help="The folder to write it into.",
)
@as_json_option
def vocabulary(output: Path, *, as_json: bool) -> None:
    """Write the vocabulary that comes with Assent, to begin with.

    It declares the facts of a campaign of which policies speak. The folder stands beside your
    policies; what is there already is never overwritten.

    \b
      assent new vocabulary
      assent new vocabulary --output policies/vocabulary

    Exit status: 0 if it is written, 2 where it cannot be.
    """  # noqa: D301 - click reads the escape.
    texts = {output / Path(name).name: text for name, text in shipped_vocabulary().items()}
    try:
        output.mkdir(parents=True)
    except FileExistsError as error:
        advice = "name a folder that is still to be made"
        raise Failure(str(output), "this is there already", advice) from error
    except OSError as error:
        raise unreadable(error, str(output)) from error
    for path, text in texts.items():
        _write(path, text)
    root = shlex.quote(os.fspath(output.parent))
    steps = [(f"assent check {root}", "are your policies right by it?")]
    answer({"files": list(map(os.fspath, texts))}, _lines(texts, steps), as_json=as_json)


def template(name: str) -> str:
    """Return the text of a new policy of that name."""
    text = files(__package__).joinpath("template.policy").read_text(encoding="utf-8")
    return text.replace("NAME_SOURCE", f"{name.upper()}_SOURCE").replace("NAME", name)


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise Failure(str(path), "there is such a file already", "name another") from error
    except OSError as error:
        raise unreadable(error, str(path)) from error


def _lines(paths: Iterable[Path], steps: Sequence[tuple[str, str]]) -> Iterator[Text]:
    """Yield what was written, and the commands that come next with what each is for."""
    for path in paths:
        yield toned("written: ") + toned(os.fspath(path), Tone.POINTER)
    yield toned("what to do next", Tone.TITLE)
    for command, why in steps:
        yield toned(f"  {command}") + toned(f"  # {why}", Tone.QUIET)
