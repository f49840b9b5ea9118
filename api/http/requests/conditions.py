"""Conditional requests (RFC 9110 §13): nobody changes what they did not see as it is.

An `ETag` here is the revision of a resource. A change needs `If-Match` (RFC 6585 §3: 428 without),
and is refused where the revision is another by then (412). A read needs none; one that has it is of
that revision, or refused likewise (§13.2.1).
"""

import re

from werkzeug.wrappers import Request, Response

from api.http.problems import OUTDATED, UNCONDITIONAL, Problem, ProblemRaised

_REVISION = re.compile(r"[0-9]{1,18}")


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


def seen_revision(request: Request) -> int | None:
    """Return the revision that a change is conditional on; None where any will do (`*`).

    Raises `ProblemRaised` where the request has no condition, or one that nothing can meet.
    """
    if "If-Match" not in request.headers:
        detail = "send the `ETag` of what you read as `If-Match`"
        raise ProblemRaised(Problem(kind=UNCONDITIONAL, detail=detail))
    tags = request.if_match
    if tags.star_tag:
        return None
    # An empty tag is None there.
    numbers = [int(tag) for tag in tags.as_set() if tag and _REVISION.fullmatch(tag)][:2]
    if len(numbers) != 1:
        detail = "`If-Match` should be the one `ETag` that you read"
        raise ProblemRaised(Problem(kind=OUTDATED, detail=detail))
    return numbers[0]
