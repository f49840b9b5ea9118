"""Examining what somebody sent (`api.examination.sandbox`), with what may go wrong as a problem."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from api.examination.examination import Examination
from api.examination.sandbox import ExaminationError, examine_in_sandbox, format_in_sandbox

from .problems import MALFORMED_POLICIES, Problem, ProblemRaised
from .service import Service

_T = TypeVar("_T")


def examined(service: Service, files: Mapping[str, str], name: str) -> Examination:
    """Return what is found of policies. Raises `ProblemRaised` where it takes too much."""
    day = service.clock().date()
    return _bounded(service, lambda: examine_in_sandbox(files, name=name, day=day))


def formatted(service: Service, files: Mapping[str, str]) -> dict[str, Any]:
    """Return policy texts in the canonical layout. Raises `ProblemRaised` likewise."""
    return _bounded(service, lambda: format_in_sandbox(files))


def _bounded(service: Service, act: Callable[[], _T]) -> _T:
    """Do it where so many are not at it already, as `Streams` says."""
    leave = service.streams.open()
    try:
        return act()
    except ExaminationError as error:
        raise ProblemRaised(Problem(kind=MALFORMED_POLICIES, detail=str(error))) from error
    finally:
        leave()
