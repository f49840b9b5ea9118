"""Adapters: a platform's own record, told as a campaign descriptor.

Where a record is silent the descriptor is silent: an adapter says `unknown`, it never guesses.
What it takes from where, and what it leaves, is in `docs/adapters/`, a page for each. Platform
SDKs are no dependency, and nothing is fetched.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from . import google_ads, linkedin, meta, openrtb, snapchat, tiktok
from .adaptation import Adaptation
from .reading import AdapterRefusal
from .records import RecordFault, RecordForm, SubmittedRecord, read_records

__all__ = [
    "FORMATS",
    "Adaptation",
    "AdapterRefusal",
    "RecordFault",
    "RecordForm",
    "SubmittedRecord",
    "read_records",
]

FORMATS: Mapping[str, Callable[[object], Adaptation]] = MappingProxyType(
    {
        "google-ads": google_ads.adapt,
        "linkedin": linkedin.adapt,
        "meta": meta.adapt,
        "openrtb": openrtb.adapt,
        "snapchat": snapchat.adapt,
        "tiktok": tiktok.adapt,
    }
)
"""The adapters by the name of the format. Each raises `AdapterRefusal` and nothing else."""
