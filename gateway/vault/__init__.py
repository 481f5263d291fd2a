"""Tokens and sealed data: format-preserving ciphers, token formats, sub-keys and the envelope. Pure."""
