"""Everything that is to be reached, in one table: `python -m benchmarks`, or `make bench`.

It takes some ten minutes, more where other engines are installed (`pip install --group bench`).
`--plots docs/images` draws how times grow as well. Run it on a quiet machine: services and their
clients share it, and their times are those of the clock.
"""

import argparse
import os
import platform
from pathlib import Path

from benchmarks import batches, bulk, http_service, policies, scale


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plots", type=Path, help="a directory to draw scaling curves in")
    given = parser.parse_args()
    machine = f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"
    print(machine)
    for part in (scale, policies, bulk, http_service, batches):
        part.goals()
    if given.plots is not None:
        given.plots.mkdir(parents=True, exist_ok=True)
        scale.draw(given.plots, machine)
        http_service.draw(given.plots, machine)


if __name__ == "__main__":
    main()
