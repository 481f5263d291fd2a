"""Wrapped keys: providers, a cache that wipes, and the sealed state. A library of its own."""
