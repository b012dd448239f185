#![no_main]
#[path = "../../tests/it/targets.rs"]
mod targets;
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::run("warc_record", bytes));
