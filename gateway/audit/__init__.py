"""The record of what happened, which proves itself. Pure but for `log` and `keeper`, which write and sign it."""
