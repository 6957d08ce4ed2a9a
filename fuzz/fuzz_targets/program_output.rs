//! What programs print, and what they write to `TUNE_RESULT`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| tuning_command::fuzzing::check(bytes));
