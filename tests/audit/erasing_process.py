"""A process that erases all decisions of a campaign: `erasing_process.py URL CAMPAIGN`.

It says so when it begins, on a line of its own.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine.audit.entries.acts import Ground
from engine.storage.databases.database import Database
from engine.storage.lifecycle.erasures import Erasures
from engine.storage.lifecycle.subjects import Selector


def main(url: str, campaign: str) -> None:
    erasures = Erasures(Database(url))
    os.write(1, b"erasing\n")
    erasures.erase(Selector.CAMPAIGN, campaign, ground=Ground.OBJECTION, actor="the officer")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
