"""Which of LinkedIn's objects a record holds: one of them, or several joined."""

from dataclasses import dataclass

from api.adapters.reading import AdapterRefusal, Record
from api.adapters.refusal import UnrecognisedRecord

_JOINED = frozenset(["campaigns", "creative", "creatives"])
_CAMPAIGN = frozenset(
    [
        "audienceExpansionEnabled",
        "campaignGroup",
        "costType",
        "dailyBudget",
        "objectiveType",
        "offsiteDeliveryEnabled",
        "politicalIntent",
        "runSchedule",
        "targetingCriteria",
        "totalBudget",
        "unitCost",
    ]
)
_CREATIVE = frozenset(["content", "inlineContent", "intendedStatus", "isServing"])
_SENDABLE = (
    "send a campaign or a creative, or several joined as `campaignGroup`, `campaigns`, `creatives`"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Objects:
    """The objects of one record, by level."""

    group: Record | None = None
    campaigns: tuple[Record, ...] = ()
    creatives: tuple[Record, ...] = ()


def objects_of(root: Record) -> Objects:
    """Return the objects in a record; refuse one that does not show what it is.

    A creative names its `campaign` by a URN, and a campaign its `campaignGroup`: only an object
    there is one that has been joined.
    """
    names = set(root)
    joined = (root.unread("campaign"), root.unread("campaignGroup"))
    if names & _JOINED or any(isinstance(one, dict) for one in joined):
        return _joined(root)
    if names & _CREATIVE:
        return Objects(creatives=(root,))
    if names & _CAMPAIGN:
        return Objects(campaigns=(root,))
    if "elements" in names:
        raise AdapterRefusal(
            "the record is an answer of the API, with several objects in it",
            pointer="/elements",
            help="send each object of `elements` on a line of its own: `jq -c '.elements[]'`",
        )
    raise UnrecognisedRecord(
        "nothing in the record shows which of LinkedIn's objects it is", help=_SENDABLE
    )


def _joined(root: Record) -> Objects:
    campaign, creative = root.record("campaign"), root.record("creative")
    return Objects(
        group=root.record("campaignGroup"),
        campaigns=(
            *((campaign,) if campaign is not None else ()),
            *(root.records("campaigns") or ()),
        ),
        creatives=(
            *((creative,) if creative is not None else ()),
            *(root.records("creatives") or ()),
        ),
    )
