"""Content credentials (C2PA): what a file, or its manifests, says of its own origin, as facts."""

from .files import CredentialsFault, NotInstalled, read_file
from .manifests import Provenance, provenance_of

__all__ = ["CredentialsFault", "NotInstalled", "Provenance", "provenance_of", "read_file"]
