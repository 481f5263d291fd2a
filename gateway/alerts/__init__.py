"""Alerts: what happened becomes, by rules, a message for people; pure, but for what delivers and keeps it."""
