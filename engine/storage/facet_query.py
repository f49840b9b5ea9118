"""What a filter by facets says, read strictly: what no decision can be found by is refused.

A value that is merely spelled in another way would find nothing, and nothing looks like an answer.
So it is refused with what was probably meant, or has the same facet.
"""

import re

from ..audit.facets import LONGEST_VALUE
from ..english.provisions import abbreviated
from ..semantics.code_names import code_meant
from ..semantics.types import Scalar, is_code
from ..source.json_fault import excerpt
from .errors import InvalidQuery

_ARTICLE = re.compile(r"\w+ [a-z]+ \S.*")


def check_policy(value: str) -> None:
    """Raise `InvalidQuery` for what is no name of a policy."""
    if "/" in value:
        raise _refused("policy", value, "the name of a policy, and not of a rule", None)
    if value != value.lower():
        raise _refused("policy", value, "a name as policies have it", value.lower())


def check_market(value: str) -> None:
    """Raise `InvalidQuery` for what is no code of a country or region."""
    if is_code(Scalar.PLACE, value):
        return
    meant = code_meant(Scalar.PLACE, value)
    raise _refused("market", value, "a code of ISO 3166, such as `DE` or `US-CA`", meant)


def check_article(value: str) -> None:
    """Raise `InvalidQuery` for what is no provision of an instrument as rules cite it."""
    instrument, _, provision = " ".join(value.split()).partition(" ")
    if not _ARTICLE.fullmatch(f"{instrument} {provision}"):
        meant = f"{instrument} {abbreviated(provision)}"
        known = meant if _ARTICLE.fullmatch(meant) and meant != value else None
        raise _refused("article", value, "a provision such as `GDPR art 9(1)`", known)


def check_length(name: str, value: str) -> None:
    """Raise `InvalidQuery` for a value that is longer than what is kept, or says nothing."""
    if not 1 <= len(value) <= LONGEST_VALUE or not value.strip():
        raise InvalidQuery(f"this has 1 to {LONGEST_VALUE} characters", name=name)


def _refused(name: str, value: str, wanted: str, meant: str | None) -> InvalidQuery:
    near = f"; did you mean {excerpt(meant)}?" if meant is not None else ""
    return InvalidQuery(f"this should be {wanted}, and is {excerpt(value)}{near}", name=name)
