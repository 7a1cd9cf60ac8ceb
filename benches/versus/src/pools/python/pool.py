"""Takes one sample of concurrent.futures: pool.py WORKLOAD WORKERS N. As the workloads of the same names do."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed


def submit_collect(pool, n):
    futures = [pool.submit(lambda i=i: i + 1) for i in range(n)]
    assert sum(future.result() for future in futures) == n * (n + 1) // 2


def map_cheap(pool, n):
    values = list(pool.map(lambda i: (i ^ (i >> 30)) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF, range(n)))
    assert len(values) == n and values[:2] == [0, 0xBF58476D1CE4E5B9][:n]


def in_order_of_completion(pool, n):
    futures = [pool.submit(lambda i=i: i + 1) for i in range(n)]
    assert sum(future.result() for future in as_completed(futures)) == n * (n + 1) // 2


def round_trip(pool, n):
    trips = []
    for i in range(n):
        began = time.perf_counter_ns()
        assert pool.submit(lambda: i + 1).result() == i + 1
        trips.append(time.perf_counter_ns() - began)
    trips.sort()
    return {"time": trips[n // 2], "p99": trips[(n - 1) * 99 // 100]}


WORKLOADS = {
    "submit_collect": submit_collect,
    "map_cheap": map_cheap,
    "as_completed": in_order_of_completion,
    "round_trip": round_trip,
}

workload, workers, n = WORKLOADS[sys.argv[1]], int(sys.argv[2]), int(sys.argv[3])
with ThreadPoolExecutor(max_workers=workers) as pool:
    list(pool.map(lambda i: i, range(512)))
    processor, began = time.process_time_ns(), time.perf_counter_ns()
    own = workload(pool, n)
    took, processor = time.perf_counter_ns() - began, time.process_time_ns() - processor
print(json.dumps({"n": n, "metrics": {"time": took / n, "cpu": processor / n} | (own or {})}))
