"""Trace context: continued from the caller, told in the answer, and found in the service's log."""

import io
import json
import re

import pytest

from tests.api.installation import Caller, allowed, problem_of

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def _answered(api: Caller, traceparent: str | None) -> tuple[str, str, str]:
    headers = {} if traceparent is None else {"traceparent": traceparent}
    with api.get("/health/live", role=None, headers=headers) as answer:
        found = re.fullmatch(
            r"00-([0-9a-f]{32})-([0-9a-f]{16})-(0[01])", answer.headers["traceresponse"]
        )
    assert found is not None
    trace, span, flags = found.groups()
    return trace, span, flags


def test_trace_is_continued(api: Caller, written: io.StringIO) -> None:
    trace, span, flags = _answered(api, f"00-{TRACE}-{PARENT}-01")
    assert (trace, flags) == (TRACE, "01")
    assert span != PARENT
    (line,) = written.getvalue().splitlines()
    told = json.loads(line)
    assert (told["trace_id"], told["span_id"], told["parent_id"]) == (TRACE, span, PARENT)


def test_later_version_is_read_as_far_as_it_is_known(api: Caller) -> None:
    assert _answered(api, f"01-{TRACE}-{PARENT}-00-more")[::2] == (TRACE, "00")


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "nonsense",
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-01-more",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}",
        f" 00-{TRACE}-{PARENT}-01 x",
    ],
)
def test_another_trace_begins(api: Caller, given: str | None) -> None:
    first, second = _answered(api, given), _answered(api, given)
    assert TRACE not in (first[0], second[0])
    assert first[0] != second[0]
    assert first[2] == "00"


def test_failure_is_found_by_its_trace(fresh: Caller, written: io.StringIO) -> None:
    (fresh.installation.settings.data_directory / "assent.db.lock").unlink(missing_ok=True)
    (fresh.installation.settings.data_directory / "assent.db.lock").mkdir()
    headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
    problem_of(fresh.post({"campaign": allowed()}, headers=headers), 503, "unavailable")
    told = [json.loads(line) for line in written.getvalue().splitlines()]
    assert TRACE in {each.get("trace_id") for each in told if each["level"] == "error"}
