"""Whether an installation is ready to serve: its database, its keys, and the policies in force."""

from collections.abc import Callable

from api.in_force.policies import NotFresh, NotInForce, PoliciesInForce
from engine.storage.databases.database import Database
from engine.storage.log.anchor import KeyFile
from engine.storage.readiness import probe

from .contents import problem_of
from .settings import Settings
from .setup import SetupError
from .signing import check_origin, check_signed_by
from .stamping import authority_of

_SAYS_MORE = "`assent doctor` says more"


def policies_of(
    settings: Settings,
    database: Database,
    *,
    on_change: Callable[[Exception | None], None] = lambda _: None,
    on_unusable: Callable[[str, str, Exception], None] = lambda *_: None,
) -> PoliciesInForce:
    """Return the policies in force, built. Raises `SetupError` where those of the default are not.

    Raises `StorageError`.
    """
    made = PoliciesInForce(
        database,
        default=settings.policy_set,
        bound=settings.policy_freshness,
        on_change=on_change,
        on_unusable=on_unusable,
    )
    made.refresh()
    try:
        made.engine(settings.policy_set)
    except NotInForce as error:
        raise SetupError(f"{error}; `assent init` makes a first one") from error
    except NotFresh as error:
        raise SetupError(f"{error}; {_SAYS_MORE}") from error
    return made


def check_prepared(settings: Settings, database: Database) -> None:
    """Raise `SetupError` unless a database is ready to serve.

    Raises `StorageUnavailable` where there are no keys to sign its log, and `SigningError` where
    the keys are those of another log than the settings name or the database has, and where the
    certificates of its time stamp authority cannot be used.
    A log that does not fit its anchor is served all the same, since auditors have to read it;
    `/health/ready` says so.
    """
    if not database.is_there():  # To ask an SQLite file that is not there would make it.
        raise SetupError("there is no database; `assent init` prepares one")
    found = probe(database)
    if not found.is_reachable:
        raise SetupError(f"{found.problem}; {_SAYS_MORE}")
    if found.problem is not None:  # To prepare it mends no log.
        raise SetupError(f"{found.problem}; {_SAYS_MORE}" if found.is_current else found.problem)
    problem = problem_of(database)
    if problem is not None:
        raise SetupError(problem if "`assent" in problem else f"{problem}; {_SAYS_MORE}")
    ring = KeyFile(settings.log_key).read()
    check_origin(settings, ring)
    check_signed_by(settings, database, ring)
    authority_of(settings)
