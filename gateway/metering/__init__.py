"""Where requests pass their rates, streams and budgets, and where what they cost is kept."""
