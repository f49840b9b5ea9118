"""Conditional requests (RFC 9110 §13): nobody changes what they did not see as it is.

An `ETag` here is the revision of a resource. A change needs `If-Match` (RFC 6585 §3: 428 without),
and is refused where the revision is none of those by then (412). A read needs none; one that has it
is of such a revision, or refused likewise (§13.2.1).
"""

import re

from werkzeug.wrappers import Request, Response

from api.http.problems import OUTDATED, UNCONDITIONAL, Problem, ProblemRaised

_REVISION = re.compile(r"0|[1-9][0-9]{0,17}")
_READS = frozenset({"GET", "HEAD"})


def tagged(request: Request, answer: Response, revision: int) -> Response:
    """Return an answer with the `ETag` of a revision.

    Raises `ProblemRaised` for a read that is conditional on another revision.
    """
    tag = f'"{revision}"'
    is_conditional = request.method in _READS and "If-Match" in request.headers
    if is_conditional and not request.if_match.contains(str(revision)):
        raise ProblemRaised(Problem(kind=OUTDATED, detail=f"the `ETag` is `{tag}` now"))
    answer.headers["ETag"] = tag
    return answer


def seen_revisions(request: Request) -> frozenset[int] | None:
    """Return the revisions of one of which a change is; None where any will do (`*`).

    Raises `ProblemRaised` where the request has no condition, or one that nothing can meet.
    """
    if "If-Match" not in request.headers:
        detail = "send the `ETag` of what you read as `If-Match`"
        raise ProblemRaised(Problem(kind=UNCONDITIONAL, detail=detail))
    tags = request.if_match
    if tags.star_tag:
        return None
    # An empty tag is None there.
    seen = frozenset(int(tag) for tag in tags.as_set() if tag and _REVISION.fullmatch(tag))
    if not seen:
        detail = "`If-Match` should be the `ETag` that you read, as it came"
        raise ProblemRaised(Problem(kind=OUTDATED, detail=detail))
    return seen
