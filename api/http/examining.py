"""Examining what somebody sent (`api.examination`), with what may go wrong as a problem."""

from collections.abc import Mapping

from api.examination import Examination, ExaminationError, examine_apart

from .problems import MALFORMED_POLICIES, Problem, ProblemRaised
from .service import Service


def examined(service: Service, files: Mapping[str, str], name: str) -> Examination:
    """Return what is found of policies. Raises `ProblemRaised` where it takes too much.

    Only so many are examined at a time, as `Streams` says.
    """
    leave = service.streams.open()
    try:
        return examine_apart(files, name=name, day=service.clock().date())
    except ExaminationError as error:
        raise ProblemRaised(Problem(kind=MALFORMED_POLICIES, detail=str(error))) from error
    finally:
        leave()
