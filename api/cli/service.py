"""The service's database for a command, and what goes wrong with it as the one line it ends on."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.cli.failures import Failure
from api.installation.contents import open_database
from api.installation.prepared import check_prepared
from api.installation.settings import Settings, SettingsError, load_settings
from api.installation.setup import SetupError, Unfit
from api.installation.signing import SigningError, signer_of
from engine.audit.checkpoints.publishing import NotWitnessed
from engine.audit.checkpoints.signing import LogForked
from engine.audit.errors import LogError
from engine.storage.databases.database import Database
from engine.storage.errors import BeyondLog, Conflict, RevocationUntold, StorageError

_PREPARE = "`assent init` prepares it"
_SAYS_MORE = "`assent doctor` says more"


@contextmanager
def service_told(*, is_preparing: bool = False) -> Iterator[None]:
    """Turn the failures of the service's parts into one line.

    Where the command is the one that prepares an installation, none is advised to run it.
    """
    try:
        yield
    except SettingsError as error:
        raise Failure("settings", str(error)) from error
    except BeyondLog as error:
        raise Failure("--as-of", str(error), "name that size or a smaller one") from error
    except (Conflict, Unfit, SigningError) as error:
        raise Failure("service", str(error)) from error
    except NotWitnessed as error:
        raise Failure("the log", str(error), "`/health/ready` tells what each says") from error
    except LogForked as error:
        raise Failure("the log", str(error), "put back the database that was signed") from error
    except RevocationUntold as error:
        advice = "revoke it again once the log takes entries: it does not tell of this yet"
        raise Failure("the log", str(error), advice) from error
    except (SetupError, StorageError, LogError) as error:
        is_unprepared = isinstance(error, SetupError) and not is_preparing
        advice = _PREPARE if is_unprepared else _SAYS_MORE
        said = any(command in str(error) for command in ("`assent ", "`assent`"))
        raise Failure("service", str(error), None if said else advice) from error


@contextmanager
def opened_service() -> Iterator[tuple[Settings, Database]]:
    """Give the settings and the database that they name, prepared and with its keys.

    What goes wrong with it meanwhile is told as `service_told` tells it.
    """
    with service_told():
        settings = load_settings()
        database = open_database(settings)
        try:
            check_prepared(settings, database)
            database.known.confirm = signer_of(settings, database).check
            yield settings, database
        finally:
            database.close()
