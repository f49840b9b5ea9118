"""What a service acknowledged, and whether its log has it."""

import http.client
import json
import threading
import time
from io import BytesIO

from engine.audit.verification.verify import verify_export
from tests.api.installation import Document, Served, campaign


def verify(served: Served, acknowledged: list[Document]) -> int:
    """Check that the log is whole and has every receipt; return how many decisions it has."""
    status, _, text = served.request("GET", "/v1/log/export")
    assert status == 200
    report = verify_export(BytesIO(text))
    assert report.is_valid, report.faults
    lines = [json.loads(line) for line in text.splitlines()[1:]]
    decisions = [line for line in lines if line["columns"] is not None]
    leaves = {
        line["columns"]["decision_id"]: (line["index"], line["leaf_hash"]) for line in decisions
    }
    for one in acknowledged:
        receipt = one["receipt"]
        assert leaves.get(one["id"]) == (receipt["index"], receipt["leaf_hash"])
    return len(decisions)


class Load:
    """Threads that post decisions one after the other, and keep what was acknowledged."""

    def __init__(self, served: Served, threads: int) -> None:
        self.acknowledged: list[Document] = []
        self.lost = 0
        self._served = served
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._post) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def _post(self) -> None:
        body = json.dumps({"campaign": campaign()}).encode()
        while not self._over.is_set():
            try:
                status, _, text = self._served.request("POST", "/v1/decisions", body)
            except (OSError, http.client.HTTPException):
                self.lost += 1
                time.sleep(0.01)
                continue
            assert status == 200, text
            self.acknowledged.append(json.loads(text))

    def await_more(self, count: int) -> None:
        """Wait until so many more are acknowledged."""
        wanted = len(self.acknowledged) + count
        for _ in range(3000):
            if len(self.acknowledged) >= wanted or not any(t.is_alive() for t in self._threads):
                return
            time.sleep(0.01)
        raise AssertionError("the server acknowledges nothing any more")

    def end(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
