"""`assent credentials`: what a file says of its own origin, as facts to paste into a descriptor."""

import json
from pathlib import Path

import click

from api.cli.failures import NO, Failure
from api.cli.terminal import answer, toned
from api.credentials import CredentialsFault, NotInstalled, read_file


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
@click.pass_context
def credentials(ctx: click.Context, file: Path, *, as_json: bool) -> None:
    """Read the content credentials (C2PA) of an ad, as facts of its provenance.

    FILE is an image, a video or a sound, which needs `pip install 'assent[c2pa]'`, or a JSON file
    of its manifests, which needs nothing. What is printed is the `provenance` of a creative:
    whether there are credentials, in which state, and by what the content was made, in the file
    itself and in everything it was made from. Nothing is fetched from the network: of credentials
    that are kept there, only their presence is told.

    \b
      assent credentials summer.jpg
      assent credentials manifests.json --json

    Exit status: 0 if the facts were read, also where there are no credentials; 1 if the credentials
    are invalid, so that the file was changed or the signature is broken; 2 if FILE cannot be read.
    """  # noqa: D301 - click reads the escape.
    try:
        found = read_file(file)
    except NotInstalled as fault:
        advice = "install it with `pip install 'assent[c2pa]'`"
        raise Failure(str(file), str(fault), advice) from None
    except CredentialsFault as fault:
        advice = "name a media file, or the JSON of its manifests"
        raise Failure(str(file), str(fault), advice) from None
    facts = found.facts()
    text = json.dumps(facts, indent=2, ensure_ascii=False)
    answer(facts, map(toned, text.splitlines()), as_json=as_json)
    if found.state == "invalid":
        ctx.exit(NO)
