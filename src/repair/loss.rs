//! What two wrong decoders left of a text that was lost: 锟斤拷 is U+FFFD twice,
//! written as UTF-8 and read as GBK. It is marked, never guessed over.

use super::edits::Change;

pub(super) fn mark(page: &[char]) -> Vec<Change> {
    let mut out = Vec::new();
    // A page about garbled text names it.
    let named = page
        .windows(2)
        .any(|w| w == ['乱', '码'] || w == ['亂', '碼']);
    let mut at = 0;
    while !named && at + 3 <= page.len() {
        if page[at..at + 3] == ['锟', '斤', '拷'] {
            out.push(Change::new(at, at + 3, "\u{FFFD}\u{FFFD}"));
            at += 3;
        } else {
            at += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::repair::tests::{check, same};

    #[test]
    fn loss_is_marked() {
        check("会议强锟斤拷，要抓好", "会议强\u{FFFD}\u{FFFD}，要抓好");
        same("网页乱码常见“锟斤拷”三字");
    }
}
