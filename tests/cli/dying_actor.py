"""Decides on Ray by an actor that ends with the second part: prints what is told of it."""

import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from api.adapters import SubmittedRecord
from api.cli import ray_actors
from api.cli.deciding import PART_RECORDS, Deciding, Part
from api.cli.failures import Failure
from api.cli.sound_policies import build_policies
from api.cli.submissions import Record
from api.deciding.submission import NATIVE, Terms
from api.examination.policy_files import read_policies
from engine import Engine


class Dying(ray_actors.Decider):
    """Ends its process with the record after the first part."""

    def part(self, records: Sequence[Record]) -> Part:
        """Return what comes of the first part."""
        if records[0].number > 1:
            os._exit(3)
        return super().part(records)


if __name__ == "__main__":
    policies, campaign = sys.argv[1:]
    ray_actors.Decider = Dying  # type: ignore[misc] # in the place of what does not die.
    engine = Engine(build_policies(read_policies(Path(policies))))
    terms = Terms(format=NATIVE, as_of=datetime(2026, 11, 23, tzinfo=UTC))
    deciding = Deciding(engine=engine, terms=terms, as_json=True)
    value = json.loads(campaign)
    records = (
        SubmittedRecord(number=number + 1, line=number + 1, value=value)
        for number in range(PART_RECORDS + 1)
    )
    recipe = ray_actors.Recipe.of(deciding, None)
    with ray_actors.parts_on_ray(recipe, records, workers=2) as made:
        first = next(made).tally.records
        try:
            next(made)
        except Failure as failure:
            told = failure.message
    print(first, told, sep="\n")  # noqa: T201 - for the test.
