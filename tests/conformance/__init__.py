"""The conformance set: for every identifier of every preset made-up values that must be found, and near-misses."""
