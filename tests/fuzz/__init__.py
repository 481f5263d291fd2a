"""Fuzzing of the decoders: `python -m tests.fuzz TARGET [seconds]`, with atheris where it is installed, else at random.

A finding is a file `findings/<target>/<name>`; the suite replays all of them.
"""
