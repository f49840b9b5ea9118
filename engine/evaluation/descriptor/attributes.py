"""Whom and where a campaign is for: what a decision says of it, so that it can be found again.

The advertiser is the fact `advertiser`, or the `name` in it; the platforms are the elements of
`platforms`, or their names. A vocabulary that declares neither has campaigns that name none. What
it marks as sensitive is never told: the record then leaves the member out, which is not the same
as naming nobody.
"""

import msgspec

from ..values import Campaign, Group

MOST_PLATFORMS = 256
"""As many platforms are told; a record leaves out what is longer, rather than a part of it."""


class CampaignAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """The advertiser and the platforms of a campaign, in the order given, each once.

    `tells_advertiser` and `tells_platforms` are false where they are not to be told.
    """

    advertiser: str | None = None
    platforms: tuple[str, ...] = ()
    shows_advertiser: bool = True
    shows_platforms: bool = True

    def members(self) -> dict[str, object]:
        """Return the members that the document of a decision has of it."""
        made: dict[str, object] = {}
        if self.shows_advertiser:
            made["advertiser"] = self.advertiser
        if self.shows_platforms:
            made["platforms"] = list(self.platforms)
        return made


def campaign_attributes(campaign: Campaign) -> CampaignAttributes:
    """Return whom and where a campaign is for."""
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
    fact = group.shape.facts.get(name)
    if fact is None:
        return ()
    if fact.sensitive:
        return None
    value = group.get(name)
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
