//! placeholder
/// placeholder
pub fn fold(c: char) -> char { let n = c as u32; if (0xff01..=0xff5e).contains(&n) { char::from_u32(n-0xfee0).unwrap_or(c).to_ascii_lowercase() } else if c=='\u{3000}' {' '} else {c.to_ascii_lowercase()} }
/// placeholder
pub fn fold_str(s: &str) -> String { s.chars().map(fold).collect() }
/// placeholder
pub fn table_hash() -> u64 { 0 }
