"""All that a service answers from, compared with the entries of its log.

Entries prove themselves: that they are those of the log, with what they disclose, is for the
verifier of an export. A table that tells of them proves nothing, so it is compared with them.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

from ..databases.database import Database
from ..errors import LogInconsistent
from .acts import compare_acts
from .erasures import compare_destroyed, compare_erased
from .facts import compare_facts
from .flags import compare_flags
from .holds import compare_holds
from .indexes import compare_indexes
from .keys import compare_keys
from .policies import compare_policies
from .requests import compare_requests
from .saved_queries import compare_saved_queries
from .tables import compare_tables
from .tree import compare_tree
from .uses import compare_uses
from .waivers import compare_waivers
from .words import compare_words

Comparison: TypeAlias = Callable[[Database], None]
"""Compares one thing, and changes nothing.

It raises `LogInconsistent` for the first that is missing, was added, or says something else than
the log, and `StorageUnavailable`.
"""

COMPARISONS: Sequence[Comparison] = (
    compare_tables,
    compare_indexes,
    compare_words,
    compare_saved_queries,
    compare_policies,
    compare_waivers,
    compare_facts,
    compare_keys,
    compare_uses,
    compare_requests,
    compare_holds,
    compare_erased,
    compare_destroyed,
    compare_flags,
    compare_acts,
    compare_tree,
)


def compare_everything(database: Database) -> None:
    """Make every comparison; raises as they do."""
    for compare in COMPARISONS:
        with written_by_assent():
            compare(database)


@contextmanager
def written_by_assent() -> Iterator[None]:
    """Tell of a value that no version of Assent writes, whatever it is that stumbles over it.

    Raises `LogInconsistent`.
    """
    try:
        yield
    except (TypeError, ValueError, LookupError, AttributeError, OverflowError) as error:
        told = f"a row has a value that Assent does not write ({type(error).__name__}: {error})"
        raise LogInconsistent(told) from error
