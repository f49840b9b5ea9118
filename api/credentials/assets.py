"""The files of ads, read where they lie: what they say of their origin, put into a descriptor."""

from collections.abc import Mapping
from pathlib import Path

from engine.source.json_text import JSONValue

from .facts import is_contradicted
from .files import CredentialsFault, read_file


class AssetFault(Exception):  # noqa: N818 - the house calls what is wrong a fault.
    """A file that a descriptor names and that cannot be told of, with where and what to do."""

    def __init__(self, *, pointer: str, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.pointer = pointer
        self.reason = reason
        self.advice = advice


def with_assets(campaign: Mapping[str, JSONValue], folder: Path) -> dict[str, JSONValue]:
    """Return a descriptor with what the files of its creatives say in their `provenance`.

    Raises `AssetFault` for the first file that is not in the folder, cannot be read, or says
    something else than is declared; `NotInstalled` without the library.
    """
    creatives = campaign.get("creatives")
    if not isinstance(creatives, list):
        return dict(campaign)
    stated = [_with_asset(each, index, folder) for index, each in enumerate(creatives)]
    return {**campaign, "creatives": stated}


def _with_asset(creative: JSONValue, index: int, folder: Path) -> JSONValue:
    credentials = creative.get("credentials") if isinstance(creative, dict) else None
    name = credentials.get("file") if isinstance(credentials, dict) else None
    if not isinstance(creative, dict) or not isinstance(name, str):
        return creative
    pointer = f"/creatives/{index}/credentials/file"
    said = _read(name, pointer, folder)
    declared = creative.get("provenance")
    stated = declared if isinstance(declared, dict) else {}
    for fact, value in stated.items():
        if is_contradicted(value, said.get(fact)):
            raise AssetFault(
                pointer=f"/creatives/{index}/provenance/{fact}",
                reason=f"`{fact}` is declared, and the file `{name}` says something else",
                advice=f"leave `{fact}` out: it is read from the file",
            )
    return {**creative, "provenance": {**stated, **said}}


def _read(name: str, pointer: str, folder: Path) -> dict[str, JSONValue]:
    path = folder / name
    try:
        is_within = path.resolve().is_relative_to(folder.resolve())
        found = read_file(path) if is_within and path.is_file() else None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it cannot be read"
        raise AssetFault(
            pointer=pointer,
            reason=f"the file `{name}` cannot be read: {why.lower()}",
            advice="mend the file, or its permissions",
        ) from error
    except CredentialsFault as fault:
        raise AssetFault(
            pointer=pointer,
            reason=f"the file `{name}` tells nothing: {fault}",
            advice="name the media file of the ad, or the JSON of its manifests",
        ) from fault
    if found is None:
        raise AssetFault(
            pointer=pointer,
            reason=f"there is no file `{name}` among the assets",
            advice="give its path from the folder that `--assets` names",
        )
    return found.facts()
