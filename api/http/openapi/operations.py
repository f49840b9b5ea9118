"""Every endpoint of the service, by the name that its route has."""

from collections.abc import Mapping
from types import MappingProxyType

from api.exports.formats import MEDIA_TYPES
from api.http.authzen.facts import CAMPAIGN, LAUNCH
from api.http.authzen.mapping import MOST_EVALUATIONS, Semantic
from api.http.problems import (
    BUSY,
    ERASED,
    HELD,
    INVALID_KEY,
    KEY_REUSED,
    MALFORMED_ORDER,
    MALFORMED_SUBMISSION,
    NOT_FOUND,
    NOT_READY,
    TAKEN,
    UNRECORDABLE,
    UNSIGNED,
    ProblemKind,
)
from api.http.requests.bodies import JSON, NDJSON, TEXT
from api.http.requests.idempotency import HEADER, REPLAYED, WRITTEN
from api.http.requests.shapes import (
    ENVELOPE,
    ERASURE,
    SAVED_QUERY,
    BatchParameters,
    DecisionParameters,
    FilterParameters,
    ManifestParameters,
    OPAHealthParameters,
    OPAParameters,
    PolicySetParameters,
    SampleParameters,
    SearchParameters,
)

from .fact_operations import FACT_OPERATIONS
from .operation import LOCATION, Answer, Errors, Header, JSONSchema, Operation, ref
from .policy_operations import POLICY_OPERATIONS
from .schemas import (
    ANY_TEXT,
    BYTES,
    COUNT,
    FLAG,
    INSTANT,
    OBJECT,
    many,
    maybe,
    members,
)
from .waiver_operations import WAIVER_OPERATIONS

_IDEMPOTENCY_KEY = Header(
    name=HEADER,
    text="a fresh UUID for each request, quoted or not; sent again with it, a request has one"
    " decision",
    schema={"type": "string", "pattern": WRITTEN},
)
_REPLAYED = Header(
    name=REPLAYED,
    text="`true` where an earlier request with this key made the decision",
    schema={"type": "string", "enum": ["true"]},
)
_SAVED_AS = Header(
    name="Content-Disposition",
    text="under which name to save the file",
    schema={"type": "string"},
)
_OF_EXPORT = tuple(
    Header(name=name, text=text, schema={"type": "string"})
    for name, text in (
        ("Assent-Log-Size", "of a file: the size of the log that was searched"),
        ("Assent-Log-Root", "of a file: the root of that log, in base64"),
        ("Assent-Unsearched", "of a file: what `unsearched` is of a page"),
    )
)
_ITEM: JSONSchema = {"anyOf": [ref("BatchDecision"), ref("BatchProblem")]}
_ZIP = "application/zip"
_BYTES = "application/octet-stream"

_AS_TEXT = Errors(type=TEXT, schema=ANY_TEXT, told_as_400=frozenset({415}))
_OF_OPA = Errors(type=JSON, schema=ref("OPAError"), told_as_400=frozenset({415, 422}))
_SUBJECT = members({"properties": OBJECT}, type=ANY_TEXT, id=ANY_TEXT)
_ACTION = members({"properties": OBJECT}, name=ANY_TEXT)
_RESOURCE = members({"properties": OBJECT}, type=ANY_TEXT, id=ANY_TEXT)
_EVALUATION = members(
    {"context": OBJECT, "options": OBJECT}, subject=_SUBJECT, action=_ACTION, resource=_RESOURCE
)
_EVALUATIONS = members(
    {
        "subject": _SUBJECT,
        "action": _ACTION,
        "resource": _RESOURCE,
        "context": OBJECT,
        "options": members({"evaluations_semantic": {"type": "string", "enum": list(Semantic)}}),
    },
    evaluations={**many(OBJECT), "minItems": 1, "maxItems": MOST_EVALUATIONS},
)
_INPUT = members(
    {"as_of": maybe(INSTANT), "dry_run": maybe(FLAG)},
    campaign=ref("Campaign"),
) | {"additionalProperties": False}


