"""The endpoints of waivers."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from marshmallow import Schema

from api.http.problems import (
    BUSY,
    MALFORMED_ORDER,
    NOT_FOUND,
    OUTDATED,
    OWN_WAIVER,
    SAME_WAIVER,
    UNCONDITIONAL,
    UNRECORDABLE,
    WRONG_ROLE,
    WRONG_STATE,
    ProblemKind,
)
from api.http.requests.bodies import JSON
from api.http.requests.shapes import GRANT, REJECTION, WAIVER_REQUEST, WaiverParameters

from .operation import ETAG, LOCATION, Answer, Operation, ref
from .policy_operations import IF_MATCH, IF_STILL

_TAG = "Waivers"
_WAIVER = Answer(text="The waiver", content={JSON: ref("Waiver")}, headers=(ETAG,))


def _moving(summary: str, body: Schema, *problems: ProblemKind) -> Operation:
    common = (NOT_FOUND, WRONG_STATE, OUTDATED, MALFORMED_ORDER, UNRECORDABLE, UNCONDITIONAL, BUSY)
    return Operation(
        summary=summary,
        tag=_TAG,
        headers=(IF_MATCH,),
        body={JSON: body},
        answers={200: _WAIVER},
        problems=(*problems, *common),
    )


WAIVER_OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "waivers.request": Operation(
            summary="Ask for a rule to be waived",
            tag=_TAG,
            text="For one campaign, or for those of one advertiser, and for a time.",
            body={JSON: WAIVER_REQUEST},
            answers={201: replace(_WAIVER, text="What was asked for", headers=(ETAG, LOCATION))},
            problems=(SAME_WAIVER, MALFORMED_ORDER, UNRECORDABLE, BUSY),
        ),
        "waivers.list": Operation(
            summary="List waivers, those asked for last first",
            tag=_TAG,
            query=WaiverParameters,
            answers={200: Answer(text="A page", content={JSON: ref("WaiverPage")})},
        ),
        "waivers.show": Operation(
            summary="Read a waiver, its history, and whether it has an effect",
            tag=_TAG,
            headers=(IF_STILL,),
            answers={200: _WAIVER},
            problems=(NOT_FOUND, OUTDATED),
        ),
        "waivers.grant": _moving(
            "Grant what somebody else asked for", GRANT, OWN_WAIVER, WRONG_ROLE
        ),
        "waivers.refuse": _moving("Refuse what was asked for", REJECTION),
        "waivers.revoke": _moving("End a waiver now", REJECTION),
    }
)
"""What a submitter asks for, and an approver answers."""
