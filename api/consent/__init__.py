"""Consent strings: what a TCF or GPP string of a campaign says, as facts that a policy can ask for.

`tcf` reads the Transparency & Consent String of IAB Europe (versions 2.0 to 2.3), `gpp` the
strings of the IAB Tech Lab's Global Privacy Platform, and its US Privacy string; `facts` puts what
they say beside what the campaign declares. Nothing is fetched: neither the Global Vendor List nor
the register of consent platforms is asked, so a string is read for what it says, not for whether
its vendors exist.

The formats, what is refused and where this differs from the reference libraries of the IAB Tech
Lab is in `docs/adapters/consent.md`.
"""

from .bits import UnreadableString
from .gpp import GPPString, decode_gpp_string
from .tcf import TCString, decode_tc_string

__all__ = [
    "GPPString",
    "TCString",
    "UnreadableString",
    "decode_gpp_string",
    "decode_tc_string",
]