def _evaluating(
    summary: str, body: JSONSchema, schema: JSONSchema, *problems: ProblemKind
) -> Operation:
    return Operation(
        summary=summary,
        tag="AuthZEN",
        text=(
            f"OpenID AuthZEN 1.0: the action is `{LAUNCH}` and the resource a `{CAMPAIGN}`, unless"
            " the vocabulary declares what is asked there, and so decides on others."
        ),
        body={JSON: body},
        answers={200: Answer(text="What is decided", content={JSON: schema})},
        problems=(INVALID_KEY, UNRECORDABLE, *problems),
        errors=_AS_TEXT,
    )


_DECIDING = {
    "decisions.decide": Operation(
        summary="Decide one campaign",
        tag="Decisions",
        text=(
            "Allow and deny are both answered with 200. The decision is in the log before that."
            " `as_if_launched` is for a `dry_run`: what is only assumed is not recorded."
        ),
        query=DecisionParameters,
        headers=(_IDEMPOTENCY_KEY,),
        body={JSON: ENVELOPE},
        answers={
            200: Answer(
                text="The decision",
                content={JSON: ref("Decision"), TEXT: ANY_TEXT},
                headers=(_REPLAYED,),
            )
        },
        problems=(
            MALFORMED_SUBMISSION,
            INVALID_KEY,
            KEY_REUSED,
            NOT_FOUND,
            ERASED,
            UNRECORDABLE,
            UNSIGNED,
        ),
    ),
    "batch.decide": Operation(
        summary="Decide many campaigns",
        tag="Decisions",
        text=(
            "A JSON array, or NDJSON streamed both ways; an item that is wrong is its own error."
            " `as_if_launched` is for a `dry_run`."
        ),
        query=BatchParameters,
        body={JSON: many({}), NDJSON: BYTES},
        answers={
            200: Answer(text="An answer for each item", content={JSON: many(_ITEM), NDJSON: BYTES})
        },
        problems=(MALFORMED_SUBMISSION, INVALID_KEY, BUSY),
    ),
}

_AUTHZEN = {
    "authzen.evaluation": _evaluating(
        "Decide one campaign, as AuthZEN asks", _EVALUATION, ref("Evaluation")
    ),
    "authzen.evaluations": _evaluating(
        "Decide several campaigns, as AuthZEN asks",
        {"anyOf": [_EVALUATIONS, _EVALUATION]},
        {"anyOf": [members(evaluations=many(ref("Evaluation"))), ref("Evaluation")]},
        BUSY,
    ),
    "authzen.configuration": Operation(
        summary="Discover the endpoints of AuthZEN",
        tag="AuthZEN",
        text="There is one where the setting `public_url` says by which address.",
        answers={200: Answer(text="The metadata", content={JSON: OBJECT})},
        problems=(NOT_FOUND,),
        errors=_AS_TEXT,
    ),
}

_OPA = {
    "opa.decide": Operation(
        summary="Decide one campaign, as OPA asks",
        tag="Open Policy Agent",
        text="`rest` is a policy set, or a set and one of its rules: `assent/allow`.",
        query=OPAParameters,
        body={JSON: members({"input": _INPUT})},
        answers={
            200: Answer(
                text="What is decided, without a `result` where it is undefined",
                content={JSON: ref("OPAResult")},
            )
        },
        problems=(INVALID_KEY, MALFORMED_SUBMISSION, UNRECORDABLE),
        errors=_OF_OPA,
    ),
    "opa.policies": Operation(
        summary="List the policy sets, as OPA does",
        tag="Open Policy Agent",
        answers={200: Answer(text="The sets", content={JSON: members(result=many(OBJECT))})},
        errors=_OF_OPA,
    ),
    "opa.health": Operation(
        summary="Ask for the health, as of OPA",
        tag="Open Policy Agent",
        query=OPAHealthParameters,
        answers={
            200: Answer(text="The service can decide", content={JSON: OBJECT}),
            500: Answer(text="It cannot", content={JSON: OBJECT}),
        },
        errors=_OF_OPA,
    ),
}

