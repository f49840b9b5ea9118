"""Policies that a command decides by: the bundle that they make, or where their first error is."""

from api.cli.failures import Failure
from api.examination.check import check
from api.examination.policy_files import PolicyFiles
from engine.bundle.bundle import Bundle


def build_policies(policies: PolicyFiles) -> Bundle:
    """Return the bundle that policies make; a `Failure` where they have errors."""
    checked = check(policies)
    if checked.bundle is not None:
        return checked.bundle
    first = next(each for each in checked.diagnostics if each.is_error)
    place = checked.sources[first.span.source].locate(first.span.start)
    count = f"{checked.errors} error{'s' if checked.errors > 1 else ''}"
    command = "assent check" if policies.is_shipped else f"assent check {policies.root}"
    raise Failure(
        str(place), f"{first.headline}; the policies have {count}", f"`{command}` shows them"
    )
