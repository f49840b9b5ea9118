"""TikTok: objects of the Business API, told as a campaign.

A record is one object (a campaign, an ad group, an ad), or several of them joined under the names
of their levels. Its amounts are in whole units of the account's currency, its moments in UTC. What
is read from where is in `docs/adapters/tiktok.md`.
"""

from api.adapters.adaptation import Adaptation, Draft
from api.adapters.agreement import put_agreed
from api.adapters.reading import whole_record
from api.adapters.telling import require_told, unmapped

from .ads import ad_parts
from .campaign import ad_group_part, campaign_part
from .objects import Objects, objects_of

__all__ = ["adapt"]

_TELLING = (
    "send the objects with their fields, not only references to them; ages need "
    "`campaign_automation_type` beside them, and `location_ids` need `zipcode_ids`"
)


def adapt(record: object) -> Adaptation:
    """Return the campaign that a record of the Business API tells.

    Raises `AdapterRefusal` for a record that is none, that contradicts what TikTok documents, or
    that holds nothing a campaign is told by.
    """
    root = whole_record(record)
    objects = objects_of(root)
    draft = Draft()
    platform = draft.element("platforms", "")
    platform.put("name", "tiktok", "")
    untold = _put_levels(draft, platform, objects)
    platform.put_found("account_id", objects.account_id())
    require_told(draft, _TELLING)
    return draft.finish(unmapped(root, untold))


def _put_levels(draft: Draft, platform: Draft, objects: Objects) -> tuple[str, ...]:
    currency, regions = objects.currency(), objects.root.joined("region_info", "location_id")
    levels = [
        [campaign_part(objects, currency)],
        [ad_group_part(one, objects, currency, regions) for one in objects.ad_groups],
        ad_parts(objects),
    ]
    untold = put_agreed(draft, levels, platform)
    if not {"budget.amount", "budget.total"} & draft.facts().keys():
        objects.leave_currency()
    return untold
