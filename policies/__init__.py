"""What to do about personal data: presets and their loader."""

__version__ = "0.1.0"
