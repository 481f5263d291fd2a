"""Prompt firewall and canaries: pure; text in, verdicts out."""
