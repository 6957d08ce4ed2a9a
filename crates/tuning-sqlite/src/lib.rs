//! The embedded durable journal of a study, in a SQLite file.
