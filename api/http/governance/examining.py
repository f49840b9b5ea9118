"""Examining what somebody sent (`api.examination.sandbox`), with what may go wrong as a problem."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from api.examination.examination import Examination
from api.examination.sandbox import ExaminationError, examine_in_sandbox, format_in_sandbox
from api.http.problems import MALFORMED_POLICIES, Problem, ProblemRaised
from api.http.service import Service


def examined(service: Service, files: Mapping[str, str], name: str) -> Examination:
    """Return what is found of policies. Raises `ProblemRaised` where it takes too much."""
    with _bounded(service):
        return examine_in_sandbox(files, name=name, day=service.clock().date())


def formatted(service: Service, files: Mapping[str, str]) -> dict[str, Any]:
    """Return policy texts in the canonical layout. Raises `ProblemRaised` likewise."""
    with _bounded(service):
        return format_in_sandbox(files)


@contextmanager
def _bounded(service: Service) -> Iterator[None]:
    """Have one of the places of streams meanwhile, and tell what takes too much as a problem."""
    with service.streams.open():
        try:
            yield
        except ExaminationError as error:
            raise ProblemRaised(Problem(kind=MALFORMED_POLICIES, detail=str(error))) from error
