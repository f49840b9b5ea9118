"""What a search could not find, as a file of its decisions says: `unsearched` of its manifest.

Before that entry, some decisions may meet the filters and are not in the file: their records do not
say, or what they say is still to be derived. Whoever verifies the file cannot know which, and is
told; what no search can have said is a fault.
"""

from collections.abc import Iterator, Mapping

from msgspec import UNSET, UnsetType

from ..faults import VerificationFault, fault

FACETED = frozenset({"policy", "article", "market", "platform", "advertiser"})
"""The filters by which some decisions may be impossible to find; every one is found by the others.
"""


def unsearched_faults(
    unsearched: int | UnsetType, *, filters: Mapping[str, object] | None, size: int
) -> Iterator[VerificationFault]:
    """Yield what is wrong with what a manifest says; one of an earlier version says nothing."""
    if unsearched is UNSET or not unsearched:
        return
    if unsearched > size:
        told = f"entries before {unsearched} were not searched, it says, in a log of {size:,}"
        yield fault(None, "unsearched_impossible", told)
    elif not is_faceted(filters):
        told = "it says that decisions were not searched, and its filters find every decision"
        yield fault(None, "unsearched_impossible", told)


def is_faceted(filters: Mapping[str, object] | None) -> bool:
    """Whether filters ask for what some decisions may not be found by; None for no search."""
    return not FACETED.isdisjoint(filters or ())
