"""One client of `benchmarks.http_service`: a process that imports nothing but the standard library.

It reads lines of JSON: first what it posts and where (`port`, `token`, `body`), then for how many
seconds, each of which it answers with a list of how many seconds each request took.
"""

import http.client
import json
import sys
import time
from typing import Any


def post_for(seconds: float, to: http.client.HTTPConnection, asked: Any) -> list[float]:
    """Return how long each of the decisions took."""
    headers = {"Authorization": f"Bearer {asked['token']}", "Content-Type": "application/json"}
    taken = []
    end = time.monotonic() + seconds
    while (start := time.monotonic()) < end:
        to.request("POST", "/v1/decisions", asked["body"], headers)
        answer = to.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise SystemExit(text.decode())
        taken.append(time.monotonic() - start)
    return taken


def main() -> None:
    asked = json.loads(sys.stdin.readline())
    connection = http.client.HTTPConnection("127.0.0.1", asked["port"])
    for line in sys.stdin:
        print(json.dumps(post_for(json.loads(line), connection, asked)), flush=True)


if __name__ == "__main__":
    main()
