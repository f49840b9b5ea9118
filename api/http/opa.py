"""The data API of OPA (Open Policy Agent, REST API v1), in the terms of a decision.

A policy set is a package, and the document of a package is made of one decision. What OPA calls
undefined is answered as it is there, without a `result`: a package or a rule that nobody has, and
anything that is asked without an input.
"""

from dataclasses import dataclass

from api.http.requests.fields import Barred
from api.http.requests.shapes import EnvelopeShape
from api.recording import Recorded
from engine import Engine
from engine.evaluation.document import Document

from .answers import further_missing
from .problems import Problem

MEMBERS = ("allow", "decision", "conclusive", "reasons", "obligations", "missing")
"""The rules of a package."""

NO_INPUT = {
    "code": "api_usage_warning",
    "message": "`input` is missing from the body: nothing is decided without it",
}


class _InputShape(EnvelopeShape):
    as_if_launched = Barred(
        "an answer of OPA cannot say that it assumes another day of launch",
        advice="leave it out, or ask `POST /v1/decisions` for a dry run",
    )
    policy_set = Barred(
        "the path says by which policies to decide", advice="leave out `policy_set`"
    )
    format = Barred(
        "descriptors alone are decided on here",
        advice="send the record of a platform to `POST /v1/decisions?format=…`",
    )


INPUT = _InputShape()
"""What is in an `input`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPath:
    """A package, and the rule of it that is asked for; None for the whole."""

    package: str
    member: str | None

    @classmethod
    def read(cls, text: str) -> "DataPath | None":
        """Return what a path names, None where there can be no such thing."""
        package, _, member = text.strip("/").partition("/")
        if not package or (member and member not in MEMBERS):
            return None
        return cls(package=package, member=member or None)

    def of(self, whole: Document) -> object:
        """Return what the path names in the document of its package."""
        return whole if self.member is None else whole[self.member]


def package_document(recorded: Recorded) -> Document:
    """Return the document of a package: one decision."""
    made = recorded.decided.summary
    return {
        "allow": made["decision"] == "allow",
        "decision": made["decision"],
        "conclusive": made["conclusive"],
        "reasons": made["findings"],
        "obligations": made["obligations"],
        "missing": made["missing"],
        **further_missing(made),
    }


def provenance(engine: Engine) -> Document:
    """Return what decided: OPA's bundles are our policy sets, a revision is a digest."""
    identity = engine.identity
    return {
        "version": identity.engine,
        "bundles": {identity.name: {"revision": identity.digest}},
    }


def policy_document(name: str) -> Document:
    """Return a policy set as OPA lists a policy: with what can be asked of it."""
    path = [{"type": "var", "value": "data"}, {"type": "string", "value": name}]
    return {
        "id": name,
        "ast": {
            "package": {"path": path},
            "rules": [{"head": {"name": member}} for member in MEMBERS],
        },
    }


def error_document(problem: Problem) -> Document:
    """Return a problem as OPA tells it."""
    status = problem.kind.status
    code = "internal_error" if status >= 500 else "invalid_parameter"
    if status in (401, 403):
        code = "unauthorized"
    if status == 404:
        code = "resource_not_found"
    made: Document = {"code": code, "message": problem.detail}
    if problem.errors:
        made["errors"] = [{"code": code, **each.document()} for each in problem.errors]
    return made
