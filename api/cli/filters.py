"""The options by which commands find decisions: the filters of `GET /v1/decisions`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import click

from api.cli.arguments import WRITTEN, InstantType
from api.cli.failures import Failure
from api.cli.terminal import Output, toned
from engine.source.layout import Tone
from engine.storage.databases.database import Database
from engine.storage.errors import InvalidQuery, LogInconsistent, NotFound
from engine.storage.search.filters import SEARCHABLE_STATUSES, DecisionFilter
from engine.storage.search.saved_queries import SavedQueries
from engine.storage.search.unknown_names import UnknownName

_Command = TypeVar("_Command", bound=Callable[..., Any])

_FILTERS = (
    click.option("--since", type=InstantType(), help="Decided at this time or later."),
    click.option("--until", type=InstantType(), help="Decided before this time."),
    click.option("--outcome", type=click.Choice(["allow", "deny"]), help="What was decided."),
    click.option(
        "--conclusive/--inconclusive",
        default=None,
        help="Whether all facts were there that the decision hung on.",
    ),
    click.option(
        "--rule", metavar="POLICY/RULE", type=WRITTEN, help="A rule that came to a status."
    ),
    click.option(
        "--rule-status",
        type=click.Choice(SEARCHABLE_STATUSES),
        help="The status of that rule, policy or article; violated, unless it says otherwise.",
    ),
    click.option(
        "--policy",
        metavar="POLICY",
        type=WRITTEN,
        help="A policy of which a rule has a status.",
    ),
    click.option(
        "--article",
        metavar="PROVISION",
        type=WRITTEN,
        help='What a finding cites, or what that is in: "GDPR art 9".',
    ),
    click.option("--campaign", metavar="ID", type=WRITTEN, help="Decisions on a campaign."),
    click.option("--advertiser", metavar="NAME", type=WRITTEN, help="Campaigns of an advertiser."),
    click.option(
        "--market",
        metavar="CODE",
        type=WRITTEN,
        help="Decided for a market, or for a region of it: DE, US-CA.",
    ),
    click.option(
        "--platform", metavar="NAME", type=WRITTEN, help="Campaigns for a platform: meta, tiktok."
    ),
    click.option("--actor", metavar="NAME", type=WRITTEN, help="The key that asked."),
    click.option("--policy-set", metavar="NAME", type=WRITTEN, help="The policy set that decided."),
    click.option(
        "--policy-version", metavar="VERSION", type=WRITTEN, help="The version of it that decided."
    ),
    click.option(
        "--policy-digest", metavar="DIGEST", type=WRITTEN, help="The policies that decided."
    ),
    click.option(
        "--text",
        metavar="WORDS",
        type=WRITTEN,
        help='Words of the justification: profil*, "in a row" and more.',
    ),
    click.option(
        "--saved",
        metavar="NAME",
        type=WRITTEN,
        help="By the options of a saved query (`assent log save`), instead of these.",
    ),
    click.option(
        "--as-of",
        metavar="SIZE",
        type=click.IntRange(min=0),
        help="Among the first SIZE entries of the log.",
    ),
)


_STATUS_OF_NOTHING = (
    "a status is searched together with its rule: add --rule, --policy or --article"
)

ALTERED = "find out who altered it; `assent log forget` deletes it"
"""What to do about a saved query that is not the one that was logged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the options ask for: filters, or a saved query by its name, with `as_of`."""

    filters: DecisionFilter
    saved: str | None

    @property
    def as_of(self) -> int | None:
        """The size of the log that is asked about."""
        return self.filters.as_of

    def is_narrowed(self) -> bool:
        """Whether not just every decision is asked for."""
        return self.saved is not None or bool(self.filters.given())

    def of(self, database: Database) -> DecisionFilter:
        """Return the filters. Raises `Failure` where no query has the name, and `StorageError`."""
        if self.saved is None:
            return self.filters
        try:
            found = SavedQueries(database).get(self.saved)
        except NotFound as error:
            raise Failure("--saved", str(error), "`assent log queries` lists them") from error
        except InvalidQuery as error:
            raise Failure("--saved", str(error), "delete it, and save another") from error
        except LogInconsistent as error:
            raise Failure("--saved", str(error), ALTERED) from error
        return replace(found.filters, as_of=self.as_of)


def filter_options(command: _Command) -> _Command:
    """Give a command the options that decisions are found by."""
    for option in reversed(_FILTERS):
        command = option(command)
    return command


def tell_unsearched(before: int) -> None:
    """Say on standard error what could not be searched, where there is anything."""
    if before:
        told = f"some decisions before entry {before} do not say what was asked for"
        Output(err=True).line(
            toned(f"note: {told}; they are not among these, and may belong here", Tone.OPEN)
        )


def tell_unknown(names: Iterable[UnknownName]) -> None:
    """Say on standard error which names of a search, that found nothing, no decision has."""
    output = Output(err=True)
    for each in names:
        advice = "" if each.advice is None else f"; {each.advice}"
        output.line(toned(f"note: {each.message}{advice}", Tone.OPEN))


def read_filter(*, saved: str | None, **criteria: Any) -> Asked:
    """Return what the options ask for. Raises `click.UsageError`."""
    try:
        filters = DecisionFilter(**criteria)
    except InvalidQuery as error:
        if error.name == "rule_status":
            raise click.UsageError(_STATUS_OF_NOTHING) from error
        option = f"--{error.name}: " if error.name is not None else ""
        raise click.UsageError(f"{option}{error}") from error
    if saved is not None and filters.given():
        name = next(iter(filters.given())).replace("_", "-")
        raise click.UsageError(f"a saved query has its filters: leave out --{name}")
    return Asked(filters=filters, saved=saved)
