//! What the program of a strategy answers.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| tuning_process::fuzzing::check(bytes));
