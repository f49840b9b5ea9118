"""`assent facts`: what a service knows beforehand of advertisers, accounts and what they use."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from api.cli.fact_files import read_fact_file
from api.cli.facts_view import fact_lines, facts_lines
from api.cli.failures import Failure
from api.cli.groups import Group
from api.cli.remote import Document, called, failure, listed, remote
from api.cli.terminal import answer
from api.client.asking import Asking, below
from api.client.bodies import given
from api.client.errors import AssentError
from engine.evaluation.standing_facts.fact import SubjectKind

_FACTS = "/v1/facts"
_REASON = click.option("--reason", help="Why; it stands in the log.")


@click.group(cls=Group)
def facts() -> None:
    """Record standing facts at a service: what need not be asked of every campaign.

    A processor and its agreement, an impact assessment, a model and its audit, the lawful basis of
    an audience: stated once, with days and evidence, by an author. Campaigns that say nothing of it
    are decided as if they did.

    \b
      assent facts record dpia.json
      assent facts list --kind advertiser --name Fjellsko
      assent facts withdraw 9aa80509-d013-482c-a5f2-010d305e4d70 --reason "the agreement ended"

    The service is named by --url or ASSENT_URL, your key by --key-file or ASSENT_KEY_FILE.
    """  # noqa: D301 - click reads the escape.


@facts.command(name="list")
@click.option(
    "--kind",
    type=click.Choice([each.value for each in SubjectKind]),
    help="Those about such a subject.",
)
@click.option("--name", help="Those about the subject of this name.")
@called
def list_(
    kind: str | None, name: str | None, url: str, key_file: Path | None, *, as_json: bool
) -> None:
    """List what is recorded, as `assent decide --facts` reads it with --json.

    \b
      assent facts list
      assent facts list --json > facts.json

    Exit status: 0, or 2 where the service does not say.
    """  # noqa: D301 - click reads the escape.
    found = listed(remote(url, key_file), _FACTS, kind=kind, name=name)
    answer({"items": found}, facts_lines(found), as_json=as_json)


@facts.command()
@click.argument("fact", metavar="ID")
@called
def show(fact: str, url: str, key_file: Path | None, *, as_json: bool) -> None:
    """Show a standing fact with all of its versions.

    \b
      assent facts show 9aa80509-d013-482c-a5f2-010d305e4d70

    Exit status: 0, or 2 where there is no such fact.
    """  # noqa: D301 - click reads the escape.
    found = remote(url, key_file).get(f"{below(_FACTS, fact)}/versions", Document)
    answer(found, _several(found["items"]), as_json=as_json)


@facts.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--id", "fact", metavar="ID", help="State this fact otherwise. [default: a new one]")
@_REASON
@called
def record(  # noqa: PLR0913 - one parameter for each option.
    file: Path,
    *,
    fact: str | None,
    reason: str | None,
    url: str,
    key_file: Path | None,
    as_json: bool,
) -> None:
    """Record the standing facts in a file, or state one otherwise.

    FILE holds one as a JSON object, or a list of them. What is recorded already, word for word, is
    left as it is.

    \b
      assent facts record dpia.json
      assent facts record dpia.json --id 9aa80509-d013-482c-a5f2-010d305e4d70

    Exit status: 0 if they are recorded, 2 if one cannot be; those before it are.
    """  # noqa: D301 - click reads the escape.
    value = read_fact_file(file)
    stated = value if isinstance(value, list) else [value]
    if fact is not None and len(stated) != 1:
        raise Failure(str(file), "--id states one fact otherwise", "give a file with one")
    why, service = given({"reason": reason}), remote(url, key_file)
    made: list[Any] = []
    for index, each in enumerate(stated):
        if not isinstance(each, dict):
            raise Failure(f"{file}, at /{index}", "this is no standing fact", "write an object")
        try:
            made.append(_sent(service, {**each, **why}, fact))
        except AssentError as error:
            if len(stated) == 1:
                raise
            told = failure(f"{file}, at /{index}", error).message
            before = f"of {len(stated)} the first {index} are recorded"
            raise Failure("assent facts record", f"{told}; {before}") from error
    answer({"items": made}, _several(made), as_json=as_json)


@facts.command()
@click.argument("fact", metavar="ID")
@_REASON
@called
def withdraw(
    fact: str, *, reason: str | None, url: str, key_file: Path | None, as_json: bool
) -> None:
    """Withdraw a standing fact: what it stated is unknown again.

    \b
      assent facts withdraw 9aa80509-d013-482c-a5f2-010d305e4d70 --reason "the agreement ended"

    Exit status: 0 if it is withdrawn, 2 if it cannot be.
    """  # noqa: D301 - click reads the escape.
    service = remote(url, key_file)
    body, seen = given({"reason": reason}), _version(service, fact)
    made = service.send(f"{below(_FACTS, fact)}/withdraw", Document, body, seen=seen)
    answer(made, fact_lines(made), as_json=as_json)


def _sent(service: Asking, body: dict[str, object], fact: str | None) -> Document:
    if fact is None:
        return service.send(_FACTS, Document, body, is_repeatable=True)
    seen = _version(service, fact)
    return service.send(below(_FACTS, fact), Document, body, method="PUT", seen=seen)


def _version(service: Asking, fact: str) -> int:
    return int(service.get(below(_FACTS, fact), Document)["version"])


def _several(found: Iterable[Any]) -> Iterator[Text]:
    for index, each in enumerate(found):
        if index:
            yield Text()
        yield from fact_lines(each)
