"""What tokens look like: one file per format, found by folder walk. See `catalogue.py` and `token_format.py`."""
