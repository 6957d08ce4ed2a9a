"""The side-by-side of `tuning` with its peers: the same tasks, seeds and budgets for everybody."""
