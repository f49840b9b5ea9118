"""Diagnostics in order, and which of them keep a bundle from being loaded."""

from engine.source.diagnostic import Diagnostic, Severity, in_order
from engine.source.text import Span


def diagnostic(
    source: str, start: int, code: str = "E1", severity: Severity = Severity.ERROR
) -> Diagnostic:
    span = Span(source=source, start=start, end=start + 1)
    return Diagnostic(code=code, severity=severity, headline="h", span=span)


def test_diagnostics_go_by_source_then_place_then_code_and_are_said_once() -> None:
    given = [
        diagnostic("b", 0),
        diagnostic("a", 9),
        diagnostic("a", 9),
        diagnostic("a", 2, "E2"),
        diagnostic("a", 2, "E1"),
    ]
    assert in_order(given) == (given[4], given[3], given[1], given[0])


def test_an_error_is_an_error_and_a_warning_is_none() -> None:
    assert diagnostic("a", 0).is_error
    assert not diagnostic("a", 0, severity=Severity.WARNING).is_error
