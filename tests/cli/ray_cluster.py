"""A Ray cluster of two processors: says its address, and ends when its standard input does."""

import sys

import ray

if __name__ == "__main__":
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    print(ray.get_runtime_context().gcs_address, flush=True)  # noqa: T201 - for whoever started it.
    sys.stdin.read()
