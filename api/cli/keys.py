"""`assent keys`: makes API keys; the service lists them and revokes them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import TextIO

import click

from api.cli.failures import unreadable
from api.cli.init import key_document, key_lines
from api.cli.moments import InstantType
from api.cli.service import service_told
from api.cli.terminal import Output, toned
from api.settings import load_settings
from api.setup import make_key
from engine.evaluation.prose import Tone
from engine.storage.keys import Role


@click.group()
def keys() -> None:
    """Make keys for those who call the service."""


@keys.command()
@click.argument("name")
@click.option(
    "--role",
    "roles",
    type=click.Choice([role.value for role in Role]),
    multiple=True,
    required=True,
    help="What the key may do; may be given several times.",
)
@click.option("--expires", type=InstantType(), help="When it ends. [default: never]")
@click.option(
    "--principal",
    help="Whose key it is: a person with several keys is one author. [default: NAME]",
)
@click.option(
    "--set",
    "policy_sets",
    metavar="NAME",
    multiple=True,
    help="Only for this policy set; may be given several times. [default: for all]",
)
@click.option(
    "--may-grant",
    "may_grant",
    metavar="ROLE",
    multiple=True,
    help="Grants waivers in this role, named as rules name it; may be given several times.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="A new file for the key, for your eyes only. [default: it is shown]",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of text.")
def create(  # noqa: PLR0913 - one parameter for each option.
    name: str,
    *,
    roles: tuple[str, ...],
    expires: datetime | None,
    principal: str | None,
    policy_sets: tuple[str, ...],
    may_grant: tuple[str, ...],
    output: Path | None,
    as_json: bool,
) -> None:
    """Make a key, and show it this once.

    A version of policies is approved by another principal than its author, and a waiver granted by
    another than asked for it. Keys of administrators and monitors are for all policy sets.

    \b
      assent keys create pipeline --role submitter
      assent keys create "anna's laptop" --role author --principal anna
      assent keys create ben --role approver --set alcohol -o ben.key
      assent keys create dpo --role approver --may-grant "Data Protection Officer"

    Exit status: 0 if it is made, 2 where it cannot be: another key in force has the name, the file
    is there already, or the service is not prepared (`assent init`).
    """  # noqa: D301 - click reads the escape.
    with service_told(), nullcontext() if output is None else _new_file(output) as file:
        made = make_key(
            load_settings(),
            name=name,
            roles=[Role(role) for role in roles],
            expires_at=expires,
            principal=principal,
            policy_sets=policy_sets or None,
            may_grant=may_grant,
        )
        if file is not None:
            file.write(f"{made.token}\n")
    told = Output()
    if as_json:
        told.json(key_document(made))
    elif output is not None:
        told.line(toned("the key is in ") + toned(str(output), Tone.POINTER))
    else:
        told.line(toned("the key, shown only now", Tone.TITLE))
        told.lines(key_lines(made))


@contextmanager
def _new_file(path: Path) -> Iterator[TextIO]:
    """Give a new file that nobody else may read; it stays if all goes well."""
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise unreadable(error, str(path)) from error
    with os.fdopen(opened, "w") as file:
        try:
            yield file
        except BaseException:
            path.unlink()
            raise
