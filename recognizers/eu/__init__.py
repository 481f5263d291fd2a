"""Recognizer definitions: one file, one entity."""
