//! Bytes go in, text comes out, nothing fails.

/// A decoded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text, without a byte order mark.
    pub text: String,
    /// The name of the encoding it was decoded from (`UTF-8`, `GB18030`, `Big5`, `UTF-16LE`, `UTF-16BE`).
    pub encoding: &'static str,
    /// How many places could not be decoded (U+FFFD) or fell into private use.
    pub lossy: usize,
}

/// What is known of the bytes before they are looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hint<'a> {
    /// A label the user insists on (`--encoding`).
    pub forced: Option<&'a str>,
    /// A label the record declares of itself (an HTTP header, a meta tag); kept only if it decodes cleanly.
    pub declared: Option<&'a str>,
}
