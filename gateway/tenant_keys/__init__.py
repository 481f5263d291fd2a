"""Tenants' keys: how they are wrapped, who may use them now, how they change. See `keyring.py`."""
