"""Google's user lists: what the resource tells, and the criteria that refer to it."""

from types import MappingProxyType

from api.adapters.adaptation import Draft
from api.adapters.reading import Found, Record
from api.adapters.telling import put_word

from .objects import Resources

KINDS = MappingProxyType(
    {"CRM_BASED": "custom_list", "LOOKALIKE": "lookalike", "SIMILAR": "lookalike"}
)
"""The sorts of audience by `type`; a rule may be on a website or an app, and is left unmapped."""

SOURCES = MappingProxyType(
    {
        "FIRST_PARTY": "first_party",
        "THIRD_PARTY_CREDIT_BUREAU": "credit_bureau",
        "THIRD_PARTY_PARTNER_DATA": "partner",
        "THIRD_PARTY_VOTER_FILE": "voter_file",
    }
)
"""Where the data of a customer list come from, by `dataSourceType`."""

_NO_LIMIT = 10_000
"""What Google writes for a membership without an end, in days."""


def put_audience(
    draft: Draft,
    holder: Record,
    reference: Found[str] | None,
    resources: Resources,
    *,
    excluded: bool,
) -> None:
    """Tell an audience that something refers to, with its list where the record holds it."""
    pointer = holder.pointer if reference is None else reference.pointer
    told = draft.element("audiences", pointer)
    told.put("excluded", excluded, pointer)
    told.put_found("id", reference)
    if reference is None:
        return
    named = resources.named("audience").get(reference.value)
    if named is not None:
        told.put_found("name", named.filled("name"))
    found = resources.named("userList").get(reference.value)
    if found is not None:
        found.filled("resourceName")
        _put_list(told, found)


def put_remaining_lists(draft: Draft, resources: Resources) -> None:
    """Tell the lists that no criterion refers to."""
    referred = set()
    match draft.facts().get("audiences"):
        case list(audiences):
            referred = {one.get("id") for one in audiences if isinstance(one, dict)}
    for one in resources.by_sort["userList"]:
        name = one.filled("resourceName")
        if name is not None and name.value in referred:
            continue
        told = draft.element("audiences", one.pointer)
        told.put_found("id", name if name is not None else one.identifier("id"))
        _put_list(told, one)


def _put_list(told: Draft, one: Record) -> None:
    told.put_found("name", one.filled("name"))
    put_word(told, "kind", one, "type", KINDS)
    customers = one.record("crmBasedUserList")
    if customers is not None:
        put_word(told, "source", customers, "dataSourceType", SOURCES)
    days = one.whole_number("membershipLifeSpan")
    if days is not None and 0 < days.value < _NO_LIMIT:
        told.put_found("retention_days", days)
    else:
        one.leave("membershipLifeSpan")
    model = one.record("lookalikeUserList")
    seeds = model.identifiers("seedUserListIds") if model is not None else None
    if model is not None and (seeds is None or len(seeds) != 1):
        model.leave("seedUserListIds")
    elif seeds:
        told.put_found("seed", seeds[0])
