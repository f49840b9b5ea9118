"""The schemas of answers: those that several endpoints share, by name, and how they are built.

An answer may have more members than its schema names; those that are named are always there unless
they are optional here.
"""

from collections.abc import Mapping
from types import MappingProxyType

from api.http.fields import LONGEST_TEXT
from api.http.shapes import WAIVER_STATES
from engine.evaluation.standing_facts.fact import LONGEST_EVIDENCE, LONGEST_NAME, SubjectKind

from .operation import JSONSchema, ref

ANY_TEXT: JSONSchema = {"type": "string"}
COUNT: JSONSchema = {"type": "integer", "minimum": 0}
FLAG: JSONSchema = {"type": "boolean"}
INSTANT: JSONSchema = {"type": "string", "format": "date-time"}
DAY: JSONSchema = {"type": "string", "format": "date"}
BASE64: JSONSchema = {"type": "string", "contentEncoding": "base64"}
OBJECT: JSONSchema = {"type": "object"}
OUTCOME: JSONSchema = {"enum": ["allow", "deny"]}
BYTES: JSONSchema = {"type": "string", "contentMediaType": "application/octet-stream"}


_WITHOUT_NUL = r"^[^\u0000]*$"


def maybe(schema: JSONSchema) -> JSONSchema:
    """Return the schema of a value that may be null."""
    return {"anyOf": [schema, {"type": "null"}]}


def many(schema: JSONSchema) -> JSONSchema:
    """Return the schema of a list."""
    return {"type": "array", "items": schema}


def members(optional: Mapping[str, JSONSchema] | None = None, **needed: JSONSchema) -> JSONSchema:
    """Return the schema of an object: the members that it always has, and optional ones."""
    return {
        "type": "object",
        "properties": {**needed, **(optional or {})},
        "required": list(needed),
    }


