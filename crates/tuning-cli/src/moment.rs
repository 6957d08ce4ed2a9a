//! [`moment`]: a time of the calendar as text.

use std::time::{Duration, UNIX_EPOCH};

/// In UTC, as RFC 3339 has it; a time that no calendar has as milliseconds.
pub(crate) fn moment(at_millis: u64) -> String {
    const LAST: u64 = 253_402_300_799_999; // the end of the year 9999
    let millis = Duration::from_millis(at_millis);
    match UNIX_EPOCH.checked_add(millis) {
        Some(at) if at_millis <= LAST => humantime::format_rfc3339_millis(at).to_string(),
        _ => format!("{at_millis} ms"),
    }
}
