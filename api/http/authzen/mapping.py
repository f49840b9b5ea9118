"""OpenID AuthZEN Authorization API 1.0, mapped to decisions.

The subject is whoever wants to launch, the action `launch`, the resource a `campaign` with its
descriptor in `properties`; policies that declare more of the request (`authzen_facts`) decide on
more. `context` may name `as_of`, `policy_set` and the `format` of the properties. Unknown members
are ignored, as the standard demands.

Every decision is logged like any other, so nothing hypothetical is accepted. A request that cannot
be decided on (another action, or no campaign) is an error and never a decision: of the whole
request for a single evaluation, and of its item, with `false`, among several.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from marshmallow import EXCLUDE, Schema

from api.deciding.submission import FORMAT_NAMES, NATIVE, Terms
from api.http.answers import encoded, further_missing, receipt_document
from api.http.problems import MALFORMED_SUBMISSION, Problem, ProblemKind, ProblemRaised
from api.http.requests.fields import Barred, Instant, Text, Word
from api.http.requests.loading import load
from api.http.requests.misplaced import in_body
from api.recording import Recorded
from engine.audit.log import BATCH_LIMIT
from engine.evaluation.document import Document
from engine.source.quoting import described

MALFORMED = ProblemKind(
    name="authzen", status=400, title="The request is not of AuthZEN", meaning="a member is wrong"
)
"""Only its status and details are ever told: AuthZEN answers errors as text."""


MOST_EVALUATIONS = BATCH_LIMIT
"""The most items of one request: as many as the log takes in one commit."""


class Semantic(StrEnum):
    """How the evaluations of one request are gone through (AuthZEN 1.0, Access Evaluations)."""

    EXECUTE_ALL = "execute_all"
    DENY_ON_FIRST_DENY = "deny_on_first_deny"
    PERMIT_ON_FIRST_PERMIT = "permit_on_first_permit"

    def is_over(self, *, decision: bool) -> bool:
        """Whether nothing is evaluated after a decision."""
        match self:
            case Semantic.EXECUTE_ALL:
                return False
            case Semantic.DENY_ON_FIRST_DENY:
                return not decision
            case Semantic.PERMIT_ON_FIRST_PERMIT:
                return decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One evaluation of the right shape: who does what to what, on what terms, by which policies.

    `members` are the subject, the action, the resource, and the context where there is one.
    """

    members: Mapping[str, Mapping[str, object]]
    terms: Mapping[str, object]
    policy_set: str | None

    @property
    def form(self) -> str:
        """The format of the properties of the resource."""
        return str(self.terms.get("format", NATIVE))

    def terms_now(self, now: object) -> Terms:
        """Return the terms, as of now unless it says otherwise."""
        return Terms(**{"format": NATIVE, "as_of": now, **self.terms})  # type: ignore[arg-type] # As the shape has read them.


class _ContextShape(Schema):
    class Meta:
        unknown = EXCLUDE

    as_of = Instant()
    as_if_launched = Barred(
        "every decision here is recorded, and none that is recorded assumes another day of launch",
        advice="leave it out, or ask `POST /v1/decisions` for a dry run",
    )
    policy_set = Text()
    format = Word(FORMAT_NAMES)


_CONTEXT = _ContextShape()
_ENTITIES = {"subject": ("type", "id"), "action": ("name",), "resource": ("type", "id")}
_MEMBERS = (*_ENTITIES, "context", "options", "evaluations")
IN_BODY = {**in_body(_MEMBERS), **in_body(_CONTEXT, within="context")}
"""Where what is asked stands: none of it is in the address."""


def check_shape(body: object) -> dict[str, object]:
    """Return a body whose members are of their kinds. Raises `ProblemRaised`."""
    if not isinstance(body, dict):
        raise malformed("the body should be an object")
    for name in (*_ENTITIES, "context", "options"):
        if name in body and not isinstance(body[name], dict):
            raise malformed(f"`{name}` should be an object")
    for name, needed in _ENTITIES.items():
        for member in needed:
            _check_member(body, name, member)
        if not isinstance(body.get(name, {}).get("properties", {}), dict):
            raise malformed(f"`{name}.properties` should be an object")
    return body


def _check_member(body: Mapping[str, object], name: str, member: str) -> None:
    entity = body.get(name)
    if not isinstance(entity, dict):
        return
    if member not in entity:
        raise malformed(f"`{name}.{member}` is missing")
    if not isinstance(entity[member], str):
        raise malformed(f"`{name}.{member}` should be a text")


def evaluation_of(body: Mapping[str, object]) -> Evaluation:
    """Return the evaluation that a body of the right shape asks for. Raises `ProblemRaised`."""
    for name in _ENTITIES:
        if name not in body:
            raise malformed(f"`{name}` is missing")
    terms = _context(_object(body, "context"))
    policy_set = terms.pop("policy_set", None)
    return Evaluation(
        members={name: _object(body, name) for name in (*_ENTITIES, "context") if name in body},
        terms=terms,
        policy_set=str(policy_set) if policy_set is not None else None,
    )


