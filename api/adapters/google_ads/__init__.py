"""Google Ads: resources of the API in its JSON form (REST), told as a campaign.

A record is one resource, several of them joined under their names, the rows of a search, or the
operations of a mutation that creates a campaign. Amounts are in millionths, enumerations are names,
and resources refer to one another by resource name. What is read from where is in
`docs/adapters/google-ads.md`.
"""

from api.adapters.adaptation import Adaptation, Draft
from api.adapters.agreement import put_agreed
from api.adapters.reading import whole_record
from api.adapters.telling import require_told, unmapped

from .ads import ad_parts, asset_parts
from .campaign import put_account, put_campaign
from .criteria import put_criteria
from .objects import Resources, resources_of
from .signals import asset_group_parts

__all__ = ["adapt"]

_TELLING = (
    "send the resources with their fields, named as in REST (`campaignBudget`, and not "
    "`campaign_budget`), and criteria as a list"
)


def adapt(record: object) -> Adaptation:
    """Return the campaign that a record of the Google Ads API tells.

    Raises `AdapterRefusal` for a record that is none, that holds several campaigns, that
    contradicts what Google documents, or that holds nothing a campaign is told by.
    """
    root = whole_record(record)
    resources = resources_of(root)
    draft = Draft()
    platform = draft.element("platforms", "")
    platform.put("name", "google", "")
    put_account(platform, resources)
    put_campaign(draft, platform, resources)
    put_criteria(draft, resources)
    untold = _put_parts(draft, resources)
    require_told(draft, _TELLING)
    return draft.finish(unmapped(root, untold))


def _put_parts(draft: Draft, resources: Resources) -> tuple[str, ...]:
    groups = [Draft() for _ in resources.ad_groups]
    for part, ad_group in zip(groups, resources.ad_groups, strict=True):
        widened = ad_group.yes_no("optimizedTargetingEnabled")
        part.put_found("automation.audience_expansion", widened)
        if resources.campaign is None:
            part.put_found("id", resources.identifier_in(ad_group, "campaign"))
    ads, assets = list(ad_parts(resources)), list(asset_parts(resources))
    return put_agreed(draft, (groups, asset_group_parts(resources), ads, assets))
