"""The endpoints of policies and of their versions."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from marshmallow import Schema

from api.http.problems import (
    BUSY,
    MALFORMED_ORDER,
    MALFORMED_POLICIES,
    NOT_FOUND,
    OUTDATED,
    OWN_VERSION,
    UNCONDITIONAL,
    UNRECORDABLE,
    WRONG_STATE,
)
from api.http.requests.bodies import JSON, TEXT, ZIP
from api.http.requests.shapes import ACTIVATION, REASON, REJECTION, DiffParameters, ImpactParameters

from .operation import ETAG, LOCATION, Answer, Header, JSONSchema, Operation, ref
from .schemas import ANY_TEXT, BYTES, OBJECT, many, members

_TAG = "Policies"
IF_MATCH = Header(
    name="If-Match",
    text="the `ETag` of what you read, one of several, or `*`; a change needs it",
    schema={"type": "string", "pattern": r'^(\*|"[0-9]{1,9}"(, "[0-9]{1,9}")*)$'},
    is_required=True,
)
"""The condition of a change."""

IF_STILL = replace(IF_MATCH, text="the only `ETag` of which an answer is wanted", is_required=False)
"""The condition of a read."""

_FILES: Mapping[str, JSONSchema | Schema] = {
    JSON: members(files=ref("PolicyFiles")) | {"additionalProperties": False},
    ZIP: BYTES,
}
_SET = {200: Answer(text="The policy set", content={JSON: ref("PolicySet")}, headers=(ETAG,))}
_VERSION = {200: Answer(text="The version", content={JSON: ref("Version")}, headers=(ETAG,))}
_UPLOADED = {
    200: replace(_VERSION[200], headers=(ETAG, LOCATION)),
    201: replace(_VERSION[200], text="The version, which is new", headers=(ETAG, LOCATION)),
}


def _reading(summary: str, schema: JSONSchema) -> Operation:
    answers = {200: Answer(text="What is known", content={JSON: schema})}
    return Operation(summary=summary, tag=_TAG, answers=answers, problems=(NOT_FOUND,))


def _read(summary: str, answers: Mapping[int, Answer]) -> Operation:
    return Operation(
        summary=summary,
        tag=_TAG,
        headers=(IF_STILL,),
        answers=answers,
        problems=(NOT_FOUND, OUTDATED),
    )


def _moving(summary: str, body: Schema, answers: Mapping[int, Answer]) -> Operation:
    return Operation(
        summary=summary,
        tag=_TAG,
        headers=(IF_MATCH,),
        body={JSON: body},
        answers=answers,
        problems=(
            OWN_VERSION,
            NOT_FOUND,
            WRONG_STATE,
            OUTDATED,
            MALFORMED_ORDER,
            MALFORMED_POLICIES,
            UNRECORDABLE,
            UNCONDITIONAL,
            BUSY,
        ),
    )


POLICY_OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "policies.check": Operation(
            summary="Check and test policies without keeping them",
            tag=_TAG,
            body=_FILES,
            answers={200: Answer(text="What was found", content={JSON: ref("Checked")})},
            problems=(MALFORMED_POLICIES, BUSY),
        ),
        "policies.format": Operation(
            summary="Lay out policies as everybody does",
            tag=_TAG,
            body=_FILES,
            answers={200: Answer(text="The texts", content={JSON: members(files=OBJECT)})},
            problems=(MALFORMED_POLICIES, BUSY),
        ),
        "policy_sets.list": replace(
            _reading("List the policy sets", members(items=many(ref("PolicySet")))), problems=()
        ),
        "policy_sets.show": _read("Read what is in force", _SET),
        "policy_sets.versions": _reading(
            "List the versions of a set", members(items=many(ref("ListedVersion")))
        ),
        "policy_sets.upload": Operation(
            summary="Upload a version as a draft",
            tag=_TAG,
            body=_FILES,
            answers=_UPLOADED,
            problems=(MALFORMED_ORDER, MALFORMED_POLICIES, UNRECORDABLE, WRONG_STATE, BUSY),
        ),
        "policy_sets.version": _read("Read a version, its check and its tests", _VERSION),
        "policy_sets.files": _reading(
            "Read the texts of a version", members(digest=ANY_TEXT, files=ref("PolicyFiles"))
        ),
        "policy_sets.impact": Operation(
            summary="Tell what a version would have decided of recorded decisions",
            tag=_TAG,
            text="Page by page, the newest first. `listed` is null unless an auditor asks.",
            query=ImpactParameters,
            answers={200: Answer(text="What changes", content={JSON: ref("Impact")})},
            problems=(NOT_FOUND, WRONG_STATE, BUSY, MALFORMED_ORDER, UNRECORDABLE),
        ),
        "policy_sets.submit": _moving("Submit a version for review", REASON, _VERSION),
        "policy_sets.approve": _moving("Approve a version of somebody else", REASON, _VERSION),
        "policy_sets.reject": _moving("Send a version back", REJECTION, _VERSION),
        "policy_sets.activate": _moving("Bring a version into force", ACTIVATION, _SET),
        "policy_sets.rollback": _moving("Go back to the version before", REASON, _SET),
        "policy_sets.diff": Operation(
            summary="Compare two versions",
            tag=_TAG,
            query=DiffParameters,
            answers={200: Answer(text="The changes", content={JSON: OBJECT, TEXT: ANY_TEXT})},
            problems=(NOT_FOUND, WRONG_STATE),
        ),
    }
)
"""What an author, an approver and a reader of policies ask."""