def evaluations_of(
    body: Mapping[str, object], *, most: int, largest: int
) -> list[Mapping[str, object]] | None:
    """Return the items of a batch with the defaults, each a whole; None where it is a single one.

    An item takes the place of a default as a whole object: nothing is merged. The defaults may come
    to `largest` bytes, once for each item that has them. Raises `ProblemRaised`.
    """
    items = body.get("evaluations")
    if items is None or items == []:
        return None
    if not isinstance(items, list):
        raise malformed("`evaluations` should be a list of objects")
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            raise malformed(f"`evaluations[{index}]` should be an object, and is {described(item)}")
    if len(items) > most:
        raise malformed(
            f"`evaluations` has at most {most:,} items; send the others in another request"
        )
    defaults = {name: body[name] for name in (*_ENTITIES, "context") if name in body}
    sizes = {name: len(encoded(value)) for name, value in defaults.items()}
    size = sum(sizes[name] for item in items for name in sizes.keys() - item.keys())
    if size > largest:
        raise malformed(
            f"what the items of `evaluations` take over comes to {size:,} bytes, and may come to"
            f" {largest:,}; send fewer in one request"
        )
    return [{**defaults, **item} for item in items]


def semantic_of(body: Mapping[str, object]) -> Semantic:
    """Return how the items are gone through. Raises `ProblemRaised`."""
    given = _object(body, "options").get("evaluations_semantic", Semantic.EXECUTE_ALL)
    try:
        return Semantic(str(given))
    except ValueError:
        known = ", ".join(f"`{each}`" for each in Semantic)
        raise malformed(f"`options.evaluations_semantic` is one of {known}") from None


def _object(body: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = body.get(name, {})
    assert isinstance(found, dict)  # noqa: S101 - as `check_shape` found it.
    return found


def _context(context: Mapping[str, object]) -> dict[str, object]:
    terms, faults = load(_CONTEXT, context)
    if faults:
        raise malformed(
            "; ".join(
                f"`context.{each.name}`: {_advised(each.message, each.help)}" for each in faults
            )
        )
    return terms


# --- answers ----------------------------------------------------------------------------------


def decision_answer(recorded: Recorded) -> dict[str, object]:
    """Return a recorded decision as AuthZEN has it: the reasons for a user, and for an admin."""
    made, receipt = recorded.decided.summary, recorded.receipt
    assert receipt is not None  # noqa: S101 - there are no dry runs here.
    found = [*_listed(made, "findings")]
    context: dict[str, object] = {
        "id": made["id"],
        "conclusive": made["conclusive"],
        "policy_set": made["policy_set"],
        "as_of": made["as_of"],
        "valid_until": made["valid_until"],
        "obligations": made["obligations"],
        "missing": made["missing"],
        **further_missing(made),
        "receipt": receipt_document(receipt),
    }
    if found or made["missing"]:
        context["reason_user"] = {"en": " ".join(_user_reasons(made)) or "Something is unknown."}
        context["reason_admin"] = {"en": "; ".join(_admin_reasons(made)) or "something is unknown"}
    if waivers := waivers_to_ask_for(made):
        context["waivers"] = waivers
    return {"decision": made["decision"] == "allow", "context": context}


def waivers_to_ask_for(made: Document) -> dict[str, object] | None:
    """Return how the waivers are asked for without which a campaign is denied; None for none.

    There is one where waivers could lead to an allow: nothing is unknown, and every rule that
    denies can be waived. Each `template` is to be completed, and posted.
    """
    denying = {str(each["rule"]): each for each in _listed(made, "findings")}
    can_be = bool(denying) and all(map(_can_be_waived, denying.values()))
    if not can_be or made["missing"] or made["campaign"] is None:
        return None
    policy_set, campaign = made["policy_set"], made["campaign"]
    assert isinstance(policy_set, dict)  # noqa: S101 - by its contract.
    common = {"policy_set": policy_set["name"], "campaign": campaign}
    return {
        "endpoint": "/v1/waivers",
        "requests": [
            {"overridable_by": each.get("overridable_by"), "template": {"rule": rule, **common}}
            for rule, each in denying.items()
        ],
    }


def _can_be_waived(finding: Document) -> bool:
    return finding["status"] == "violated" and finding["enforcement"] != "mandatory"


def error_answer(problem: Problem) -> dict[str, object]:
    """Return the error of one item."""
    error = {"status": problem.kind.status, "message": message_of(problem)}
    return {"decision": False, "context": {"error": error}}


def message_of(problem: Problem) -> str:
    """Return a problem as one text."""
    faults = [
        f"{each.pointer or each.parameter or 'body'}: {_advised(each.message, each.help)}"
        for each in problem.errors
    ]
    return "; ".join([problem.detail, *faults])


def _advised(message: str, advice: str | None) -> str:
    return f"{message} ({advice})" if advice else message


def undecidable(problem: Problem) -> ProblemRaised:
    """Return the error of a campaign on which nothing can be decided: 400 here, and not 422."""
    assert problem.kind is MALFORMED_SUBMISSION  # noqa: S101 - of nothing else.
    return ProblemRaised(Problem(kind=MALFORMED, detail=problem.detail, errors=problem.errors))


def malformed(detail: str) -> ProblemRaised:
    """Return the error of a request that is not one of AuthZEN."""
    return ProblemRaised(Problem(kind=MALFORMED, detail=detail))


def _user_reasons(made: Document) -> list[str]:
    said = [
        " ".join(str(each[name]) for name in ("message", "remedy") if each.get(name))
        for each in _listed(made, "findings")
    ]
    wanted = [f"Say what is unknown: {each['label']}." for each in _listed(made, "missing")]
    return list(dict.fromkeys([*filter(None, said), *wanted]))


def _admin_reasons(made: Document) -> list[str]:
    return [f"{each['rule']} is {each['status']}" for each in _listed(made, "findings")]


def _listed(made: Document, name: str) -> list[Document]:
    found = made[name]
    assert isinstance(found, list)  # noqa: S101 - by its contract.
    return found
