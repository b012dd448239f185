//! What stands on the command line, before anybody parses it.

use std::ffi::{OsStr, OsString};

/// The arguments as they are parsed: `-廉政` and `-2016` are parts of a query, not flags, so
/// the minus sign is put as `－`, which a query reads alike.
pub(crate) fn arguments() -> impl Iterator<Item = OsString> {
    std::env::args_os().map(|argument| match excluded(&argument) {
        Some(rest) => format!("－{rest}").into(),
        None => argument,
    })
}

/// What [`arguments`] put a minus sign before, if it did.
fn excluded(argument: &OsStr) -> Option<&str> {
    let rest = argument.to_str()?.strip_prefix('-')?;
    let is_text = |c: char| !c.is_ascii() || c.is_ascii_digit() || "\"'(".contains(c);
    rest.starts_with(is_text).then_some(rest)
}

/// What is said of the arguments, with those that [`arguments`] changed as they were typed.
pub(crate) fn as_typed(mut text: String) -> String {
    for argument in std::env::args_os() {
        if let Some(rest) = excluded(&argument) {
            text = text.replace(&format!("－{rest}"), &format!("-{rest}"));
        }
    }
    text
}