_FINDING = members(
    {
        "enforcement": ANY_TEXT,
        "severity": ANY_TEXT,
        "wanted": many(OBJECT),
        "exceptions": many(OBJECT),
        "overridable_by": ANY_TEXT,
        "more": COUNT,
    },
    rule=ANY_TEXT,
    title=ANY_TEXT,
    status=ANY_TEXT,
    sources=many(OBJECT),
    clause=OBJECT,
    facts=many(OBJECT),
    message=maybe(ANY_TEXT),
    remedy=maybe(ANY_TEXT),
    markets=maybe(many(ANY_TEXT)),
)
_RECEIPT = members(
    {"proof": {**ANY_TEXT, "description": "a C2SP tlog-proof that verifies without the service"}},
    index=COUNT,
    leaf_hash=BASE64,
    logged_at=INSTANT,
)
_DECISION = members(
    {
        "receipt": ref("Receipt"),
        "rules": many(members(rule=ANY_TEXT, status=ANY_TEXT)),
        "unmapped": many(ANY_TEXT),
        "advertiser": maybe({**ANY_TEXT, "description": "left out where it is sensitive"}),
        "platforms": many(ANY_TEXT),
        "standing_facts": many(ref("FactUsed")),
        "unfit_standing_facts": many(OBJECT),
    },
    id=maybe({"type": "string", "format": "uuid"}),
    decision=OUTCOME,
    conclusive={**FLAG, "description": "false where it is a deny because something is unknown"},
    campaign=maybe(ANY_TEXT),
    policy_set=ref("PolicySetName"),
    engine=members(name=ANY_TEXT, version=ANY_TEXT),
    as_of=INSTANT,
    as_if_launched=maybe(DAY),
    valid_until=maybe(INSTANT),
    markets=many(members(market=ANY_TEXT, decision=OUTCOME, conclusive=FLAG)),
    findings=many(ref("Finding")),
    warnings=many(ref("Finding")),
    obligations=many(members(rule=ANY_TEXT, text=ANY_TEXT, due=maybe(DAY))),
    missing=many(members({"why": ANY_TEXT}, path=ANY_TEXT, label=ANY_TEXT, rules=many(ANY_TEXT))),
    passed=COUNT,
    not_applicable=COUNT,
    recorded={**FLAG, "description": "false for a dry run, and for nothing else"},
)
_UNSEARCHED = {
    **COUNT,
    "description": "before this entry, some decisions may meet the filters and are not found, since"
    " their records do not say; 0 where there are none",
}
_NOTES = {
    **many(members({"help": ANY_TEXT}, message=ANY_TEXT, parameter=ANY_TEXT)),
    "description": "where nothing was found: the names in the query that no decision of the log"
    " has, with what was probably meant; for keys that search the whole log",
}
_LISTED = members(
    id=ANY_TEXT,
    decision=OUTCOME,
    conclusive=FLAG,
    campaign=maybe(ANY_TEXT),
    advertiser=maybe(ANY_TEXT),
    policy_set=ref("PolicySetName"),
    rules=many(members(rule=ANY_TEXT, status=ANY_TEXT)),
    erased=FLAG,
    index=COUNT,
    actor=maybe(ANY_TEXT),
    decided_at=INSTANT,
    logged_at=INSTANT,
)
_SUBJECT = members(
    kind={"enum": list(SubjectKind)},
    name={"type": "string", "minLength": 1, "maxLength": LONGEST_NAME},
)
_STATED = {
    "subject": _SUBJECT | {"additionalProperties": False},
    "facts": {**OBJECT, "description": "what holds, as a descriptor says it", "minProperties": 1},
    "from": {**DAY, "description": "the first day on which it holds"},
    "until": {**DAY, "description": "the first day on which it no longer holds"},
    "evidence": {"type": "string", "minLength": 1, "maxLength": LONGEST_EVIDENCE},
}
_REASON: JSONSchema = {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT}
_RECORDED_AS = {
    "id": ANY_TEXT,
    "version": COUNT,
    "entry": {**COUNT, "description": "where it was recorded in the log"},
    "commitment": {**ANY_TEXT, "description": "what the leaf of that entry has of it"},
    "recorded_by": ANY_TEXT,
    "recorded_at": INSTANT,
}
_OUTCOMES = many(members(decision=OUTCOME, conclusive=FLAG, count=COUNT))
_VERSION_NAME = members(version=ANY_TEXT, digest=ANY_TEXT)
_VERDICT = members(decision=OUTCOME, conclusive=FLAG)
_RULE_CHANGE = {"rule": ANY_TEXT, "before": ANY_TEXT, "after": ANY_TEXT}
_ASSESSED = members(
    {
        "before": _VERDICT,
        "after": _VERDICT,
        "rules": many(members(None, **_RULE_CHANGE)),
        "why": {**ANY_TEXT, "description": "why it cannot be decided"},
    },
    id=ANY_TEXT,
    index=COUNT,
    campaign=maybe(ANY_TEXT),
)
_TURN = members(
    {"from": INSTANT}, version=ANY_TEXT, digest=ANY_TEXT, index=COUNT, actor=maybe(ANY_TEXT)
)
_LISTED_VERSION = members(
    policy_set=ANY_TEXT,
    version=ANY_TEXT,
    digest=ANY_TEXT,
    state=ANY_TEXT,
    revision=COUNT,
    is_in_force=FLAG,
    is_sound=FLAG,
    author=maybe(ANY_TEXT),
    uploaded_at=INSTANT,
)
_WAIVER_STEP = members(
    {"as": maybe(ANY_TEXT)},
    index=COUNT,
    step=ANY_TEXT,
    actor=ANY_TEXT,
    reason=maybe(ANY_TEXT),
    at=INSTANT,
)
_WAIVER = members(
    {"from": DAY},
    id=ANY_TEXT,
    policy_set=ANY_TEXT,
    rule=ANY_TEXT,
    campaign=maybe(ANY_TEXT),
    advertiser=maybe(ANY_TEXT),
    markets=many(ANY_TEXT),
    until={**DAY, "description": "the first day on which it no longer holds"},
    ticket=ANY_TEXT,
    reason=ANY_TEXT,
    evidence=many(ANY_TEXT),
    state={"enum": list(WAIVER_STATES)},
    in_effect={**FLAG, "description": "whether the policies in force bear it; `why` says why not"},
    why=maybe(ANY_TEXT),
    used=members(decisions=COUNT, last_at=maybe(INSTANT)),
    revision=COUNT,
    requested_by=ANY_TEXT,
    approval=maybe(members({"as": ANY_TEXT}, by=ANY_TEXT, at=INSTANT)),
    text=maybe({**ANY_TEXT, "description": "what was granted, in the language of policies"}),
    history=many(_WAIVER_STEP),
)
_PROBLEM_ERROR = members(
    {"pointer": ANY_TEXT, "parameter": ANY_TEXT, "line": COUNT, "column": COUNT, "help": ANY_TEXT},
    message=ANY_TEXT,
)

