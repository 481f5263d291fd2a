"""The tools as package data; `importlib.resources` is the way in. `../catalogue.py` says what a file holds."""
