//! Every target in one binary, for a build that is linked once: `JIANBAO_TARGET`
//! says which.
#![no_main]
use std::sync::LazyLock;

static TARGET: LazyLock<String> =
    LazyLock::new(|| std::env::var("JIANBAO_TARGET").expect("JIANBAO_TARGET names a target"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| jianbao_fuzz::run(&TARGET, bytes));
