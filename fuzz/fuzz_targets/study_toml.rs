//! Study files in TOML.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        fuzz::study::check(tuning_file::Format::Toml, text);
    }
});
