"""`assent docs`: the policies as a handbook in plain prose, for counsel to circulate."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.text import Text

from api.cli.failures import Failure
from api.cli.sound_policies import build_policies
from api.cli.terminal import Output, toned
from api.examination.policy_files import SHIPPED, PolicyFiles, read_policies
from api.handbook.links import INDEX, WHOLE
from api.handbook.publish import OccupiedError, publish
from api.handbook.site import pages
from engine.bundle.bundle import Bundle
from engine.handbook.handbook import handbook
from engine.handbook.values import Handbook
from engine.source.layout import Tone, counted
from engine.testing.runner import run_cases


@click.command()
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Where the handbook is written; a handbook that is there is replaced.",
)
@click.option("--force", is_flag=True, help="Write into a folder that holds other files too.")
@click.option("--json", "as_json", is_flag=True, help="The handbook as one JSON document.")
def docs(directory: Path | None, output: Path | None, *, force: bool, as_json: bool) -> None:
    """Write a handbook of the policies in plain prose.

    The folder holds a page for each policy, indexes by article, market and campaign fact, the
    vocabulary, and `handbook.html`, which is all of it on one page, for print. The examples are
    the tests of the policies, so they have to pass. Without a directory it is the handbook of the
    policies that come with Assent.

    \b
      assent docs policies/ --output handbook/
      assent docs --json

    Exit status: 0 where it is made, 2 where it cannot be: policies with errors or with tests that
    fail, a folder that holds other files.
    """  # noqa: D301 - click reads the escape.
    if output is None and not as_json:
        raise click.UsageError("name a folder with `--output`, or ask for `--json`")
    policies = read_policies(directory)
    bundle = build_policies(policies)
    _check_examples(policies, bundle)
    made = handbook(bundle)
    if output is not None:
        _publish(made, output, force=force)
        if not as_json:
            Output().lines(_summary(made, output))
    if as_json:
        Output().json(document(made))


def _summary(made: Handbook, output: Path) -> Iterator[Text]:
    rules = counted(len(made.rules), "rule", "rules")
    policies = counted(len(made.chapters), "policy", "policies")
    yield toned(f"{rules} in {policies}, version {made.version}")
    yield toned(str(output / INDEX), Tone.POINTER)
    yield toned(f"{output / WHOLE} for print", Tone.POINTER)


def document(made: Handbook) -> dict[str, Any]:
    """Return a handbook as a JSON value."""
    value: dict[str, Any] = json.loads(msgspec.json.encode(made))
    return value


def _check_examples(policies: PolicyFiles, bundle: Bundle) -> None:
    failing = sum(not result.passed for result in run_cases(bundle))
    if failing:
        where = "" if policies.name == SHIPPED else f" {policies.root}"
        tests = counted(failing, "test fails", "tests fail")
        why = f"{tests}, and would stand in the handbook as an example"
        raise Failure(str(policies.root), why, f"`assent test{where}` shows what came instead")


def _publish(made: Handbook, output: Path, *, force: bool) -> None:
    try:
        publish(pages(made), output, force=force)
    except OccupiedError as error:
        advice = "name another folder, or add `--force` to keep it and write beside it"
        raise Failure(str(error.folder), error.reason, advice) from error
