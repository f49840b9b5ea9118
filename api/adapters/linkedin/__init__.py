"""LinkedIn: objects of the Marketing API, told as a campaign.

A record is one object (a campaign or a creative), or several of them joined under the names of
their levels. Amounts are decimal texts with their currency, moments are milliseconds since 1970,
and nearly everything else is a URN that only LinkedIn's tables explain. What is read from where is
in `docs/adapters/linkedin.md`.
"""

from api.adapters.adaptation import Adaptation, Draft
from api.adapters.agreement import put_agreed
from api.adapters.reading import Found, Record, whole_record
from api.adapters.telling import require_told, unmapped

from .campaign import campaign_part
from .creatives import creative_parts
from .objects import Objects, objects_of

__all__ = ["adapt"]

_TELLING = (
    "send the objects with their fields, not only references to them; ages and genders need "
    "`audienceExpansionEnabled` beside them"
)


def adapt(record: object) -> Adaptation:
    """Return the campaign that a record of the Marketing API tells.

    Raises `AdapterRefusal` for a record that is none, that contradicts what LinkedIn documents, or
    that holds nothing a campaign is told by.
    """
    root = whole_record(record)
    objects = objects_of(root)
    draft = Draft()
    platform = draft.element("platforms", "")
    platform.put("name", "linkedin", "")
    if objects.group is not None:
        draft.put_found("id", objects.group.identifier("id"))
        draft.put_found("name", objects.group.filled("name"))
    entities = root.joined("adTargetingEntities", "urn")
    levels = [
        [campaign_part(campaign, objects, entities) for campaign in objects.campaigns],
        creative_parts(objects),
    ]
    untold = put_agreed(draft, levels, platform)
    platform.put_found("account_id", _account_of(objects))
    require_told(draft, _TELLING)
    return draft.finish(unmapped(root, untold))


def _account_of(objects: Objects) -> Found[str] | None:
    holders: tuple[Record | None, ...] = (objects.group, *objects.campaigns)
    found = [holder.filled("account") for holder in holders if holder is not None]
    return next((account for account in found if account is not None), None)
