"""Where tier 3 runs: worker processes, a sidecar, or this process; one interface, `gateway.inspection.model.Model`."""
