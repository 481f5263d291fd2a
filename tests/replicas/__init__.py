"""Two gateways behind a proxy, with one PostgreSQL and one Redis, on one machine: what an outage of each of them does.

`python -m tests.replicas` starts them, runs the scenarios and prints what was seen.
"""
