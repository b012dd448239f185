//! A mutator for seeds: bits, bytes, blocks and joints, from a number that comes
//! again in every run.

use std::fs;
use std::path::Path;

use crate::pack::{Entry, bz2, docx, gz, tar, tar_sums, xz, zip, zst};
use crate::targets::ways;

/// Numbers that look random: xorshift64*, Vigna 2014.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) as usize % end.max(1)
    }
}

/// Pieces that some reader takes for more than letters.
pub(crate) const PIECES: &[&[u8]] = &[
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\xc0\x80",
    b"\x1b[2J",
    b"\r\n",
    b"\n\n",
    b"<div>",
    b"</div>",
    b"<script>",
    b"<!--",
    b"]]>",
    b"&#x0;",
    b"&amp;",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\u0000",
    b"\\ud800",
    b"-1",
    b"18446744073709551616",
    b"1e999",
    b"%s",
    b"../",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1f\x8b",
    b"\x28\xb5\x2f\xfd",
    b"WARC/1.0\r\n",
    b"Content-Length: 99999999999\r\n",
    "（".as_bytes(),
    "）".as_bytes(),
    "“".as_bytes(),
    "”".as_bytes(),
    "标题：".as_bytes(),
    "日期：".as_bytes(),
    " 或 ".as_bytes(),
    " 非 ".as_bytes(),
    "，，".as_bytes(),
    "2017年6月29日".as_bytes(),
    "（记者 ".as_bytes(),
    "機(jī)關(guān)".as_bytes(),
    "\u{202e}".as_bytes(),
    "\u{200b}".as_bytes(),
    "\u{fffd}".as_bytes(),
    "𠀀".as_bytes(),
    b"~8",
    b"*",
];

/// Files of `corpus/`, and strings that a query or a dictionary may be.
pub(crate) fn seeds(root: &Path) -> Vec<Vec<u8>> {
    let mut all = vec![
        Vec::new(),
        "党建 -廉政 “主题党日” 标题：（甲 或 乙） 日期：2016..2018 \"党建 品牌\"~8 主题*".into(),
        "主题党日 100 n\n一网通办 50\n# 注\n".into(),
        b"{\"id\":\"1\",\"title\":\"t\",\"body\":\"b\"}\n".to_vec(),
        b"{\"path\":\"/a\",\"name\":\"a\",\"stamp\":{\"bytes\":1,\"mtime_ns\":1},\"read_ns\":1,\"articles\":1}\n"
            .to_vec(),
        b"{\"seal\":1,\"files\":{}}\n\"b2c1b7f0e1d3a596\"\n".to_vec(),
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 60\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n\r\n"
            .to_vec(),
    ];
    collect(&root.join("corpus"), &mut all);
    all
}

fn collect(dir: &Path, all: &mut Vec<Vec<u8>>) {
    let Ok(entries) = fs::read_dir(dir) else {
        return;
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, all);
        } else if let Ok(mut bytes) = fs::read(&path) {
            bytes.truncate(8192);
            all.push(bytes);
        }
    }
}

/// One input made of the seeds.
pub(crate) fn mutate(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seeds[dice.below(seeds.len())].clone();
    for _ in 0..=dice.below(6) {
        let at = dice.below(bytes.len() + 1);
        match dice.below(9) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            1 if at < bytes.len() => bytes[at] = dice.below(256) as u8,
            2 => bytes.truncate(at),
            3 => {
                let end = bytes.len().min(at + dice.below(64));
                bytes.drain(at..end);
            }
            4 | 5 => {
                let piece = PIECES[dice.below(PIECES.len())];
                let piece = piece.repeat(1 + dice.below(2) * dice.below(40));
                bytes.splice(at..at, piece);
            }
            6 => {
                let end = bytes.len().min(at + dice.below(200));
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            7 => {
                let other = &seeds[dice.below(seeds.len())];
                let from = dice.below(other.len() + 1);
                let end = other.len().min(from + dice.below(400));
                bytes.splice(at..at, other[from..end].iter().copied());
            }
            _ => {
                let end = bytes.len().min(at + dice.below(32));
                bytes[at..end].fill(0);
            }
        }
    }
    bytes.truncate(16 << 10);
    bytes
}

/// What a reader of containers gets: a third of the time a sound container of such
/// bytes with a bit of it changed, a third of the time bytes for the target to wrap.
pub(crate) fn fitted(name: &str, bytes: Vec<u8>, dice: &mut Dice) -> Vec<u8> {
    let ways = usize::from(ways(name));
    match dice.below(3) {
        0 if ways > 0 => [&[1 + dice.below(ways) as u8], &bytes[..]].concat(),
        1 => {
            let mut packed = packed(name, bytes, dice);
            let at = dice.below(packed.len());
            if let Some(byte) = packed.get_mut(at) {
                *byte ^= 1 << dice.below(8);
            }
            if name == "tar" && dice.below(2) == 0 {
                tar_sums(&mut packed);
            }
            packed
        }
        _ => bytes,
    }
}

/// A sound container of a kind, for the kinds that are one.
pub(crate) fn packed(name: &str, bytes: Vec<u8>, dice: &mut Dice) -> Vec<u8> {
    let head = &bytes[..bytes.len().min(1 + dice.below(40))];
    match name {
        "zip" => zip(&[
            Entry {
                name: head,
                content: &bytes,
                flags: 0,
            },
            Entry {
                name: b"b/c.json",
                content: &bytes,
                flags: 0x800,
            },
        ]),
        "docx" => docx(&[&String::from_utf8_lossy(&bytes)]),
        "tar" => tar(&[("a.txt", &bytes), ("b.jsonl", head)]),
        "tar_gz" => gz(&tar(&[("a.html", &bytes)])),
        "zst" => zst(&bytes),
        "xz" => xz(&bytes),
        "bz2" => bz2(&bytes),
        _ => bytes,
    }
}
