"""The database of the service, with what seals its contents, as the settings say."""

from engine.storage.databases.database import Database, sqlite_file, unchanging_url
from engine.storage.errors import StorageUnavailable
from engine.storage.lifecycle.sealing import bound_to, is_in_clear
from engine.storage.sealed.contents import Contents
from engine.storage.sealed.key_store import KeyStore
from engine.storage.sealed.wrapping import WrappingKeyFile

from .settings import Settings


def contents_of(settings: Settings) -> Contents:
    """Return what seals and opens contents; nothing is read or made before it is used."""
    file = WrappingKeyFile(settings.content_key)
    return Contents(KeyStore(Database(settings.content_keys_url), file))


def readable_contents(settings: Settings) -> Contents | None:
    """Return what opens contents and writes nothing, None where there is no key store.

    Raises `StorageUnavailable`.
    """
    file = sqlite_file(settings.content_keys_url)
    if file is not None and not file.is_file():
        return None
    keys = Database(unchanging_url(settings.content_keys_url))
    return Contents(KeyStore(keys, WrappingKeyFile(settings.content_key)))


def open_database(settings: Settings) -> Database:
    """Return the database of the log. Raises `StorageUnavailable` for URLs that are none."""
    return Database(settings.database_url, contents=contents_of(settings))


def problem_of(database: Database) -> str | None:
    """Return why contents cannot be sealed or opened, None where they can."""
    contents = database.contents
    try:
        if contents is None or is_in_clear(database):
            return "the contents of the log are not all sealed; `assent init` seals them"
        if contents.keys.id() != bound_to(database):
            return (
                "the contents of the log are sealed under another key store than the settings name"
            )
        contents.keys.check()
    except StorageUnavailable as error:
        return str(error)
    return None
