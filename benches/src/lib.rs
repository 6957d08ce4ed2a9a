//! Benchmarks of the workspace, and the side-by-side with peers.
