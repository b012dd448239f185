//! What a page declares of its encoding.

use encoding_rs::Encoding;

use crate::decode::by_label;

/// How far into a page a `charset=` is looked for, in bytes.
const WITHIN: usize = 4096;

/// The most labels that are believed to be the page's.
const MOST: usize = 4;

/// The labels of `<meta charset>`, an http-equiv line or an XML declaration in
/// the first 4 KB, in order. The first may be a script's.
pub(crate) fn of_page(bytes: &[u8]) -> Vec<&'static Encoding> {
    let head = &bytes[..bytes.len().min(WITHIN)];
    let mut found: Vec<&'static Encoding> = Vec::new();
    if !head.contains(&b'<') {
        return found;
    }
    let head = head.to_ascii_lowercase();
    for key in ["charset", "encoding"] {
        let mut from = 0;
        while let Some(at) = find(&head[from..], key.as_bytes()) {
            from += at + key.len();
            let is_blank = |b: &&u8| b.is_ascii_whitespace();
            let mut value = head[from..].iter().skip_while(is_blank);
            if value.next() != Some(&b'=') {
                continue;
            }
            let label: Vec<u8> = value
                .skip_while(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\''))
                .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'))
                .copied()
                .collect();
            let label = std::str::from_utf8(&label).ok().and_then(by_label);
            if let Some(encoding) = label.filter(|label| !found.contains(label)) {
                found.push(encoding);
                if found.len() == MOST {
                    return found;
                }
            }
        }
    }
    found
}

/// Where `needle` first stands in `hay`.
fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len())
        .position(|window| window == needle)
}
