//! Lines of `tune ask-tell`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzz::ask_tell::check(bytes));
