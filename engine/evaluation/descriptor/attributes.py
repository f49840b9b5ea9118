"""The attributes of a campaign that a decision repeats, so that it is found by them.

The advertiser is the fact `advertiser`, or the `name` in it; the platforms are the elements of
`platforms`, or their names. Where a vocabulary declares neither, a campaign has none. A fact that
is sensitive is never shown: the document then has no such member, which is not the same as an
empty one.
"""

import msgspec

from ..values import Campaign, Group

MOST_PLATFORMS = 256
"""The most platforms that a document lists; it leaves a longer list out, rather than a part."""


class CampaignAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """The advertiser and the platforms of a campaign, in the order given, each once.

    `shows_advertiser` and `shows_platforms` are false where a document leaves the member out.
    """

    advertiser: str | None = None
    platforms: tuple[str, ...] = ()
    shows_advertiser: bool = True
    shows_platforms: bool = True

    def members(self) -> dict[str, object]:
        """Return the members of the document of a decision that show the attributes."""
        made: dict[str, object] = {}
        if self.shows_advertiser:
            made["advertiser"] = self.advertiser
        if self.shows_platforms:
            made["platforms"] = list(self.platforms)
        return made


def campaign_attributes(campaign: Campaign) -> CampaignAttributes:
    """Return the attributes of a campaign."""
    advertisers = _names(campaign.facts, "advertiser")
    platforms = _names(campaign.facts, "platforms")
    return CampaignAttributes(
        advertiser=advertisers[0] if advertisers else None,
        platforms=() if platforms is None else platforms,
        shows_advertiser=advertisers is not None,
        shows_platforms=platforms is not None and len(platforms) <= MOST_PLATFORMS,
    )


def _names(group: Group, name: str) -> tuple[str, ...] | None:
    """Return what a fact of a group names, each once; None where any of it is sensitive."""
    shape = group.shape
    if name not in shape.facts:
        return ()
    if shape.facts[name].sensitive:
        return None
    value = group.values[shape.positions[name]]
    if isinstance(value, str):
        return (value,)
    found: dict[str, None] = {}
    for each in value if isinstance(value, tuple) else (value,):
        if isinstance(each, str):
            found[each] = None
        elif isinstance(each, Group):
            named = _names(each, "name")
            if named is None:
                return None
            for one in named:
                found[one] = None
    return tuple(found)
