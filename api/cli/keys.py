"""`assent keys`: makes API keys, lists them, and ends them."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import TextIO

import click
from rich.text import Text

from api.cli.arguments import WRITTEN, InstantType, as_json_option
from api.cli.failures import Failure, unreadable
from api.cli.groups import Group
from api.cli.key_roles import unnamed_roles
from api.cli.keys_view import (
    key_document,
    key_lines,
    key_meant,
    listed_document,
    listed_lines,
    moment,
)
from api.cli.service import service_told
from api.cli.subjects import by_option
from api.cli.terminal import Output, answer, toned
from api.installation.settings import load_settings
from api.installation.setup import keys_of, make_key
from engine.audit.instants import utc_now
from engine.source.layout import Tone, printable
from engine.source.quoting import excerpt
from engine.source.suggest import nearest
from engine.storage.errors import Conflict
from engine.storage.keys import ApiKey, Role


@click.group(cls=Group)
def keys() -> None:
    """Make, list and revoke the keys of those who call the service."""


@keys.command()
@click.argument("name", type=WRITTEN)
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
    type=WRITTEN,
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
@by_option("makes it")
@as_json_option
def create(  # noqa: PLR0913 - one parameter for each option.
    name: str,
    *,
    roles: tuple[str, ...],
    expires: datetime | None,
    principal: str | None,
    policy_sets: tuple[str, ...],
    may_grant: tuple[str, ...],
    output: Path | None,
    by: str,
    as_json: bool,
) -> None:
    """Make a key, and show it this once.

    An entry of the log says what it may do and who made it; without that entry there is no key.
    A version of policies is approved by another principal than its author, and a waiver granted by
    another than asked for it. Keys of administrators and monitors are for all policy sets.

    \b
      assent keys create pipeline --role submitter
      assent keys create "anna's laptop" --role author --principal anna
      assent keys create ben --role approver --set alcohol -o ben.key
      assent keys create dpo --role approver --may-grant "Data Protection Officer"

    Exit status: 0 if it is made, 2 where it cannot be: another key has the name and is not revoked,
    it would have expired by now, the file is there already, the log takes no entry, or the service
    is not prepared (`assent init`).
    """  # noqa: D301 - click reads the escape.
    with service_told(), nullcontext() if output is None else _new_file(output) as file:
        settings = load_settings()
        # Before the key is made: whatever fails here loses none.
        notes = list(unnamed_roles(settings, may_grant))
        try:
            made = make_key(
                settings,
                actor=by,
                name=name,
                roles=[Role(role) for role in roles],
                expires_at=expires,
                principal=principal,
                policy_sets=policy_sets or None,
                may_grant=may_grant,
            )
        except Conflict as error:
            advice = "choose another name, or end that one with `assent keys revoke`"
            raise Failure("the keys", str(error), advice) from error
        if file is not None:
            file.write(f"{made.token}\n")
    told = Output()
    Output(err=True).lines(toned(f"note: {printable(each)}", Tone.OPEN) for each in notes)
    if as_json:
        told.json(key_document(made))
    elif output is not None:
        told.line(toned("the key is in ") + toned(str(output), Tone.POINTER))
    else:
        told.line(toned("the key, shown only now", Tone.TITLE))
        told.lines(key_lines(made))


@keys.command("list")
@click.option("--at", type=InstantType(), help="Only those that were in force at an instant.")
@as_json_option
def list_(*, at: datetime | None, as_json: bool) -> None:
    """List all keys, the oldest first: what each is for, and whether it is in force.

    A key is named by its prefix, the 8 characters behind `assent_` in its text. The rest of the
    text is stored nowhere, and cannot be shown. `entry` is the one of the log that tells of it:
    `assent verify` compares all that is listed here with the log, except for the last use.

    \b
      assent keys list
      assent keys list --at 2026-10-05T12:00:00Z
      assent keys list --json | jq -r '.keys[] | select(.state == "in_force").name'

    Exit status: 0 if they are listed, 2 where they cannot be read.
    """  # noqa: D301 - click reads the escape.
    with service_told(), keys_of(load_settings()) as stored:
        known = [each for each in stored.all() if at is None or each.was_in_force(at)]
    now = utc_now()
    lines = [line for each in known for line in listed_lines(each, now)]
    if at is not None and not known:
        lines = [toned(f"no key was in force at {moment(at)}")]
    answer({"keys": [listed_document(each, now) for each in known]}, lines, as_json=as_json)


@keys.command()
@click.argument("key", metavar="NAME|PREFIX", type=WRITTEN)
@by_option("ends it")
@as_json_option
def revoke(key: str, *, by: str, as_json: bool) -> None:
    """End a key for good: within two seconds, every process of the service refuses it.

    It is named as `assent keys list` shows it, by its name or by its prefix. What was logged under
    its name stays. Another key can have the name from now on. Revoking it again changes nothing.
    An entry of the log says who revoked it.

    \b
      assent keys revoke pipeline
      assent keys revoke 4f0c2a9b

    Exit status: 0 if it is revoked, also where it was before, 2 where there is no such key, or the
    log takes no entry: the key is refused then all the same, and is to be revoked again.
    """  # noqa: D301 - click reads the escape.
    with service_told(), keys_of(load_settings()) as stored:
        before = _named(stored.all(), key)
        stored.revoke(before.prefix, actor=by)
        (ended,) = (each for each in stored.all() if each.prefix == before.prefix)
    answer(listed_document(ended, utc_now()), _revoked_lines(before, ended), as_json=as_json)


def _revoked_lines(before: ApiKey, ended: ApiKey) -> Iterator[Text]:
    assert ended.revoked_at is not None  # noqa: S101 - it has just been revoked, or was before.
    when = "it was revoked before, at" if before.revoked_at is not None else "revoked at"
    yield toned("REVOKED", Tone.ALLOW) + toned(f"  {printable(ended.name)}", Tone.TITLE)
    told = f"{key_meant(ended)}; {when} {moment(ended.revoked_at)}"
    yield toned(f"  {ended.prefix}  ", Tone.POINTER) + toned(told, Tone.QUIET)


def _named(known: Sequence[ApiKey], text: str) -> ApiKey:
    """Return the key of a name or prefix: the one not revoked, else the last that was."""
    found = [each for each in known if text in (each.name, each.prefix)]
    if not found:
        near = nearest(text, (each.name for each in known))
        meant = f"did you mean {excerpt(near)}? " if near is not None else ""
        why = f"no key has the name or the prefix {excerpt(text)}"
        raise Failure("the keys", why, f"{meant}`assent keys list` shows them all")
    unrevoked = [each for each in found if each.revoked_at is None]
    if len(unrevoked) > 1:
        why = f"one key has the name {excerpt(text)}, and another has it as its prefix"
        raise Failure("the keys", why, "name the first by its prefix, or the other by its name")
    return (unrevoked or found)[-1]


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