SCHEMAS: Mapping[str, JSONSchema] = MappingProxyType(
    {
        "Problem": members(
            type=ANY_TEXT,
            title=ANY_TEXT,
            status={"type": "integer", "minimum": 400, "maximum": 599},
            detail=ANY_TEXT,
            request_id=ANY_TEXT,
            errors=many(_PROBLEM_ERROR),
        ),
        "PolicySetName": members(name=ANY_TEXT, version=maybe(ANY_TEXT), digest=ANY_TEXT),
        "Receipt": _RECEIPT,
        "Finding": _FINDING,
        "Decision": _DECISION,
        "LoggedDecision": {
            "allOf": [
                ref("Decision"),
                members(actor=maybe(ANY_TEXT), decided_at=INSTANT, submitted=OBJECT),
            ]
        },
        "ListedDecision": _LISTED,
        "DecisionPage": members(
            items=many(ref("ListedDecision")),
            size=COUNT,
            next=maybe(ANY_TEXT),
            unsearched=_UNSEARCHED,
            notes=_NOTES,
        ),
        "Statistics": members(
            size=COUNT,
            decisions=COUNT,
            outcomes=_OUTCOMES,
            rules=many(members(rule=ANY_TEXT, status=ANY_TEXT, count=COUNT)),
            rules_omitted=COUNT,
            months=many(members(month=ANY_TEXT, outcomes=_OUTCOMES)),
            months_omitted=COUNT,
            unsearched=_UNSEARCHED,
            notes=_NOTES,
        ),
        "Sample": members(
            size=COUNT,
            root=BASE64,
            filters=OBJECT,
            seed=ANY_TEXT,
            population=COUNT,
            unsearched=_UNSEARCHED,
            items=many(ref("ListedDecision")),
            notes=_NOTES,
        ),
        "SavedQuery": members(
            name=ANY_TEXT, filters=OBJECT, index=COUNT, actor=ANY_TEXT, saved_at=INSTANT
        ),
        "InclusionProof": members(
            index=COUNT, size=COUNT, leaf=BASE64, leaf_hash=BASE64, hashes=many(BASE64), root=BASE64
        ),
        "Impact": members(
            policy_set=ANY_TEXT,
            version=ANY_TEXT,
            digest=ANY_TEXT,
            against=maybe(ANY_TEXT),
            size=COUNT,
            next=maybe(ANY_TEXT),
            decisions={**COUNT, "description": "how many were gone through on this page"},
            unchanged=COUNT,
            other_reasons={**COUNT, "description": "the same outcome, by other rules"},
            changed=COUNT,
            erased=COUNT,
            undecidable=COUNT,
            changes=many(members(before=_VERDICT, after=_VERDICT, count=COUNT)),
            rules=many(members(None, **_RULE_CHANGE, count=COUNT)),
            listed=maybe(many(_ASSESSED)),
        ),
        "Replay": members(
            id=ANY_TEXT,
            replay={"enum": ["identical", "differs", "erased", "not replayable"]},
            why=maybe(ANY_TEXT),
            differences=many(members(pointer=ANY_TEXT)),
            omitted=COUNT,
            engine=members(recorded=ANY_TEXT, replayed=ANY_TEXT),
        ),
        "Statement": members({"reason": _REASON}, **_STATED) | {"additionalProperties": False},
        "StandingFact": members(
            _STATED,
            **{**_RECORDED_AS, "commitment": maybe(ANY_TEXT)},
            state={"enum": ["recorded", "withdrawn"]},
            reason=maybe(ANY_TEXT),
        ),
        "FactUsed": members(
            None,
            **{name: maybe(schema) for name, schema in _RECORDED_AS.items()},
            **{name: schema for name, schema in _STATED.items() if name != "facts"},
            facts=many(members(pointer=ANY_TEXT, path=ANY_TEXT, label=ANY_TEXT, value=ANY_TEXT)),
        ),
        "Erased": members(erased=COUNT, entries=many(ref("Receipt")), purged=FLAG),
        "PolicySet": members(
            name=ANY_TEXT,
            revision=COUNT,
            in_force=maybe(_TURN),
            before=maybe(_VERSION_NAME),
            scheduled=maybe(_TURN),
        ),
        "ListedVersion": _LISTED_VERSION,
        "Version": {
            "allOf": [
                ref("ListedVersion"),
                members(history=many(OBJECT), check=OBJECT, test=OBJECT),
            ]
        },
        "Waiver": _WAIVER,
        "PolicyFiles": {
            "type": "object",
            "propertyNames": {"pattern": _WITHOUT_NUL},
            "additionalProperties": {"type": "string", "pattern": _WITHOUT_NUL},
        },
        "Evaluation": members({"context": OBJECT}, decision=FLAG),
        "OPAResult": {
            "type": "object",
            "properties": {
                "result": {},
                "decision_id": ANY_TEXT,
                "warning": OBJECT,
                "metrics": OBJECT,
                "provenance": OBJECT,
            },
        },
        "OPAError": members({"errors": many(OBJECT)}, code=ANY_TEXT, message=ANY_TEXT),
        "Checked": members(digest=ANY_TEXT, check=OBJECT, test=OBJECT, obstacle=maybe(ANY_TEXT)),
    }
)
"""Every schema of the document that has a name, apart from those of the vocabulary."""
