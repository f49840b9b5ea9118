"""Names in a filter that occur in no decision of the log: why a search may have found nothing.

Whether a name occurs is one lookup in the index of the search. Similar names are collected by a
skip scan: stepping through the index from one distinct name to the next, so that the cost does not
depend on how many decisions have each. That is far more than a search costs, and runs only after
one has found nothing.

The result reveals names in the log, so it is for callers who may search all of it. Names of
campaigns and advertisers are not collected, since a log may have one for each decision.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select

from ...audit.entries.facets import article_facet, platform_facet, policy_facet
from ...audit.exhibits.unsearched import FACETED
from ...source.quoting import excerpt
from ...source.suggest import nearest
from ..schema import facets_due, log_entry, log_entry_facet, log_entry_rule
from .filters import SEARCHABLE_STATUSES, DecisionFilter, market_facets

MOST_NAMES = 1_000
"""The most names that are gathered, to find the one that was meant."""

_SHORTEST = 3
"""As many letters two names have in common at least, where one is the beginning of the other."""

_NEVER = "violated, undetermined, excepted or waived"
_TOLD = {
    "rule": f"in no decision of the log was the rule %s {_NEVER}",
    "policy": f"in no decision of the log was a rule of the policy %s {_NEVER}",
    "article": "no finding in the log cites %s",
    "campaign": "no decision of the log names the campaign %s",
    "advertiser": "no decision of the log names the advertiser %s",
    "market": "no decision of the log is for the market %s",
    "platform": "no decision of the log names the platform %s",
    "actor": "no decision of the log was asked for by the actor %s",
    "policy_set": "no decision of the log was made by the policy set %s",
    "policy_version": "no decision of the log was made by policies of the version %s",
    "policy_digest": "no decision of the log was made by policies of the digest %s",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownName:
    """A name that no decision has: of which filter, and one that was probably meant, or None."""

    filter: str
    value: str
    meant: str | None

    @property
    def message(self) -> str:
        """What is not in the log, in a sentence without its end."""
        return _TOLD[self.filter] % excerpt(self.value)

    @property
    def advice(self) -> str | None:
        """What was probably meant, as a question; None where nothing in the log is near."""
        return None if self.meant is None else f"did you mean {excerpt(self.meant)}?"


def unknown_names(connection: Connection, filters: DecisionFilter) -> tuple[UnknownName, ...]:
    """Return the names in a filter that no decision of the log has, whatever else it asks for.

    The whole log is looked at, also where a filter is as of a smaller size. While the facets of
    some decisions are still to be derived, nobody knows what they name, and nothing is said of it.
    """
    asked = _TOLD.keys() - FACETED if _is_any_due(connection) else _TOLD.keys()
    return tuple(
        UnknownName(filter=name, value=value, meant=_meant(connection, name, value))
        for name, value in filters.given().items()
        if name in asked and isinstance(value, str) and not _is_known(connection, name, value)
    )


def _is_any_due(connection: Connection) -> bool:
    return connection.execute(select(facets_due.c.index).limit(1)).first() is not None


def _is_known(connection: Connection, name: str, value: str) -> bool:
    column, values = _place(name, value)
    found = select(literal(1)).where(column.in_(values)).limit(1)
    return connection.execute(found).first() is not None


def _place(name: str, value: str) -> tuple[ColumnElement[str], Sequence[str]]:
    """Return where a name stands, and as what."""
    match name:
        case "rule":
            return log_entry_rule.c.rule, [value]
        case "policy":
            return log_entry_facet.c.facet, [policy_facet(s, value) for s in SEARCHABLE_STATUSES]
        case "article":
            return log_entry_facet.c.facet, [article_facet(s, value) for s in SEARCHABLE_STATUSES]
        case "market":
            return log_entry_facet.c.facet, market_facets(value)
        case "platform":
            return log_entry_facet.c.facet, [platform_facet(value)]
        case _:
            return log_entry.c[name], [value]


# --- what was probably meant ------------------------------------------------------------------


def _meant(connection: Connection, name: str, value: str) -> str | None:
    """Return the name in the log that is most like one that is not in it."""
    match name:
        case "rule":
            return _near(value, _walked(connection, log_entry_rule.c.rule))
        case "policy":
            return _near(value, _of_any_status(connection, "policy "))
        case "article":
            return _cited_alike(value, _of_any_status(connection, "article "))
        case "platform":
            named = _walked(connection, log_entry_facet.c.facet, "platform ")
            return _near(value.casefold(), {each.removeprefix("platform ") for each in named})
        case "actor" | "policy_set":
            return _near(value, _walked(connection, log_entry.c[name]))
        case _:
            return None


def _of_any_status(connection: Connection, beginning: str) -> set[str]:
    """Return what follows the status in facets that begin so."""
    walked = _walked(connection, log_entry_facet.c.facet, beginning)
    return {each.removeprefix(beginning).partition(" ")[2] for each in walked}


def _near(value: str, known: Iterator[str] | set[str]) -> str | None:
    """Return the name that a value begins with, or that begins with it; else the one most like it.

    Of several of the former it is the nearest in length: a log may have any number of them, and
    nobody waits until each of them is compared.
    """
    names = set(known)
    extended = {
        each
        for each in names
        if min(len(each), len(value)) >= _SHORTEST
        and (each.startswith(value) or value.startswith(each))
    }
    if extended:
        return min(extended, key=lambda name: (abs(len(name) - len(value)), name))
    return nearest(value, names)


def _cited_alike(value: str, known: set[str]) -> str | None:
    """Return the same provision of the instrument that is most like a misspelt one.

    Another provision of the right instrument is another law, and nobody's slip of the pen.
    """
    instrument, _, provision = " ".join(value.casefold().split()).partition(" ")
    cited = [each.partition(" ") for each in known]
    instruments = {named for named, _, of_it in cited if of_it == provision}
    near = nearest(instrument, instruments)
    return None if near is None else f"{near} {provision}"


def _walked(
    connection: Connection, column: ColumnElement[str], beginning: str = ""
) -> Iterator[str]:
    """Return the values of an indexed column that begin so, each once, in the index's order."""
    found = connection.execute(_walk(column, beginning)).scalars()
    return (each for each in found if each.startswith(beginning))


def _walk(column: ColumnElement[str], beginning: str) -> Select[str]:
    """Return the query of a walk: each step is a look into the index, for what is next in it.

    It ends behind the first value that begins otherwise: `beginning` is a word and a space, and
    what begins with it lies together in the order of every collation.
    """
    first = select(func.min(column).label("name"), literal(1).label("step"))
    walk = first.where(column >= beginning).cte("walk", recursive=True)
    following = select(func.min(column)).where(column > walk.c.name).scalar_subquery()
    is_within = walk.c.name.startswith(beginning, autoescape=True), walk.c.step < MOST_NAMES
    walk = walk.union_all(select(following, walk.c.step + 1).where(*is_within))
    return select(walk.c.name).where(walk.c.name.is_not(None))
