"""The side-by-side of methods that judge a trial before it is whole: tasks with curves, workers in virtual time, methods,
and what their runs come to. `fidelity.py` runs it and `fidelity_report.py` writes its tables."""
