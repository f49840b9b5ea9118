"""Which policies decide a request: those of the set that it names, as they are in force now."""

from collections.abc import Callable

from api.http.admission.access import check_reach
from api.in_force.policies import NotFresh, NotInForce
from engine import Engine
from engine.storage.keys import ApiKey

from .problems import NOT_FRESH, Problem, ProblemError, ProblemRaised, invalid_query, retry_later
from .service import Service

UNKNOWN_SET = "`GET /v1/policy-sets` lists them; without a name the default decides"


def choose_engine(service: Service, key: ApiKey, policy_set: str | None) -> Engine:
    """Return the engine of the set that a request names, or of the default.

    Raises `ProblemRaised` where the key is limited to other sets, `NotInForce` where nothing
    decides for this one, and `NotFresh`.
    """
    chosen = service.policies.default if policy_set is None else policy_set
    check_reach(key, chosen)
    return service.policies.engine(chosen)


def engine_of_query(service: Service, key: ApiKey, policy_set: str | None) -> Engine:
    """Do as `choose_engine` does, for a name that stands in the query, which is then at fault."""
    try:
        return choose_engine(service, key, policy_set)
    except NotInForce as error:
        raise ProblemRaised(invalid_query([unknown_set(str(error))])) from None


def unknown_set(message: str, *, pointer: str | None = None) -> ProblemError:
    """Return the fault of a name under which nothing decides: of a body, or else of a query."""
    parameter = "policy_set" if pointer is None else None
    return ProblemError(message=message, pointer=pointer, parameter=parameter, help=UNKNOWN_SET)


def obstacle_of(service: Service, engine: Engine) -> Callable[[], Problem | None]:
    """Return what tells why an engine may not decide any more, None while it may."""

    def obstacle() -> Problem | None:
        try:
            if service.policies.is_in_force(engine):
                return None
        except (NotFresh, NotInForce) as error:  # A database that was put back may lack the set.
            return retry_later(NOT_FRESH, str(error), 1)
        detail = (
            "other policies came into force during the batch, or a waiver was granted or revoked;"
            " send the rest as another batch"
        )
        return retry_later(NOT_FRESH, detail, 1)

    return obstacle
