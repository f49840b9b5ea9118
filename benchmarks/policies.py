"""Time from policy files to a bundle that decides: 2,000 rules in 100 files, pass by pass.

Run it as `python -m benchmarks.policies` after `make test` has set up the environment. The rules
are made: each repeats one of a few shapes of the shipped policies with other numbers, facts and
words, and speaks of the shipped vocabulary, sets and instruments. Prints the medians of 5 rounds,
the shortest of them, and what a rule costs; what a reload costs of the same files and of files of
which one changed; and what a new process pays, in time and in memory, beside starting at all.
"""

import gc
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping
from itertools import cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.table import Goal, line
from engine.bundle.bundle import Builder, build, digest_of, policy_sources
from engine.bundle.load import is_policy, read_directory, shipped_directory
from engine.evaluation.compiled.program import Program
from engine.semantics.check import check
from engine.semantics.lint import lint
from engine.syntax.parse import parse

RULES = 2_000
RULES_A_FILE = 20
ROUNDS = 5

SHAPES = (
    """
  rule minors_{n} "No profiling of people under {age}, market {n}"
    source        DSA art 28(2)
    in force from 2024-02-17
    applies in    EU
    prohibit when campaign.targeting.profiling
                  and campaign.targeting.age.min is less than {age}
    unless        "a verified audience" campaign.advertiser.verified
    severity      high
    message       "The ads are profiled and open to people from {{campaign.targeting.age.min}}."
    remedy        "Raise the lowest age to {age}, or switch profiling off."
    evidence      campaign.targeting.age.min, campaign.targeting.profiling
""",
    """
  # Article 11(1) names the label, article 12(1) the notice.
  rule label_{n} "Political ads carry label and notice, {n}"
    source        TTPA art 11(1), TTPA art 12(1)
    in force from 2025-10-10
    applies in    {{DE, FR, US-CA}}
    applies when  campaign.political.is_political
    require       all of
                    (a) campaign.political.label;
                    (b) campaign.political.sponsor is known;
                    (c) campaign.flight.start is within {age} days before
                        campaign.political.election.date
    severity      critical
    enforcement   mandatory
    message       "The ads lack a part of their label (sponsor: {{campaign.political.sponsor}})."
    remedy        "Label the ads as political, name the sponsor, and publish the notice."
""",
    """
  rule audiences_{n} "Audiences rest on consent, {n}"
    source        GDPR art 6(1)
    in force from 2018-05-25 until 2099-01-01
    applies in    EU
    require       every audience in campaign.audiences, if any, has (
                    audience.collected_from_subject and audience.consent_for_political
                  )
    if unknown    deny
    message       "The audience {{audience.name}} has no consent."
    remedy        "Take {{audience.name}} out, or ask the people of market {n}."
""",
    """
  rule spending_{n} "The budget is in proportion, {n}"
    source        DSA art 26(1)
    in force from 2024-02-17
    prohibit when campaign.budget.total exceeds EUR {n}000.50
                  and not (campaign.id is "campaign {n}" or campaign.markets includes none of EU)
    severity      low
    message       "The budget is {{campaign.budget.total}}."
    remedy        "Lower it below EUR {n}000.50, or split the campaign in two."
""",
)


def main() -> None:
    files = generated()
    sources = policy_sources(files)
    trees = {name: parse(source)[0] for name, source in sources.items()}
    checked, faults = check(trees, sources)
    assert checked is not None, faults
    assert not faults, faults
    changed = {**files, "rules/000.policy": files["rules/000.policy"] + "# changed\n"}
    characters = sum(len(source.text) for source in sources.values())
    print(f"{len(checked.policies.rules):,} rules, {len(files)} files, {characters:,} characters")
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} processors")
    with TemporaryDirectory() as folder:
        _written(Path(folder), files)
        _measured("read", lambda: read_directory(Path(folder)))
        before = _in_new_process("new process, engine alone", "")
        after = _in_new_process("new process, bundle loaded", f"engine.load_bundle({folder!r})")
        print(f"{'memory of the bundle':26} {after - before:9.1f} MiB beside {before:.1f}")
    _measured("digest", lambda: digest_of(files))
    _measured("parse", lambda: [parse(source) for source in sources.values()])
    _measured("check", lambda: check(trees, sources))
    _measured("reason about rules", lambda: list(lint(checked.policies, trees.values())))
    _measured("compile", lambda: Program(checked.policies))
    whole = _measured("build, all passes", lambda: build("rules", files))
    builder = Builder()
    turns = cycle((files, changed))
    one = _measured("rebuild, one file changed", lambda: builder.build("rules", next(turns)))
    same = _measured("rebuild, nothing changed", lambda: builder.build("rules", dict(files)))
    print(f"{'whole / one file changed':26} {whole / one:9.1f}")
    print(f"{'whole / nothing changed':26} {whole / same:9.1f}")


def goals() -> None:
    """Print what it takes to build 2,000 rules, and whether that is what is to be reached."""
    files = generated()
    builder = Builder()
    builder.build("rules", files)
    for name, limit, run in (
        ("parse, check and compile 2,000 rules", 2.0, lambda: build("rules", files)),
        ("the same again, nothing changed", 0.2, lambda: builder.build("rules", dict(files))),
    ):
        taken = median(_times(run))
        line(name, taken * 1000, "ms", Goal(found=taken, unit="s", limit=limit))


def generated() -> dict[str, str]:
    """Return the files of a bundle: what the shipped policies declare, and the rules."""
    shipped = read_directory(shipped_directory())
    files = {
        name: text
        for name, text in shipped.items()
        if is_policy(name) and name.partition("/")[0] in ("law", "vocabulary")
    }
    for number in range(RULES // RULES_A_FILE):
        files[f"rules/{number:03}.policy"] = _file(number)
    return files


def _file(number: int) -> str:
    first = number * RULES_A_FILE
    rules = (_rule(first + index) for index in range(RULES_A_FILE))
    heading = f'policy part_{number} "Part {number}"'
    return f"# File {number} of the generated bundle.\n{heading}\n{''.join(rules)}end policy\n"


def _rule(number: int) -> str:
    return SHAPES[number % len(SHAPES)].format(n=number, age=14 + number % 5)


def _written(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _in_new_process(name: str, statement: str) -> float:
    """Print what a process costs that imports the engine and runs a statement; return its MiB."""
    telling = "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    command = (sys.executable, "-c", f"import resource, engine\n{statement}\n{telling}")
    told: list[str] = []

    def run() -> None:
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - this interpreter, on a folder of our own.
        told.append(done.stdout)

    _measured(name, run)
    return max(map(int, told)) / 1024


def _measured(name: str, run: Callable[[], object]) -> float:
    """Print the median and the shortest time of a pass, in milliseconds; return the median."""
    times = _times(run)
    typical, shortest = median(times) * 1000, min(times) * 1000
    a_rule = typical / RULES * 1000
    print(f"{name:26} {typical:9.1f} ms {shortest:9.1f} at least {a_rule:9.1f} µs a rule")
    return typical


def _times(run: Callable[[], object]) -> list[float]:
    """Return the seconds that a pass takes."""
    times = []
    for _ in range(ROUNDS):
        gc.collect()
        start = perf_counter()
        run()
        times.append(perf_counter() - start)
    return times


if __name__ == "__main__":
    main()
