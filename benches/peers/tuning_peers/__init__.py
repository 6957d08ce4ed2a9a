"""The side-by-side of `tuning` with its peers: the same tasks, seeds and budgets for everybody."""

import os

# One run per core: none gets two. It has to be said before NumPy is imported.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
