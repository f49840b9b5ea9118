"""What keeps a service from being prepared or started, as the one line that a command ends on."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.cli.failures import Failure
from api.settings import SettingsError
from api.setup import SetupError
from api.signing import SigningError
from engine.audit.record import LogError
from engine.audit.signing import LogForked
from engine.storage.errors import Conflict, StorageError

_PREPARE = "`assent init` prepares it"


@contextmanager
def service_told() -> Iterator[None]:
    """Turn the failures of the service's parts into one line."""
    try:
        yield
    except SettingsError as error:
        raise Failure("settings", str(error)) from error
    except Conflict as error:
        raise Failure("service", str(error), "choose another name, or revoke that one") from error
    except SigningError as error:
        raise Failure("service", str(error)) from error
    except LogForked as error:
        raise Failure("the log", str(error), "put back the database that was signed") from error
    except (SetupError, StorageError, LogError) as error:
        advice = None if "assent init" in str(error) else _PREPARE
        raise Failure("service", str(error), advice) from error
