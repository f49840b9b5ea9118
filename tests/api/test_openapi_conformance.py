"""The service keeps to its document, whatever schemathesis makes of it.

It keeps its log in PostgreSQL, which takes fewer texts and numbers than SQLite.

More cases are tried by hand: `ASSENT_CASES=200 pytest tests/api/test_openapi_conformance.py`.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable

from api.http.openapi.operations import OPERATIONS
from api.installation.setup import make_key
from engine.storage.keys import Role
from tests.api.installation import Caller

USUAL = 5
CASES = int(os.environ.get("ASSENT_CASES", str(USUAL)))
_SHARED = settings(
    max_examples=CASES,
    derandomize=CASES == USUAL,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
_MADE = [200, 201, 404, 409, 410, 412, 422]
"""Statuses of requests that keep to the document: what is not there, not in the right state, or
does not mean anything (codes that do not exist, a flight that ends before it starts).
"""
_REFUSED = [400, 401, 403, 404, 406, 412, 415, 422, 428]
"""Statuses of requests that do not."""
_DECIDED_ALL_THE_SAME = {
    "opa.decide": "what is undefined for OPA, whatever the input",
    "decisions.decide": "campaigns without facts that the schema requires: they are denied",
}
"""Endpoints that answer 200 to what their schemas do not allow, and to what."""
_BEYOND_SCHEMAS = {
    "decisions.decide": "years from 1970 on",
    "batch.decide": "the same, policy sets that exist, and another day of launch in dry runs alone",
    "search.list": "the same, cursors, pages of files, and sizes that the log has reached",
    "search.statistics": "the same",
    "search.sample": "the same",
    "search.manifest": "the same",
    "search.evidence": "the same, and that there is any filter at all",
    "vocabulary.show": "policy sets that exist",
    "policy_sets.impact": "as of a search",
    "facts.list": "cursors",
    "facts.record": "numbers that can be read exactly",
    "facts.amend": "the same",
    "authzen.evaluation": "whatever makes no campaign: it is 400 there",
    "authzen.evaluations": "the same",
    "opa.decide": "the same",
}
"""Endpoints that answer 400 to what their schemas allow, and what for."""


@pytest.fixture(scope="module")
def headers(api: Caller) -> dict[str, str]:
    """Headers with a key that may do everything."""
    key = make_key(api.installation.settings, name="everything", roles=list(Role))
    return {"Authorization": f"Bearer {key.token}"}


@pytest.fixture(scope="module")
def contract(api: Caller, headers: dict[str, str]) -> Any:
    """The document as it is served, by an application whose answers are read to their end."""

    def whole(environ: Any, start_response: Any) -> Iterable[bytes]:
        pieces = api.app(environ, start_response)
        try:
            return [b"".join(pieces)]
        finally:
            if hasattr(pieces, "close"):
                pieces.close()

    return schemathesis.openapi.from_wsgi("/openapi.json", whole, headers=headers)


@pytest.mark.parametrize("installation", ["postgresql"], indirect=True, scope="module")
@pytest.mark.parametrize("endpoint", OPERATIONS)
def test_service_keeps_to_its_document(
    contract: Any, headers: dict[str, str], endpoint: str
) -> None:
    accepted = contract.config.checks.positive_data_acceptance
    accepted.expected_statuses = [str(s) for s in (*_MADE, *[400] * (endpoint in _BEYOND_SCHEMAS))]
    refused = contract.config.checks.negative_data_rejection
    refused.expected_statuses = [
        str(s) for s in (*_REFUSED, *[200] * (endpoint in _DECIDED_ALL_THE_SAME))
    ]
    operation = contract.find_operation_by_id(endpoint.replace(".", "_"))
    for mode in schemathesis.GenerationMode:

        @_SHARED
        @given(case=operation.as_strategy(generation_mode=mode).filter(_is_sent))
        def check(case: Any) -> None:
            case.call_and_validate(headers=headers)

        with suppress(Unsatisfiable):  # Nothing can be wrong with what an endpoint does not have.
            check()


def _is_sent(case: Any) -> bool:
    """Whether a query arrives as it was made: of a parameter with an empty list nothing is sent."""
    return all(value not in ([], {}) for value in (case.query or {}).values())
