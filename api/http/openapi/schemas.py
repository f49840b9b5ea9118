"""The schemas of answers: those that several endpoints share, by name, and how they are built.

An answer may have more members than its schema names; those that are named are always there unless
they are optional here.
"""

from collections.abc import Mapping
from types import MappingProxyType

from api.http.requests.fields import LONGEST_TEXT
from api.http.requests.shapes import WAIVER_STATES
from engine.evaluation.standing_facts.fact import LONGEST_EVIDENCE, LONGEST_NAME, SubjectKind

from .operation import JSONSchema, ref

ANY_TEXT: JSONSchema = {"type": "string"}
COUNT: JSONSchema = {"type": "integer", "minimum": 0}
FLAG: JSONSchema = {"type": "boolean"}
INSTANT: JSONSchema = {"type": "string", "format": "date-time"}
DAY: JSONSchema = {"type": "string", "format": "date"}
BASE64: JSONSchema = {"type": "string", "contentEncoding": "base64"}
OBJECT: JSONSchema = {"type": "object"}
OUTCOME: JSONSchema = ref("Outcome")
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


_CITED = members(instrument=ANY_TEXT, title=ANY_TEXT, article=maybe(ANY_TEXT), url=maybe(ANY_TEXT))
_CLAUSE = members(text=ANY_TEXT, file=ANY_TEXT, line=COUNT, column=COUNT)
_WANTED = members(
    {
        "submitted_pointer": {**ANY_TEXT, "description": "into the record of a platform"},
        "why": {**ANY_TEXT, "description": "why what is stated cannot be used"},
    },
    pointer={**ANY_TEXT, "description": "JSON Pointer into the campaign"},
    path=ANY_TEXT,
    label=ANY_TEXT,
)
_SEEN = members(
    {
        "submitted_pointer": {**ANY_TEXT, "description": "into the record of a platform"},
        "required": {**ANY_TEXT, "description": "what would change this part of the clause"},
        "item": {**ANY_TEXT, "description": "the labelled item or the definition that it is of"},
        "presumed": {**FLAG, "description": "true where the campaign does not state it"},
    },
    pointer={**ANY_TEXT, "description": "JSON Pointer into the campaign"},
    path=ANY_TEXT,
    label=ANY_TEXT,
    value=ANY_TEXT,
)
_LEFT_OUT = {
    "more_facts": {**COUNT, "description": "further facts, at least, not listed"},
    "more_wanted": {**COUNT, "description": "further facts wanted, at least, not listed"},
}
_FINDING = members(
    {
        "overridable_by": {**ANY_TEXT, "description": "the role in which the rule is waived"},
        "more": {
            **COUNT,
            "description": "further findings of the rule, at least, not listed",
        },
        **_LEFT_OUT,
    },
    rule=ANY_TEXT,
    title=ANY_TEXT,
    enforcement=ANY_TEXT,
    severity=ANY_TEXT,
    status=ANY_TEXT,
    sources=many(ref("Source")),
    clause=ref("Clause"),
    facts=many(ref("Fact")),
    wanted=many(ref("WantedFact")),
    exceptions=many(
        members(
            _LEFT_OUT, name=maybe(ANY_TEXT), facts=many(ref("Fact")), wanted=many(ref("WantedFact"))
        )
    ),
    message=maybe(ANY_TEXT),
    remedy=maybe(ANY_TEXT),
    markets=maybe(many(ANY_TEXT)),
)
_WAIVER_USED = members(
    None,
    **{"from": DAY},
    waiver=ANY_TEXT,
    approved_by=ANY_TEXT,
    role=ANY_TEXT,
    approved_on=DAY,
    ticket=ANY_TEXT,
    reason=ANY_TEXT,
    until={**DAY, "description": "the first day on which it no longer holds"},
)
_OBLIGATION = members(
    {
        "overridable_by": ANY_TEXT,
        "why": {**ANY_TEXT, "description": "why nobody knows when it is due"},
        "more_facts": _LEFT_OUT["more_facts"],
    },
    rule=ANY_TEXT,
    title=ANY_TEXT,
    enforcement=ANY_TEXT,
    severity=ANY_TEXT,
    sources=many(ref("Source")),
    text=ANY_TEXT,
    due=maybe({**DAY, "description": "the last day on which it may be done"}),
    term=maybe(ANY_TEXT),
    clause=ref("Clause"),
    facts=many(ref("Fact")),
    markets=maybe(many(ANY_TEXT)),
)
_RULE_STATUS = members(
    {
        "reason": ANY_TEXT,
        "markets": many(ANY_TEXT),
        "elsewhere": many(members(markets=many(ANY_TEXT), status=ANY_TEXT)),
    },
    rule=ANY_TEXT,
    status=ANY_TEXT,
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
        "rules": {
            **many(ref("RuleStatus")),
            "description": "every rule with its status, with `view=full`",
        },
        "unmapped": {**many(ANY_TEXT), "description": "members of the record that were not used"},
        "advertiser": maybe({**ANY_TEXT, "description": "left out where it is sensitive"}),
        "platforms": many(ANY_TEXT),
        "standing_facts": many(ref("FactUsed")),
        "unfit_standing_facts": many(OBJECT),
        "more_missing": {
            **COUNT,
            "description": "further facts missing, at least, not listed",
        },
    },
    id=maybe({"type": "string", "format": "uuid"}),
    decision=OUTCOME,
    conclusive={**FLAG, "description": "false where it is a deny because something is unknown"},
    campaign=maybe(ANY_TEXT),
    policy_set=ref("PolicySetName"),
    engine=ref("EngineName"),
    as_of=INSTANT,
    as_if_launched=maybe(DAY),
    valid_until=maybe({**INSTANT, "description": "when the mere passing of time changes it"}),
    markets=many(ref("MarketVerdict")),
    would_pass={
        **many(ANY_TEXT),
        "description": "markets in which it would be allowed if the others were dropped",
    },
    findings=many(ref("Finding")),
    warnings={**many(ref("Finding")), "description": "of rules that advise, and do not deny"},
    obligations=many(ref("Obligation")),
    waived={
        **many(ref("WaivedFinding")),
        "description": "what does not deny, since it is waived",
    },
    upcoming={
        **many(ref("UpcomingFinding")),
        "description": "what will stand against a flight without end, and from when on",
    },
    missing=many(ref("MissingFact")),
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
    **many(ref("SearchNote")),
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
    rules=many(ref("ListedRule")),
    erased=FLAG,
    index=COUNT,
    actor=maybe(ANY_TEXT),
    decided_at=INSTANT,
    logged_at=INSTANT,
)
_SUBJECT = members(
    kind={"type": "string", "enum": list(SubjectKind)},
    name={"type": "string", "minLength": 1, "maxLength": LONGEST_NAME},
)
_STATED = {
    "subject": ref("Subject"),
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
_OUTCOMES = many(ref("OutcomeCount"))
_VERDICT = ref("Verdict")
_RULE_CHANGE = {"rule": ANY_TEXT, "before": ANY_TEXT, "after": ANY_TEXT}
_ASSESSED = members(
    {
        "before": _VERDICT,
        "after": _VERDICT,
        "rules": many(ref("RuleChange")),
        "why": {**ANY_TEXT, "description": "why it cannot be decided"},
    },
    id=ANY_TEXT,
    index=COUNT,
    campaign=maybe(ANY_TEXT),
)
_TURN = members(
    None,
    **{"from": INSTANT},
    version=ANY_TEXT,
    digest=ANY_TEXT,
    index=COUNT,
    actor=maybe(ANY_TEXT),
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
    None,
    **{"as": maybe(ANY_TEXT)},
    index=COUNT,
    step=ANY_TEXT,
    actor=ANY_TEXT,
    reason=maybe(ANY_TEXT),
    at=INSTANT,
)
_WAIVER = members(
    None,
    **{"from": DAY},
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
    state={"type": "string", "enum": list(WAIVER_STATES)},
    in_effect={**FLAG, "description": "whether the policies in force bear it; `why` says why not"},
    why=maybe(ANY_TEXT),
    used=ref("WaiverUse"),
    revision=COUNT,
    requested_by=ANY_TEXT,
    approval=maybe(ref("WaiverApproval")),
    text=maybe({**ANY_TEXT, "description": "what was granted, in the language of policies"}),
    history=many(ref("WaiverStep")),
)
_TESTED = maybe({**OBJECT, "description": "null where the check has errors: nothing was tested"})
_PROBLEM_ERROR = members(
    {"pointer": ANY_TEXT, "parameter": ANY_TEXT, "line": COUNT, "column": COUNT, "help": ANY_TEXT},
    message=ANY_TEXT,
)

SCHEMAS: Mapping[str, JSONSchema] = MappingProxyType(
    {
        "Problem": members(
            {
                "erasure": members(id=ANY_TEXT, index=COUNT, erased_at=INSTANT, ground=ANY_TEXT),
                "hold": members(id=ANY_TEXT, index=COUNT, placed_at=INSTANT, ground=ANY_TEXT),
            },
            type=ANY_TEXT,
            title=ANY_TEXT,
            status={"type": "integer", "minimum": 400, "maximum": 599},
            detail=ANY_TEXT,
            request_id=ANY_TEXT,
            errors=many(ref("Fault")),
        ),
        "Fault": _PROBLEM_ERROR,
        "Outcome": {"type": "string", "enum": ["allow", "deny"]},
        "EngineName": members(name=ANY_TEXT, version=ANY_TEXT),
        "PolicySetName": members(name=ANY_TEXT, version=maybe(ANY_TEXT), digest=ANY_TEXT),
        "Receipt": _RECEIPT,
        "Source": _CITED,
        "Clause": _CLAUSE,
        "Fact": _SEEN,
        "WantedFact": _WANTED,
        "MissingFact": {
            "allOf": [
                ref("WantedFact"),
                members(rules={**many(ANY_TEXT), "description": "the rules that ask for it"}),
            ]
        },
        "Finding": _FINDING,
        "WaiverUsed": _WAIVER_USED,
        "WaivedFinding": {"allOf": [ref("Finding"), members(waivers=many(ref("WaiverUsed")))]},
        "UpcomingFinding": {"allOf": [ref("Finding"), members(None, **{"from": DAY})]},
        "RuleStatus": _RULE_STATUS,
        "MarketVerdict": members(market=ANY_TEXT, decision=OUTCOME, conclusive=FLAG),
        "Obligation": _OBLIGATION,
        "Decision": _DECISION,
        "LoggedDecision": {
            "allOf": [
                ref("Decision"),
                members(actor=maybe(ANY_TEXT), decided_at=INSTANT, submitted=OBJECT),
            ]
        },
        "BatchDecision": {"allOf": [ref("Decision"), members(index=COUNT)]},
        "BatchProblem": members(error=ref("Problem"), index=COUNT),
        "ListedRule": members(rule=ANY_TEXT, status=ANY_TEXT),
        "ListedDecision": _LISTED,
        "DrawnDecision": {"allOf": [ref("ListedDecision"), members(position=COUNT)]},
        "SearchNote": members({"help": ANY_TEXT}, message=ANY_TEXT, parameter=ANY_TEXT),
        "DecisionPage": members(
            items=many(ref("ListedDecision")),
            size=COUNT,
            next=maybe(ANY_TEXT),
            unsearched=_UNSEARCHED,
            notes=_NOTES,
        ),
        "OutcomeCount": members(decision=OUTCOME, conclusive=FLAG, count=COUNT),
        "RuleCount": members(rule=ANY_TEXT, status=ANY_TEXT, count=COUNT),
        "MonthCount": members(month=ANY_TEXT, outcomes=_OUTCOMES),
        "Statistics": members(
            size=COUNT,
            decisions=COUNT,
            outcomes=_OUTCOMES,
            rules=many(ref("RuleCount")),
            rules_omitted=COUNT,
            months=many(ref("MonthCount")),
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
            items=many(ref("DrawnDecision")),
            notes=_NOTES,
        ),
        "SavedQuery": members(
            name=ANY_TEXT, filters=OBJECT, index=COUNT, actor=ANY_TEXT, saved_at=INSTANT
        ),
        "InclusionProof": members(
            index=COUNT, size=COUNT, leaf=BASE64, leaf_hash=BASE64, hashes=many(BASE64), root=BASE64
        ),
        "Verdict": members(decision=OUTCOME, conclusive=FLAG),
        "OutcomeChange": members(before=_VERDICT, after=_VERDICT, count=COUNT),
        "RuleChange": members(None, **_RULE_CHANGE),
        "RuleChangeCount": members(None, **_RULE_CHANGE, count=COUNT),
        "AssessedDecision": _ASSESSED,
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
            changes=many(ref("OutcomeChange")),
            rules=many(ref("RuleChangeCount")),
            listed=maybe(many(ref("AssessedDecision"))),
        ),
        "Replay": members(
            id=ANY_TEXT,
            replay={"type": "string", "enum": ["identical", "differs", "erased", "not replayable"]},
            why=maybe(ANY_TEXT),
            differences=many(members(pointer=ANY_TEXT)),
            omitted=COUNT,
            engine=members(recorded=ANY_TEXT, replayed=ANY_TEXT),
        ),
        "Subject": _SUBJECT | {"additionalProperties": False},
        "Statement": members({"reason": _REASON}, **_STATED) | {"additionalProperties": False},
        "StandingFact": members(
            _STATED,
            **{**_RECORDED_AS, "commitment": maybe(ANY_TEXT)},
            state={"type": "string", "enum": ["recorded", "withdrawn"]},
            reason=maybe(ANY_TEXT),
        ),
        "StandingFactPage": members(items=many(ref("StandingFact")), next=maybe(ANY_TEXT)),
        "FactUsed": members(
            None,
            **{name: maybe(schema) for name, schema in _RECORDED_AS.items()},
            **{name: schema for name, schema in _STATED.items() if name != "facts"},
            facts=many(members(pointer=ANY_TEXT, path=ANY_TEXT, label=ANY_TEXT, value=ANY_TEXT)),
        ),
        "Erased": members(erased=COUNT, entries=many(ref("Receipt")), purged=FLAG),
        "Turn": _TURN,
        "VersionName": members(version=ANY_TEXT, digest=ANY_TEXT),
        "PolicySet": members(
            name=ANY_TEXT,
            revision=COUNT,
            in_force=maybe(ref("Turn")),
            before=maybe(ref("VersionName")),
            scheduled=maybe(ref("Turn")),
        ),
        "ListedVersion": _LISTED_VERSION,
        "Version": {
            "allOf": [
                ref("ListedVersion"),
                members(history=many(OBJECT), check=OBJECT, test=_TESTED),
            ]
        },
        "WaiverApproval": members(None, **{"as": ANY_TEXT}, by=ANY_TEXT, at=INSTANT),
        "WaiverUse": members(decisions=COUNT, last_at=maybe(INSTANT)),
        "WaiverStep": _WAIVER_STEP,
        "Waiver": _WAIVER,
        "WaiverPage": members(items=many(ref("Waiver")), next=maybe(ANY_TEXT)),
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
        "Checked": members(digest=ANY_TEXT, check=OBJECT, test=_TESTED, obstacle=maybe(ANY_TEXT)),
    }
)
"""Every schema of the document that has a name, apart from those of the vocabulary."""
