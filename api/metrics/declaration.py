"""Every metric of the service: its name, its kind, its labels and what it means.

`docs/operations.md` has them as a table, made from here. Names follow Prometheus's conventions:
base units, and `_total` for what only grows. No label ever has anything that a stranger sent.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a metric is, and for a gauge where its value comes from."""

    COUNTER = "counter"
    HISTOGRAM = "histogram"
    SUM = "gauge, the sum over processes"
    WORST = "gauge, the greatest of the processes"
    STATE = "gauge, read when it is asked for"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric. `buckets` are the upper bounds of a histogram, in seconds."""

    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


_EVALUATION = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
_WAITING = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

REQUESTS = Metric(
    name="assent_request_seconds",
    kind=Kind.HISTOGRAM,
    labels=("route", "status"),
    buckets=_WAITING,
    meaning="time from a request to the end of its answer; `_count` counts requests",
)
REFUSALS = Metric(
    name="assent_refusals_total",
    kind=Kind.COUNTER,
    labels=("reason",),
    meaning="requests answered by a problem; `reason` ends the `type` of the problem",
)
DECISIONS = Metric(
    name="assent_decisions_total",
    kind=Kind.COUNTER,
    labels=("policy_set", "outcome", "conclusive"),
    meaning="decisions known to be in the log; dry runs are not counted",
)
EVALUATION = Metric(
    name="assent_evaluation_seconds",
    kind=Kind.HISTOGRAM,
    buckets=_EVALUATION,
    meaning="time to decide on one campaign by the policies, dry runs and repeated requests too",
)
RULE_HITS = Metric(
    name="assent_rule_hits_total",
    kind=Kind.COUNTER,
    labels=("policy_set", "rule", "status"),
    meaning="rules that came to something in logged decisions: `violated`, `undetermined`,"
    " `waived`, `excepted`; beyond 2,000 rules, `rule` is `other`",
)
COMMIT = Metric(
    name="assent_commit_seconds",
    kind=Kind.HISTOGRAM,
    buckets=_WAITING,
    meaning="time of one transaction of the log, which may hold many entries",
)
COMMIT_FAILURES = Metric(
    name="assent_commit_failures_total",
    kind=Kind.COUNTER,
    meaning="transactions of the log that failed, or may have",
)
COMMIT_WAITING = Metric(
    name="assent_commit_waiting",
    kind=Kind.SUM,
    meaning="decisions that wait to be written: the queue, and what is being committed",
)
FAILING = Metric(
    name="assent_log_failing",
    kind=Kind.WORST,
    labels=("act",),
    meaning="1 where the last `writing`, `signing`, `publishing` or `stamping` of the log failed,"
    " else 0",
)
FORKED = Metric(
    name="assent_log_forked",
    kind=Kind.WORST,
    labels=("act",),
    meaning="1 where that failure says that the log has two histories: an alarm",
)
SPANS_LOST = Metric(
    name="assent_spans_lost_total",
    kind=Kind.COUNTER,
    meaning="spans that the collector of `otlp_endpoint` did not take, or not in time",
)
BATCH_PROCESSES = Metric(
    name="assent_batch_processes",
    kind=Kind.SUM,
    meaning="processes that decide parts of batches; none before the first long batch",
)
PARTS_LOST = Metric(
    name="assent_batch_parts_lost_total",
    kind=Kind.COUNTER,
    meaning="parts of batches on which a process of `batch_processes` failed; decided all the same",
)
READY = Metric(
    name="assent_ready",
    kind=Kind.STATE,
    meaning="1 where `/health/ready` would answer 200, else 0",
)
LOG_SIZE = Metric(name="assent_log_size", kind=Kind.STATE, meaning="entries of the log")
CHECKPOINT_SIZE = Metric(
    name="assent_checkpoint_size",
    kind=Kind.STATE,
    meaning="entries under the last signed checkpoint; it follows `assent_log_size` in seconds",
)
CHECKPOINT_AGE = Metric(
    name="assent_checkpoint_age_seconds",
    kind=Kind.STATE,
    meaning="age of that checkpoint; an alarm only where the log has grown beyond it",
)
PUBLISHED_SIZE = Metric(
    name="assent_published_size",
    kind=Kind.STATE,
    meaning="entries under the last published checkpoint; with witnesses, a quorum cosigned it",
)
WITNESS_SIZE = Metric(
    name="assent_witness_size",
    kind=Kind.STATE,
    labels=("witness",),
    meaning="entries under the last checkpoint that a witness is known to have",
)
WITNESS_FAILING = Metric(
    name="assent_witness_failing",
    kind=Kind.STATE,
    labels=("witness",),
    meaning="1 where a witness did not cosign when it was asked last, else 0",
)
WITNESS_FORKED = Metric(
    name="assent_witness_forked",
    kind=Kind.STATE,
    labels=("witness",),
    meaning="1 where a witness has another history of this log: an alarm",
)
BUNDLE = Metric(
    name="assent_bundle_info",
    kind=Kind.STATE,
    labels=("name", "version", "digest", "engine"),
    meaning="always 1; its labels name the policies in force, and the version of Assent",
)

METRICS = (
    REQUESTS,
    REFUSALS,
    DECISIONS,
    EVALUATION,
    RULE_HITS,
    COMMIT,
    COMMIT_FAILURES,
    COMMIT_WAITING,
    FAILING,
    FORKED,
    SPANS_LOST,
    BATCH_PROCESSES,
    PARTS_LOST,
    READY,
    LOG_SIZE,
    CHECKPOINT_SIZE,
    CHECKPOINT_AGE,
    PUBLISHED_SIZE,
    WITNESS_SIZE,
    WITNESS_FAILING,
    WITNESS_FORKED,
    BUNDLE,
)
"""Every metric, in the order of the documentation."""


def metrics_table() -> str:
    """Return the table of metrics in `docs/operations.md`."""
    rows = [
        f"| `{each.name}` | {each.kind} | {_labels(each)} | {each.meaning} |" for each in METRICS
    ]
    heading = "| metric | kind | labels | what it is |"
    return "\n".join([heading, "|---|---|---|---|", *rows]) + "\n"


def _labels(metric: Metric) -> str:
    return ", ".join(f"`{label}`" for label in metric.labels)
