"""Facets: the search terms of a decision besides its columns and words. Each is one text.

    policy STATUS NAME          a policy of which a rule has that status
    article STATUS PROVISION    a provision that a finding of that status cites, or one around it
    market CODE                 a market of the decision, or the country that it is in
    platform NAME               a platform of the campaign
    unsaid MEMBER               a member that the record lacks: no search by it finds the decision

INVARIANT: a facet has single spaces between its words, and no other white space.

The facets of a decision are a pure function of its result. Writer, verifier and search all use this
module, so that they spell facets alike.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

LONGEST_VALUE = 512
"""As many characters of a value are kept, and can be asked for: an index has to hold them."""

UNSAID_ADVERTISER, UNSAID_PLATFORMS = "unsaid advertiser", "unsaid platforms"
"""What a decision has whose record does not say: of an earlier version, or of what is sensitive."""


def policy_facet(status: str, policy: str) -> str:
    """Return the facet of a policy of which a rule has a status."""
    return f"policy {status} {_spaced(policy)}"


def article_facet(status: str, provision: str) -> str:
    """Return the facet of a provision, such as `GDPR art 9(1)`; case and spaces do not matter."""
    return f"article {status} {_spaced(provision.casefold())}"


def market_facet(code: str) -> str:
    """Return the facet of a market."""
    return f"market {_spaced(code)}"


def platform_facet(name: str) -> str:
    """Return the facet of a platform; case and spaces do not matter."""
    return f"platform {_spaced(name.casefold())}"


def policies_of(rules: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield the facets of rules, each with its status, by the policies that they are in."""
    for rule, status in rules:
        yield policy_facet(status, rule.partition("/")[0])


@lru_cache(maxsize=4096)  # Rules cite the same in every decision.
def articles_of(status: str, instrument: str, provision: str) -> tuple[str, ...]:
    """Return the facets of a provision and of those around it: of `art 9(2)(a)` also `art 9(2)`."""
    found, words = [], provision.split()
    while words:
        found.append(article_facet(status, f"{instrument} {' '.join(words)}"))
        last, opened, _ = words[-1].rpartition("(")
        # What is in brackets lies within what is before it, and `point 4` within `annex 3`.
        words = [*words[:-1], last] if opened and last else words[:-2]
    return tuple(found)


def markets_of(codes: Iterable[str]) -> Iterator[str]:
    """Yield the facets of markets, and of the countries of those that are regions."""
    for code in codes:
        yield market_facet(code)
        country, dash, _ = code.partition("-")
        if dash:
            yield market_facet(country)


def _spaced(text: str) -> str:
    return " ".join(text.split())[:LONGEST_VALUE]
