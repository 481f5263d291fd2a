"""The keys of the language, one file each: see `policies/key.py`."""
