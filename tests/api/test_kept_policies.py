"""The policies that the service keeps: read back, they are the ones that decided."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from api.deciding.builders import SETS_REMEMBERED, Builders
from api.deciding.stored_policies import stored_bundle
from api.installation.contents import open_database
from api.installation.setup import initialise
from engine import Engine, bundle_from_files, load_bundle
from engine.evaluation.decision import Effect
from engine.storage.governance.policies import PolicyVersions, policy_version
from tests.api.installation import allowed, install

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
SERVED = """\
instrument HOUSE "Our own policy" "https://example.org/policy"

set SERVED of place "countries that we serve"
  from 2026-01-01 is column "code" of "lists/served.csv"
end set

policy reach "Where we advertise"
  rule served "Only where we serve"
    source        HOUSE sec 1
    in force from 2026-01-01
    prohibit when not (campaign.markets includes any of SERVED)
    message       "The ads may not be shown there."
    remedy        "Choose other countries."
end policy
"""


OWN_POLICY = """\
policy further "Further rules"
  rule adults "Adults alone"
    source        DSA art 28(1)
    in force from 2026-01-01
    require       campaign.targeting.age.min is at least 18
    message       "The ads are shown to people from {campaign.targeting.age.min}."
    remedy        "Raise the lowest age to 18."
end policy
"""


def test_policies_with_lists_are_kept_whole_and_decide_again(tmp_path: Path) -> None:
    installation = install(tmp_path)
    folder = installation.settings.policies
    (folder / "lists").mkdir()
    (folder / "lists" / "served.csv").write_bytes(b"\xef\xbb\xbfcode,name\r\nFR,France\r\n")
    (folder / "reach.policy").write_text(SERVED, encoding="utf-8")
    # What the directory holds when the service is prepared is what decides.
    initialise(replace(installation.settings, policy_set="reach"))
    loaded = load_bundle(folder, name="reach")
    database = open_database(installation.settings)
    try:
        kept = PolicyVersions(database).get(loaded.digest)
    finally:
        database.close()
    assert loaded.digest == f"sha256:{hashlib.sha256(kept.files).hexdigest()}"
    again = bundle_from_files(json.loads(kept.files), name=kept.name)
    assert (again.digest, again.files) == (loaded.digest, loaded.files)
    assert again.files["lists/served.csv"] == "code,name\nFR,France\n"
    decisions = [Engine(each).decide(allowed(), as_of=NOON) for each in (loaded, again)]
    assert decisions[0] == decisions[1]
    assert decisions[0].effect is Effect.DENY


def test_versions_of_a_set_share_what_they_have_in_common(tmp_path: Path) -> None:
    installation = install(tmp_path)
    folder = installation.settings.policies
    files = {path.name: path.read_text() for path in folder.iterdir()}
    more = {**files, "further.policy": OWN_POLICY}
    versions = [policy_version("ads", each) for each in (files, more)]
    database = open_database(installation.settings)
    try:
        kept = PolicyVersions(database)
        for each in versions:
            kept.keep(each)
        one, other = (stored_bundle(kept, each.digest, name="ads") for each in versions)
    finally:
        database.close()
    rules = {rule.id: rule for rule in other.policies.rules}
    assert len(rules) == len(one.policies.rules) + 1 > 1
    assert all(rules[rule.id] is rule for rule in one.policies.rules)


def test_a_set_is_built_with_what_was_built_of_another_and_the_last_few_are_remembered() -> None:
    builders = Builders()
    first = builders.of("first")
    assert builders.of("first") is first
    others = [builders.of(f"set-{number}") for number in range(SETS_REMEMBERED)]
    assert len({id(each) for each in others}) == SETS_REMEMBERED
    assert builders.of("set-0") is others[0]
    assert builders.of("first") is not first