_FINDING = {
    "search.list": Operation(
        summary="Find decisions",
        tag="Recorded decisions",
        text="A page in JSON, or all that is found as a file in another format.",
        query=SearchParameters,
        answers={
            200: Answer(
                text="What is found",
                content={JSON: ref("DecisionPage")}
                | {text.partition(";")[0]: BYTES for text in MEDIA_TYPES.values()},
                headers=(_SAVED_AS, *_OF_EXPORT),
            )
        },
        problems=(BUSY, UNSIGNED),
    ),
    "search.statistics": Operation(
        summary="Count decisions",
        tag="Recorded decisions",
        query=FilterParameters,
        answers={200: Answer(text="The counts", content={JSON: ref("Statistics")})},
    ),
    "search.sample": Operation(
        summary="Draw decisions that nobody can have picked",
        tag="Recorded decisions",
        query=SampleParameters,
        answers={200: Answer(text="The sample", content={JSON: ref("Sample")})},
    ),
    "search.manifest": Operation(
        summary="Describe an export, so that it can be verified",
        tag="Recorded decisions",
        query=ManifestParameters,
        answers={200: Answer(text="The manifest", content={JSON: OBJECT})},
        problems=(BUSY, UNSIGNED),
    ),
    "search.evidence": Operation(
        summary="Fetch the evidence of decisions",
        tag="Recorded decisions",
        text="A ZIP file that verifies without the service. A filter beside `as_of` is needed.",
        query=FilterParameters,
        answers={200: Answer(text="The evidence", content={_ZIP: BYTES})},
        problems=(BUSY, UNSIGNED),
    ),
    "search.show": Operation(
        summary="Read one decision, with everything that went into it",
        tag="Recorded decisions",
        answers={200: Answer(text="The decision", content={JSON: ref("LoggedDecision")})},
        problems=(NOT_FOUND, ERASED),
    ),
    "search.prove": Operation(
        summary="Prove that a decision is in the log",
        tag="Recorded decisions",
        answers={200: Answer(text="The proof", content={JSON: ref("InclusionProof")})},
        problems=(NOT_FOUND, ERASED),
    ),
    "search.receipt": Operation(
        summary="Fetch a receipt that verifies by itself",
        tag="Recorded decisions",
        answers={200: Answer(text="A C2SP tlog-proof", content={TEXT: ANY_TEXT})},
        problems=(NOT_FOUND, ERASED, UNSIGNED),
    ),
    "search.evidence_of_one": Operation(
        summary="Fetch the evidence of one decision",
        tag="Recorded decisions",
        answers={200: Answer(text="The evidence", content={_ZIP: BYTES})},
        problems=(NOT_FOUND, ERASED, BUSY, UNSIGNED),
    ),
    "search.replay": Operation(
        summary="Decide again, and compare with what was recorded",
        tag="Recorded decisions",
        answers={200: Answer(text="What came of it", content={JSON: ref("Replay")})},
        problems=(NOT_FOUND, MALFORMED_ORDER),
    ),
    "queries.list": Operation(
        summary="List the saved queries",
        tag="Saved queries",
        answers={
            200: Answer(text="Those of all", content={JSON: members(items=many(ref("SavedQuery")))})
        },
    ),
    "queries.save": Operation(
        summary="Save a query under a name",
        tag="Saved queries",
        text="`GET /v1/decisions?saved=NAME` runs it. An entry of the log says that it was saved.",
        body={JSON: SAVED_QUERY},
        answers={
            201: Answer(text="The query", content={JSON: ref("SavedQuery")}, headers=(LOCATION,))
        },
        problems=(MALFORMED_ORDER, TAKEN, UNRECORDABLE),
    ),
    "queries.show": Operation(
        summary="Read a saved query",
        tag="Saved queries",
        answers={200: Answer(text="The query", content={JSON: ref("SavedQuery")})},
        problems=(NOT_FOUND,),
    ),
    "queries.delete": Operation(
        summary="Delete a saved query",
        tag="Saved queries",
        answers={
            200: Answer(
                text="It is gone",
                content={JSON: members(deleted=ANY_TEXT, entry=ref("Receipt"))},
            )
        },
        problems=(NOT_FOUND, UNRECORDABLE),
    ),
    "erasures.erase": Operation(
        summary="Erase what was logged of decisions",
        tag="Recorded decisions",
        text="Exactly one of `decision`, `campaign` and `actor` says of which, and `ground` why.",
        body={JSON: ERASURE},
        answers={200: Answer(text="What was erased", content={JSON: ref("Erased")})},
        problems=(MALFORMED_ORDER, NOT_FOUND, HELD, UNRECORDABLE),
    ),
}

