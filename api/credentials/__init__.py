"""Content credentials (C2PA): what a file, or its manifests, says of its own origin, as facts."""

from .assets import AssetFault, with_assets
from .files import CredentialsFault, NotInstalled, read_file
from .manifests import Provenance, provenance_of

__all__ = [
    "AssetFault",
    "CredentialsFault",
    "NotInstalled",
    "Provenance",
    "provenance_of",
    "read_file",
    "with_assets",
]
