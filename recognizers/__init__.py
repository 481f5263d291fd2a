"""What personal data looks like: text in, spans out."""

__version__ = "0.1.0"
