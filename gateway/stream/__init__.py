"""The stream machine: sans-IO, events in, commands out."""
