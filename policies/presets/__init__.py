"""Presets as package data; `importlib.resources` is the way in."""
