#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| jianbao_fuzz::run("seal", bytes));