_LOG = {
    "log.export": Operation(
        summary="Fetch the whole log",
        tag="Log",
        answers={200: Answer(text="A line for each entry", content={NDJSON: BYTES})},
        problems=(BUSY,),
    ),
    "tiles.checkpoint": Operation(
        summary="Read the signed checkpoint",
        tag="Log",
        answers={200: Answer(text="A C2SP signed note", content={TEXT: ANY_TEXT})},
        problems=(UNSIGNED,),
    ),
    "tiles.resource": Operation(
        summary="Read a tile, or a bundle of entries",
        tag="Log",
        text="`rest` is a path of C2SP tlog-tiles, with its slashes.",
        answers={200: Answer(text="The tile", content={_BYTES: BYTES})},
        problems=(NOT_FOUND, UNSIGNED),
    ),
    "tiles.timestamp": Operation(
        summary="Read a time stamp of a checkpoint",
        tag="Log",
        answers={
            200: Answer(
                text="The stamp (RFC 3161), or what is known of it",
                content={"application/timestamp-reply": BYTES, TEXT: ANY_TEXT},
            )
        },
        problems=(NOT_FOUND,),
    ),
}

_OF_WITNESSES = {
    "published": maybe(COUNT),
    "quorum": COUNT,
    "witnesses": many(members(name=ANY_TEXT, size=COUNT, problem=maybe(ANY_TEXT))),
    "alarm": maybe(ANY_TEXT),
}
_SERVICE = {
    "vocabulary.show": Operation(
        summary="Read what a campaign may say",
        tag="Policies",
        query=PolicySetParameters,
        answers={
            200: Answer(
                text="JSON Schema of the campaign", content={"application/schema+json": OBJECT}
            )
        },
    ),
    "health.live": Operation(
        summary="Ask whether the process answers",
        tag="Service",
        answers={200: Answer(text="It does", content={JSON: members(status=ANY_TEXT)})},
    ),
    "health.ready": Operation(
        summary="Ask whether the service can decide",
        tag="Service",
        answers={
            200: Answer(
                text="It can",
                content={
                    JSON: members(
                        status=ANY_TEXT,
                        log=members(_OF_WITNESSES, size=COUNT),
                        policy_sets=many(ref("PolicySetName")),
                        engine=ref("EngineName"),
                    )
                },
            )
        },
        problems=(NOT_READY,),
    ),
    "metrics.show": Operation(
        summary="Read the metrics of all processes",
        tag="Service",
        text="In the text format of Prometheus, or as OpenMetrics, as `Accept` asks.",
        answers={
            200: Answer(
                text="The metrics",
                content={TEXT: ANY_TEXT, "application/openmetrics-text": ANY_TEXT},
            )
        },
    ),
    "documentation.openapi": Operation(
        summary="Read this document",
        tag="Service",
        answers={200: Answer(text="OpenAPI 3.1", content={JSON: OBJECT})},
    ),
    "documentation.page": Operation(
        summary="Read this document as a page",
        tag="Service",
        answers={
            200: Answer(
                text="A page that runs and fetches nothing", content={"text/html": ANY_TEXT}
            )
        },
    ),
}

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        **_DECIDING,
        **_AUTHZEN,
        **_OPA,
        **_FINDING,
        **WAIVER_OPERATIONS,
        **POLICY_OPERATIONS,
        **FACT_OPERATIONS,
        **_LOG,
        **_SERVICE,
    }
)
"""Every endpoint, in the order in which they are told."""
