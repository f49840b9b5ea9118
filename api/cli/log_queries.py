"""`assent log save`, `queries` and `forget`: queries under a name, for `--saved`."""

from collections.abc import Iterator
from typing import Any

import click
from rich.text import Text

from api.cli.arguments import WRITTEN, as_json_option
from api.cli.failures import Failure
from api.cli.filters import ALTERED, filter_options, read_filter, tell_unknown
from api.cli.service import opened_service
from api.cli.subjects import by_option
from api.cli.terminal import answer, toned
from api.log.listing import saved_query_document
from engine.audit.instants import rfc3339
from engine.source.layout import Tone
from engine.source.quoting import excerpt
from engine.storage.errors import Conflict, InvalidQuery, LogInconsistent, NotFound
from engine.storage.search.decisions import Decisions
from engine.storage.search.saved_queries import SavedQueries, SavedQuery


@click.command()
@click.argument("name", type=WRITTEN)
@filter_options
@by_option("saves it")
@as_json_option
def save(name: str, *, by: str, as_json: bool, **criteria: Any) -> None:
    """Save a query under NAME, for `assent log query --saved NAME` and the service.

    An entry of the log says who saved it, and commits to what it asks for without saying so. NAME
    stands in the log for ever: choose one that names nobody. To change a query, forget it first.

    \b
      assent log save denied-minors --outcome deny --text minors --by "internal audit"
      assent log query --saved denied-minors

    Exit status: 0 if it is saved, 2 where it cannot be.
    """  # noqa: D301 - click reads the escape.
    asked = read_filter(**criteria)
    with opened_service() as (_, database):
        try:
            filters = asked.of(database)
            unknown = Decisions(database).unknown_names(filters)
            made = SavedQueries(database).save(name, filters, actor=by)
        except InvalidQuery as error:
            raise Failure(excerpt(name), str(error)) from error
        except Conflict as error:
            raise Failure(excerpt(name), str(error), "`assent log forget` deletes one") from error
    tell_unknown(unknown)
    lines = _done("SAVED", name, made.index, rfc3339(made.saved_at))
    answer(saved_query_document(made), lines, as_json=as_json)


@click.command()
@as_json_option
def queries(*, as_json: bool) -> None:
    """List the saved queries by name, with what each asks for.

    \b
      assent log queries

    Exit status: 0 if they are listed, also where there are none, 2 where they cannot be read.
    """  # noqa: D301 - click reads the escape.
    with opened_service() as (_, database):
        try:
            found = SavedQueries(database).all()
        except LogInconsistent as error:
            raise Failure("the log", str(error), ALTERED) from error
    lines = map(_line, found) if found else [toned("no query is saved", Tone.QUIET)]
    answer({"queries": list(map(saved_query_document, found))}, lines, as_json=as_json)


@click.command()
@click.argument("name", type=WRITTEN)
@by_option("deletes it")
@as_json_option
def forget(name: str, *, by: str, as_json: bool) -> None:
    """Delete the query that is saved as NAME.

    What it asked for is then gone. An entry of the log says who deleted it.

    \b
      assent log forget denied-minors --by "internal audit"

    Exit status: 0 if it is deleted, 2 where no query has the name.
    """  # noqa: D301 - click reads the escape.
    with opened_service() as (_, database):
        try:
            done = SavedQueries(database).delete(name, actor=by)
        except NotFound as error:
            raise Failure("the log", str(error), "`assent log queries` lists them") from error
    at = rfc3339(done.logged_at)
    document = {"deleted": name, "entry": {"index": done.index, "logged_at": at}}
    answer(document, _done("DELETED", name, done.index, at), as_json=as_json)


def _done(deed: str, name: str, index: int, at: str) -> Iterator[Text]:
    yield toned(deed, Tone.ALLOW) + toned(f"  {name}", Tone.TITLE)
    yield toned(f"  by entry {index}, logged at {at}", Tone.POINTER)


def _line(each: SavedQuery) -> Text:
    asks = ", ".join(f"{name} {_shown(value)}" for name, value in each.filters.given().items())
    return (
        toned(each.name, Tone.TITLE)
        + toned(f"  {asks or 'every decision'}")
        + toned(f"  saved by {excerpt(each.actor)}, entry {each.index}", Tone.QUIET)
    )


def _shown(value: object) -> str:
    return excerpt(value) if isinstance(value, str) else str(value).lower()
