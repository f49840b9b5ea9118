"""Meta: objects of the Marketing API, told as a campaign.

A record is one object (a campaign, an ad set, an ad, an ad creative, a custom audience), several
of them joined under the names of their levels, a call of the API with its parameters, an ad as the
Ad Library has archived it, or a row of the table that the Ads Manager exports. A member that is
absent is unknown, whatever Meta would do then, except where Meta documents what absence means. What
is read from where is in `docs/adapters/meta.md`.
"""

from api.adapters.adaptation import Adaptation, Draft
from api.adapters.agreement import EITHER, agreement
from api.adapters.reading import whole_record
from api.adapters.telling import require_told, unmapped

from .ads import ad_parts
from .archive import MARKS, put_archived_ad
from .audiences import Audiences, audience_part, put_way_out
from .campaign import account_of, ad_set_part, campaign_part
from .money import currency_of, leave_currency
from .objects import Objects, objects_of
from .rows import MARKS as ROW_MARKS
from .rows import put_row

__all__ = ["adapt"]


def adapt(record: object) -> Adaptation:
    """Return the campaign that a record of the Marketing API tells.

    Raises `AdapterRefusal` for a record that is none, that contradicts what Meta documents, or
    that holds nothing a campaign is told by.
    """
    root = whole_record(record)
    draft = Draft()
    platform = draft.element("platforms", "")
    platform.put("name", "meta", "")
    if MARKS & set(root):
        put_archived_ad(draft, platform, root)
        return draft.finish(unmapped(root, ()))
    if ROW_MARKS & set(root):
        put_row(draft, platform, root)
        # An empty cell holds nothing that could be kept.
        return draft.finish({at: cell for at, cell in root.remaining() if cell != ""})
    objects = objects_of(root)
    untold = _put_levels(draft, platform, objects)
    platform.put_found("account_id", account_of(objects))
    require_told(draft, "send the objects with their fields, not only references to them")
    return draft.finish(unmapped(root, untold))


def _put_levels(draft: Draft, platform: Draft, objects: Objects) -> tuple[str, ...]:
    currency = currency_of(objects.currency_holders)
    audiences = Audiences(objects.audiences)
    ad_sets = [ad_set_part(ad_set, objects, currency, audiences) for ad_set in objects.ad_sets]
    # Audiences that nothing refers to would read as all where those of the ad sets are not told.
    of_some = {"audiences" in part.facts() for part in ad_sets} == {False, True}
    of_ad_sets = agreement(ad_sets)
    levels = (
        agreement([campaign_part(objects, currency, of_ad_sets.draft.facts().get("markets"))]),
        of_ad_sets,
        agreement(ad_parts(objects)),
        agreement([] if of_some else [audience_part(audiences)]),
    )
    untold: tuple[str, ...] = ()
    for agreed in levels:
        untold += agreed.untold
        known = draft.facts()
        for path in agreed.draft.facts():
            if path == "placements":
                platform.absorb(path, agreed.draft)
            elif path not in EITHER or known.get(path) is not True:
                draft.absorb(path, agreed.draft)
    put_way_out(draft, objects.audiences)
    if not {"budget.amount", "budget.total"} & draft.facts().keys():
        leave_currency(objects.currency_holders)
    return untold
