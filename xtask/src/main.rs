//! Project automation: what CI runs, a developer runs.
fn main() {}
