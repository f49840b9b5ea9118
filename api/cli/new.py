"""`assent new policy`: a policy to begin with, in which every clause is explained."""

import os
import re
import shlex
from importlib.resources import files
from pathlib import Path

import click

from api.cli.failures import Failure, unreadable
from api.cli.terminal import Output, toned
from engine.evaluation.prose import Tone
from engine.syntax.lexis import RESERVED_WORDS

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@click.group()
def new() -> None:
    """Begin something new: a policy."""


@new.command()
@click.argument("name", metavar="NAME")
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Where to write it. [default: NAME.policy]",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of text.")
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
    if as_json:
        Output().json({"policy": name, "file": os.fspath(path)})
    else:
        _tell(path)


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


def _tell(path: Path) -> None:
    output = Output()
    shown = shlex.quote(os.fspath(path))
    output.line(toned("written: ") + toned(os.fspath(path), Tone.POINTER))
    output.line(toned("what to do next", Tone.TITLE))
    for command, why in (
        (f"assent check {shown}", "is there a mistake in it?"),
        (f"assent fmt {shown}", "lay it out as all policies are"),
        ("assent test DIR", "do its tests pass, in the directory of its vocabulary?"),
    ):
        output.line(toned(f"  {command}") + toned(f"  # {why}", Tone.QUIET))
