"""A process that erases what is older than a year on 2026-10-05: `retaining_process.py URL`.

It says so when it begins, on a line of its own. Its clock is what the tests have.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine.audit.entries.retention import Schedule
from engine.storage.databases.database import Database
from engine.storage.lifecycle.retention import Retention

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)


def main(url: str) -> None:
    schedule = Schedule.read({"default": "1 year", "allow": "unlimited"})
    retention = Retention(Database(url), schedule, clock=lambda: NOON)
    os.write(1, b"erasing\n")
    retention.run(NOON.date(), actor="nightly")


if __name__ == "__main__":
    main(sys.argv[1])
