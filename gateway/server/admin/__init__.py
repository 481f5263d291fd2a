"""The control plane. One file a set of routes, each with `ROUTES`; found by folder walk."""
