"""Rules that can be waived and rules that cannot, who asks and who grants, for tests."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from api.installation.setup import make_key
from engine.storage.keys import Role
from tests.api.installation import Caller, Document, allowed
from tests.api.publishing import VOCABULARY, loaded, publish

BOARD = "Ethics Board"
_ENDS = 'message "Too dear." remedy "Spend less."'


def rules(enforcement: str = f'overridable by "{BOARD}"') -> dict[str, str]:
    """Return policies with a rule for each way of being enforced; `dear` is enforced as told."""
    clause = f"enforcement {enforcement}" if enforcement else ""
    return {
        "campaign.policy": VOCABULARY,
        "spending.policy": f"""\
instrument HOUSE "Our own policy" "https://example.org/policy"

policy spending "Spending"
  source        HOUSE sec 1
  in force from 2020-01-01

  rule dear "No campaign beyond 50,000 euros"
    prohibit when campaign.budget.total exceeds EUR 50000.00
    {clause}
    message "The budget of {{campaign.budget.total}} is more than the house spends on one campaign."
    remedy "Spend less, or ask for a waiver."

  rule hard "Never"
    prohibit when campaign.name is "forbidden"
    enforcement mandatory
    {_ENDS}

  rule soft "Rather not"
    prohibit when campaign.name is "awkward"
    enforcement advisory
    {_ENDS}

  rule free "As the house likes"
    prohibit when campaign.name is "odd"
    {_ENDS}
end policy
""",
    }


def dear(**changes: Any) -> Document:
    """Return a campaign from today on that breaks the rule `spending/dear`."""
    own = {
        "id": "cmp-7",
        "name": "spring",
        "flight": {"start": day(0), "end": day(19)},
        "budget": {"total": {"amount": "60000.00", "currency": "EUR"}},
        "advertiser": {"name": "Acme"},
    }
    return allowed(**(own | changes))


def day(after: int) -> str:
    """Return a day so many days from today."""
    return (datetime.now(UTC).date() + timedelta(days=after)).isoformat()


def request(**changes: Any) -> Document:
    """Return what somebody asks for: a waiver from today on, longer than the flight of `dear`."""
    made = {
        "rule": "spending/dear",
        "campaign": "cmp-7",
        "from": day(0),
        "until": day(60),
        "ticket": "LEG-991",
        "reason": "the anniversary",
    }
    return {name: value for name, value in (made | changes).items() if value is not ...}


def prepare(api: Caller, tokens: Mapping[str, str]) -> dict[str, str]:
    """Bring the rules into force, and make keys; returns the text of each key by its name."""
    publish(api, rules())
    settings, made = api.installation.settings, dict(tokens)
    for name, principal, roles, grants in (
        ("anna", "anna", [Role.SUBMITTER], ()),
        ("anna's other key", "Anna", [Role.APPROVER, Role.SUBMITTER], (BOARD,)),
        ("ben", "ben", [Role.APPROVER], (BOARD,)),
        ("dpo", "dora", [Role.APPROVER], ("DPO",)),
        ("both offices", "emil", [Role.APPROVER], (BOARD, "DPO")),
        ("no office", "fay", [Role.APPROVER], ()),
        ("carl", "carl", [Role.SUBMITTER], ()),
    ):
        key = make_key(settings, name=name, principal=principal, roles=roles, may_grant=grants)
        made[name] = key.token
    return made


def ask(api: Caller, role: str = "anna", **changes: Any) -> Document:
    """Ask for a waiver, and return it."""
    return loaded(api.post(request(**changes), "/v1/waivers", role=role))


def step(api: Caller, made: Document, word: str, role: str = "ben", **body: Any) -> Any:
    """Take a step with a waiver as it is now."""
    path = f"/v1/waivers/{made['id']}"
    tag = api.get(path, role="auditor").headers["ETag"]
    return api.post(body, f"{path}/{word}", role=role, headers={"If-Match": tag})


def granted(api: Caller, **changes: Any) -> Document:
    """Ask for a waiver, have it granted, and return it."""
    return loaded(step(api, ask(api, **changes), "grant"))
