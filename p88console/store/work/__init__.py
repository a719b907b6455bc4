"""The queue, its leases and budgets, and what each scoring event holds of whom."""
