//! The tune program: run a study from a file, resume it, look at it, export it.
