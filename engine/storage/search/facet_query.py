"""Parses the values of facet filters, strictly: a value that no decision can match is an error.

A misspelt value would match nothing, and an empty result looks like an answer. So it is refused
with a suggestion, or normalised to the same facet. Well-formed values that occur nowhere are for
`unknown_names`.
"""

import re
from datetime import datetime

from ...audit.entries.facets import LONGEST_VALUE
from ...english.provisions import abbreviated
from ...semantics.code_names import code_meant
from ...semantics.types import Scalar, is_code
from ...source.quoting import excerpt
from ..errors import InvalidQuery

_ARTICLE = re.compile(r"\w+ [a-z]+ \S.*")
_RULE = re.compile(r"[^\s/]+/[^\s/]+")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_VERSION = re.compile(r"(?:sha256:)?([0-9a-f]{12})")
"""The beginning of a digest, which is the version of policies that state none."""


def check_policy(value: str) -> None:
    """Raise `InvalidQuery` for what is no name of a policy."""
    if "/" in value:
        raise _refused("policy", value, "the name of a policy, and not of a rule", None)
    if value != value.lower():
        raise _refused("policy", value, "a name as policies have it", value.lower())


def check_rule(value: str) -> None:
    """Raise `InvalidQuery` for what is no name of a rule behind that of its policy."""
    if not _RULE.fullmatch(value):
        raise _refused("rule", value, "a rule of a policy, as `minors/no_profiled_ads`", None)
    if value != value.lower():
        raise _refused("rule", value, "a name as policies have it", value.lower())


def check_digest(value: str) -> None:
    """Raise `InvalidQuery` for what is not the whole digest of policies."""
    if _DIGEST.fullmatch(value):
        return
    short = _VERSION.fullmatch(value)
    advice = f"; for {excerpt(short[1])} ask by the version of the policies" if short else ""
    wanted = "`sha256:` and 64 digits of 0-9 and a-f, as a decision has it"
    told = f"this should be {wanted}, and is {excerpt(value)}{advice}"
    raise InvalidQuery(told, name="policy_digest")


def check_period(since: datetime | None, until: datetime | None) -> None:
    """Raise `InvalidQuery` for a time that ends before or as it begins."""
    if since is not None and until is not None and until <= since:
        told = "this should be later than `since`, and is not: nothing is decided in between"
        raise InvalidQuery(told, name="until")


def check_market(value: str) -> None:
    """Raise `InvalidQuery` for what is no code of a country or region."""
    if is_code(Scalar.PLACE, value):
        return
    meant = code_meant(Scalar.PLACE, value)
    raise _refused("market", value, "a code of ISO 3166, such as `DE` or `US-CA`", meant)


def check_article(value: str) -> None:
    """Raise `InvalidQuery` for what is no provision of an instrument as rules cite it."""
    instrument, _, provision = " ".join(value.split()).partition(" ")
    short = abbreviated(provision)
    if not _ARTICLE.fullmatch(f"{instrument} {provision}") or short != provision:
        meant = f"{instrument} {short}"
        known = meant if _ARTICLE.fullmatch(meant) else None
        raise _refused("article", value, "a provision such as `GDPR art 9(1)`", known)


def check_length(name: str, value: str) -> None:
    """Raise `InvalidQuery` for a value that is longer than what is kept, or says nothing."""
    if not 1 <= len(value) <= LONGEST_VALUE or not value.strip():
        raise InvalidQuery(f"this has 1 to {LONGEST_VALUE} characters", name=name)


def _refused(name: str, value: str, wanted: str, meant: str | None) -> InvalidQuery:
    near = f"; did you mean {excerpt(meant)}?" if meant is not None else ""
    return InvalidQuery(f"this should be {wanted}, and is {excerpt(value)}{near}", name=name)
