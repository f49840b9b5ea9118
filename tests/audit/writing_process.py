"""A process that appends until it is done or killed: `writing_process.py URL THREADS COUNT`.

It prints the id and index of each decision after the log has acknowledged it, one a line. A COUNT
of 0 means without end.
"""

import itertools
import os
import sys
import threading
import uuid
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine.audit.entries.record import DecisionRecord
from engine.audit.log import Committer
from engine.storage.databases.database import Database
from engine.storage.log.log_store import SQLLogStore


def new_record() -> DecisionRecord:
    """Return the record of a denied campaign under an id of its own."""
    decision_id = str(uuid.uuid4())
    return DecisionRecord(
        decision_id=decision_id,
        decided_at=datetime.now(UTC),
        input=b'{"campaign":{"id":"cmp-7"}}',
        result={
            "id": decision_id,
            "decision": "deny",
            "conclusive": True,
            "campaign": "cmp-7",
            "policy_set": {"name": "acme", "version": None, "digest": "d" * 64},
            "engine": {"name": "assent", "version": "0.1.0"},
            "rules": [{"rule": "privacy/minors", "status": "violated"}],
        },
        actor="pipeline",
    )


def main(url: str, threads: int, count: int) -> None:
    database = Database(url)
    committer = Committer(SQLLogStore(database))

    def work() -> None:
        for _ in range(count) if count else itertools.count():
            record = new_record()
            receipt = committer.append(record)
            os.write(1, f"{record.decision_id} {receipt.index}\n".encode())

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    committer.close()
    database.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
