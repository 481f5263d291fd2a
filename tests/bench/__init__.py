"""The benchmark: the gateway next to a bare aiohttp pass-through, in one run, on one machine."""
