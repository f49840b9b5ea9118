"""What stands in the place of a request, and should stand in it: a campaign or a platform's record.

What is wrong with each of its members helps nobody then: none of them is to be left out.
"""

from collections.abc import Mapping, Sequence

from api.adapters.recognition import likeness_of

_MOST_OF_A_REQUEST = 6
"""So many members, of which none is known, are no request with its words misspelt."""


def misplaced(body: Mapping[str, object], unknown: Sequence[str]) -> str | None:
    """Return what a body is, of whose members these are unknown; None where it is a request."""
    likeness = likeness_of(dict.fromkeys(unknown))
    if likeness is not None:
        return f"this looks like {likeness.name} itself, and not like a request with one"
    is_all = len(unknown) == len(body) >= _MOST_OF_A_REQUEST
    return "this looks like the campaign itself, and not like a request" if is_all else None
