//! Observers of a study: log, progress, table, JSON lines and channels.
