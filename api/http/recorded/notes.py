"""What a search that found nothing says beside: which of its names no decision of the log has."""

from api.http.admission.access import sees_all
from api.http.problems import ProblemError
from api.http.service import Service
from engine.storage.keys import ApiKey
from engine.storage.search.filters import DecisionFilter


def notes_of(service: Service, key: ApiKey, filters: DecisionFilter) -> list[dict[str, object]]:
    """Return the notes of a search that found nothing, each as an error of a problem has it.

    They tell what the whole log names, and are for whoever may search all of it alone: a submitter
    sees its own decisions, and a key that is limited to policy sets theirs.
    """
    if not sees_all(key) or key.policy_sets is not None:
        return []
    return [
        ProblemError(message=each.message, parameter=each.filter, help=each.advice).document()
        for each in service.decisions.unknown_names(filters)
    ]
