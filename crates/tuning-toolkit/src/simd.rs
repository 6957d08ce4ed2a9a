//! Which vector instructions this machine has. The arithmetic is the same with all of them: loops are
//! written so that every number is computed by the same operations in the same order, whatever the
//! width of a vector, and multiplications are never fused with additions. So results do not
//! differ from machine to machine by a single bit.

use std::sync::OnceLock;

use fearless_simd::Level;

/// The instructions of this machine, looked up once.
pub fn level() -> Level {
    static LEVEL: OnceLock<Level> = OnceLock::new();
    *LEVEL.get_or_init(Level::new)
}
