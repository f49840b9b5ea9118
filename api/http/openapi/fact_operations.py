"""The endpoints of standing facts."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from api.http.problems import (
    BUSY,
    MALFORMED_FACT,
    MALFORMED_ORDER,
    NOT_FOUND,
    OUTDATED,
    UNCONDITIONAL,
    UNRECORDABLE,
    WRONG_STATE,
)
from api.http.requests.bodies import JSON
from api.http.requests.shapes import REASON, FactParameters

from .operation import ETAG, LOCATION, Answer, Operation, ref
from .policy_operations import IF_MATCH, IF_STILL
from .schemas import many, members

_TAG = "Standing facts"
_TEXT = "What is known beforehand; it fills what a campaign leaves open, and never replaces it."
_STATED = {JSON: ref("Statement")}
_ANSWER = Answer(text="The standing fact", content={JSON: ref("StandingFact")}, headers=(ETAG,))
_FACT = {200: _ANSWER}
_RECORDED = {
    200: replace(_ANSWER, headers=(ETAG, LOCATION)),
    201: replace(_ANSWER, text="The standing fact, which is new", headers=(ETAG, LOCATION)),
}
_REFUSED = (MALFORMED_ORDER, MALFORMED_FACT, UNRECORDABLE, BUSY)
_LIST = members(items=many(ref("StandingFact")))

FACT_OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "facts.list": Operation(
            summary="List standing facts",
            tag=_TAG,
            query=FactParameters,
            answers={
                200: Answer(
                    text="Those that are not withdrawn, in the order in which they were recorded",
                    content={JSON: ref("StandingFactPage")},
                )
            },
        ),
        "facts.record": Operation(
            summary="Record a standing fact",
            tag=_TAG,
            text=_TEXT,
            body=_STATED,
            answers=_RECORDED,
            problems=_REFUSED,
        ),
        "facts.show": Operation(
            summary="Read a standing fact",
            tag=_TAG,
            headers=(IF_STILL,),
            answers=_FACT,
            problems=(NOT_FOUND, OUTDATED),
        ),
        "facts.amend": Operation(
            summary="State a standing fact otherwise",
            tag=_TAG,
            text="The version before is kept.",
            headers=(IF_MATCH,),
            body=_STATED,
            answers=_FACT,
            problems=(*_REFUSED, NOT_FOUND, WRONG_STATE, OUTDATED, UNCONDITIONAL),
        ),
        "facts.versions": Operation(
            summary="Read every version of a standing fact",
            tag=_TAG,
            answers={200: Answer(text="The newest first", content={JSON: _LIST})},
            problems=(NOT_FOUND,),
        ),
        "facts.withdraw": Operation(
            summary="Withdraw a standing fact",
            tag=_TAG,
            headers=(IF_MATCH,),
            body={JSON: REASON},
            answers=_FACT,
            problems=(
                *(NOT_FOUND, WRONG_STATE, OUTDATED, MALFORMED_ORDER),
                *(UNRECORDABLE, UNCONDITIONAL, BUSY),
            ),
        ),
    }
)
"""What whoever knows the facts asks, and whoever audits them."""
