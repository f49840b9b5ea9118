"""`assent push`: uploads a folder of policies to a service, as a draft of a policy set."""

from itertools import chain
from pathlib import Path

import click

from api.cli.failures import NO, Failure
from api.cli.publication_view import findings_lines, pushed_lines
from api.cli.remote import Document, called, change, path_of, remote
from api.cli.terminal import answer
from api.client.bodies import decoded
from api.examination.policy_files import SHIPPED
from engine.bundle.load import read_directory


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--set",
    "policy_set",
    default=SHIPPED,
    show_default=True,
    metavar="NAME",
    help="The policy set that it is a version of.",
)
@click.option("--submit", is_flag=True, help="Submit it for review as well, unless it is unsound.")
@click.option("--reason", help="Why, for those who review it; goes with --submit.")
@called
@click.pass_context
def push(  # noqa: PLR0913 - one parameter for each option.
    ctx: click.Context,
    directory: Path,
    *,
    policy_set: str,
    submit: bool,
    reason: str | None,
    url: str,
    key_file: Path | None,
    as_json: bool,
) -> None:
    """Upload a folder of policies to a service, as a draft.

    The service checks it and runs its tests, and says what it found. A version is named by its
    text: the same folder is the same version, however often it is pushed. Your key is that of an
    author.

    \b
      assent push policies/ --key-file anna.key
      assent push policies/ --set alcohol --submit --reason "the new code of conduct"

    Exit status: 0 if the version is sound, 1 if its check has errors or its tests fail, 2 where it
    cannot be uploaded or submitted.
    """  # noqa: D301 - click reads the escape.
    if reason is not None and not submit:
        raise Failure("assent push", "--reason goes with --submit", "give both, or neither")
    service, files = remote(url, key_file), read_directory(directory)
    place = path_of(policy_set, "versions")
    reply = service.sent(place, {"files": files}, is_repeatable=True, is_slow=True)
    version, is_new = decoded(reply.body, Document), reply.status == 201
    if submit and version["is_sound"] and version["state"] in ("draft", "rejected"):
        place = path_of(policy_set, "versions", version["digest"])
        version = change(service, place, "submit", {"reason": reason})
    lines = chain(findings_lines(version, directory), pushed_lines(version, is_new=is_new))
    answer({"is_new": is_new, **version}, lines, as_json=as_json)
    if not version["is_sound"]:
        ctx.exit(NO)
