"""What answers cost, and how much of what anybody may have: prices, reserves, budgets, rates. Pure."""
