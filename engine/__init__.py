"""Assent's engine: the policy language, decisions with their justification, and proofs.

Everything that an embedder needs is named here; the rest may move.
"""

from .bundle.bundle import Bundle
from .evaluation.decision import Decision, Effect
from .evaluation.descriptor.decode import CampaignFault
from .evaluation.document import document
from .evaluation.prose import explain
from .evaluation.values import Campaign
from .facade import (
    BundleError,
    CampaignError,
    Engine,
    EngineError,
    bundle_from_files,
    load_bundle,
)
from .source.diagnostic import Diagnostic
from .version import __version__

__all__ = [
    "Bundle",
    "BundleError",
    "Campaign",
    "CampaignError",
    "CampaignFault",
    "Decision",
    "Diagnostic",
    "Effect",
    "Engine",
    "EngineError",
    "__version__",
    "bundle_from_files",
    "document",
    "explain",
    "load_bundle",
]
