"""Bulk: campaigns a second through `assent decide`, and the memory of a batch of 100,000.

    python -m benchmarks.bulk [--records 20000] [--workers 1,2] [--policies DIR] [--batch 100000]

Nothing is logged: the command records nothing, and the batch is a dry run. The file is NDJSON of
the allowed example, with ids of its own. Beside the time on the clock stands the processor time of
a campaign, over all processes: on a machine that does other things as well, it is the one to trust.
Of the batch the greatest resident memory of the service's processes is shown at each tenth of the
answers: where it is flat, the figures do not grow.
"""

import argparse
import http.client
import json
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.serving import ROOT, Shape, resident_memory, served
from benchmarks.table import Goal, line

EXAMPLE = json.loads((ROOT / "api" / "examples" / "allowed.json").read_text())["campaign"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--workers", default="1,2")
    parser.add_argument("--policies", default=str(ROOT / "policies"))
    parser.add_argument("--batch", type=int, default=100_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.records:
            time_command(Path(folder), asked.records, asked.policies, asked.workers.split(","))
        if asked.batch:
            measure_batch(asked.batch, asked.policies)


def lines(count: int) -> Iterator[bytes]:
    for number in range(count):
        yield json.dumps({**EXAMPLE, "id": f"c{number}"}).encode() + b"\n"


def goals() -> None:
    """Print how many campaigns two processes decide, and whether that is what is to be reached."""
    with tempfile.TemporaryDirectory() as folder:
        found = time_command(Path(folder), 20_000, str(ROOT / "policies"), ["2"])
    goal = Goal(found=found, unit="a second", limit=40_000, kind="at least")
    line("assent decide, two processes", found, "a second", goal)


def time_command(folder: Path, count: int, policies: str, workers: list[str]) -> float:
    """Time the command on a file, less the time that it takes on two records; returns the rate.

    That is how many campaigns the last number of processes decides in a second.
    """
    few, many = folder / "few.ndjson", folder / "many.ndjson"
    few.write_bytes(b"".join(lines(2)))
    with many.open("wb") as stream:
        stream.writelines(lines(count))
    print(f"assent decide, {count:,} campaigns, {many.stat().st_size / count / 1000:.1f} kB each")
    for number in workers:
        asked = ["--policies", policies, "--json", "--workers", number]
        start, whole = (run_command([str(file), *asked]) for file in (few, many))
        took, busy = (max(after - before, 1e-9) for before, after in zip(start, whole, strict=True))
        rate, each = count / took, f"{busy / count * 1e6:8,.0f} µs each"
        print(f"  {number} processes  {took:8.2f} s  {rate:10,.0f} a second  {each} of a processor")
    return rate


def run_command(arguments: list[str]) -> tuple[float, float]:
    """Return how long a command took, and how much of that was processor time."""
    begin, busy = time.perf_counter(), processor_time()
    command = [sys.executable, "-m", "api.cli", "decide", *arguments]
    result = subprocess.run(  # noqa: S603 - our own interpreter and our own code.
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
    )
    assert result.returncode in (0, 1), result.stderr
    return time.perf_counter() - begin, processor_time() - busy


def processor_time() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


# --- the batch --------------------------------------------------------------------------------


def measure_batch(count: int, policies: str) -> None:
    """Stream one batch both ways, and read the memory of the processes meanwhile."""
    with served(Shape(workers=1, policies=policies)) as service:
        print(f"POST /v1/decisions/batch, {count:,} campaigns in one request, dry run")
        connection = socket.create_connection(("127.0.0.1", service.port))
        asked = (connection, service.token, count)
        sender = threading.Thread(target=send, args=asked, daemon=True)
        begin = time.perf_counter()
        sender.start()
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.status == 200, answer.read()
        answered = 0
        for each in answer:
            assert b'"decision":"allow"' in each, each
            answered += 1
            if answered % (count // 10) == 0:
                memory = max(map(resident_memory, service.workers))
                print(f"  {answered:>9,} answered  {memory:7.1f} MiB")
        took = time.perf_counter() - begin
        assert answered == count
        print(f"  {took:8.2f} s  {count / took:10,.0f} a second")
        connection.close()


def send(connection: socket.socket, token: str, count: int) -> None:
    head = [
        "POST /v1/decisions/batch?dry_run=true HTTP/1.1",
        "Host: benchmark",
        f"Authorization: Bearer {token}",
        "Content-Type: application/x-ndjson",
        "Transfer-Encoding: chunked",
    ]
    connection.sendall("\r\n".join([*head, "", ""]).encode())
    for each in lines(count):
        connection.sendall(b"%x\r\n%s\r\n" % (len(each), each))
    connection.sendall(b"0\r\n\r\n")


if __name__ == "__main__":
    main()
