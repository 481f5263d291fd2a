"""What operators see: logs and metrics. Never a value."""
