//! Zip files.

use std::io::{Cursor, Write};

use zip::write::{SimpleFileOptions, ZipWriter};

use crate::hostile::{Bad, NEWS, bad, broken, cut, entry, noise};
use crate::pack::{Entry, zip};

/// A zip of deflated entries, as the zip crate writes it.
pub(crate) fn deflated(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub(crate) fn zips() -> Vec<Bad> {
    let news = NEWS.as_bytes();
    let two = zip(&[entry(b"a.txt", news), entry(b"b.txt", news)]);
    let one = zip(&[entry(b"b.txt", news)]);
    let zeros = vec![b'0'; 12 << 20];
    let half = vec![b'0'; 1 << 20];
    let many: Vec<String> = (0..310).map(|n| format!(".{n}")).collect();
    let many: Vec<Entry<'_>> = many
        .iter()
        .map(|name| entry(name.as_bytes(), b"x"))
        .collect();
    // The second directory entry names the bytes of the first one.
    let mut overlapping = two.clone();
    let second = two.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    overlapping[second + 42..second + 46].copy_from_slice(&[0; 4]);
    let mut beyond = two.clone();
    beyond[second + 42..second + 46].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0x0F]);
    let mut link = two.clone();
    link[second + 5] = 3; // made on Unix
    link[second + 38..second + 42].copy_from_slice(&(0o120_777u32 << 16).to_le_bytes());
    let mut method = two.clone();
    method[second + 10] = 98;
    let local = two.windows(4).position(|w| w == b"PK\x03\x04").unwrap();
    let local = local
        + 4
        + two[4..]
            .windows(4)
            .position(|w| w == b"PK\x03\x04")
            .unwrap();
    method[local + 8] = 98;
    let mut short = two.clone();
    for at in [second + 20, second + 24, local + 18, local + 22] {
        short[at] -= 9;
    }
    let data = two.windows(4).position(|w| w == &news[..4]).unwrap();
    let nothing = zip(&[]);
    let mut lying = nothing.clone();
    lying[8..12].copy_from_slice(&[0xFE, 0xFF, 0xFE, 0xFF]);
    let many_small: Vec<(String, &[u8])> =
        (0..12).map(|n| (format!("{n}.txt"), &half[..])).collect();
    let many_small: Vec<(&str, &[u8])> = many_small
        .iter()
        .map(|(name, bytes)| (name.as_str(), *bytes))
        .collect();
    let named = |name: &[u8]| zip(&[entry(name, news), entry(b"b.txt", news)]);
    let thrice = zip(&[entry(
        b"o.zip",
        &zip(&[entry(b"i.zip", &one), entry(b"b.txt", news)]),
    )]);
    let twice = zip(&[entry(b"same.txt", b"first"), entry(b"same.txt", news)]);
    let mut encrypted = named(b"a.txt");
    for mark in [b"PK\x03\x04", b"PK\x01\x02"] {
        let at = encrypted.windows(4).position(|w| w == mark).unwrap();
        encrypted[at + if mark == b"PK\x03\x04" { 6 } else { 8 }] |= 1;
    }
    let whole = "not a whole zip";
    vec![
        bad("zip-cut.zip", cut(two.clone()), 0, &[("", whole)]),
        bad(
            "zip-crc.zip",
            broken(two.clone(), data + 40),
            1,
            &[("!a.txt", "cannot be read to its end")],
        ),
        bad("zip-noise.zip", noise(900, 5), 0, &[("", whole)]),
        bad(
            "zip-bomb.zip",
            deflated(&[("a.txt", &zeros), ("b.txt", news)]),
            1,
            &[("!a.txt", "longer than 2097152")],
        ),
        bad(
            "zip-sum.zip",
            deflated(&many_small),
            0,
            &[
                ("!7.txt", "holds more than 8388608"),
                ("", "holds more than 8388608"),
            ],
        ),
        bad("zip-overlap.zip", overlapping, 2, &[]),
        bad("zip-beyond.zip", beyond, 1, &[("!b.txt", "")]),
        bad(
            "zip-short.zip",
            short,
            1,
            &[("!b.txt", "cannot be read to its end")],
        ),
        bad(
            "zip-many.zip",
            zip(&many),
            0,
            &[("", "more than 300 entries")],
        ),
        bad(
            "zip-encrypted.zip",
            encrypted,
            1,
            &[("!a.txt", "encrypted")],
        ),
        bad(
            "zip-method.zip",
            method,
            1,
            &[("!b.txt", "way that is not read")],
        ),
        bad("zip-link.zip", link, 1, &[("!b.txt", "symbolic link")]),
        bad(
            "zip-up.zip",
            named(b"../../up.txt"),
            1,
            &[("!../../up.txt", "leads out")],
        ),
        bad(
            "zip-up-windows.zip",
            named(b"..\\up.txt"),
            1,
            &[("!../up.txt", "leads out")],
        ),
        bad(
            "zip-absolute.zip",
            named(b"/tmp/up.txt"),
            1,
            &[("!/tmp/up.txt", "absolute")],
        ),
        bad(
            "zip-drive.zip",
            named(b"C:\\up.txt"),
            1,
            &[("!C:/up.txt", "absolute")],
        ),
        bad(
            "zip-nul.zip",
            named(b"a\0.txt"),
            1,
            &[("!a\u{FFFD}.txt", "control")],
        ),
        bad(
            "zip-escape.zip",
            named(b"\x1b[2J.txt"),
            1,
            &[("!\u{FFFD}[2J.txt", "control")],
        ),
        bad("zip-folder.zip", named(b"a.txt/"), 1, &[]),
        bad("zip-twice.zip", twice, 1, &[("", "bear one name")]),
        bad(
            "zip-thrice.zip",
            thrice,
            1,
            &[("!o.zip!i.zip", "in an archive in an archive")],
        ),
        bad("zip-empty.zip", nothing, 0, &[("", "holds no entry")]),
        bad(
            "zip-folders.zip",
            zip(&[entry(b"a/", b""), entry(b"a/.hidden.txt", NEWS.as_bytes())]),
            0,
            &[("", "only folders")],
        ),
        bad(
            "zip-hollow.zip",
            zip(&[
                entry(b"i.zip", &zip(&[entry(b"a/", b"")])),
                entry(b"b.txt", NEWS.as_bytes()),
            ]),
            1,
            &[("!i.zip", "only folders")],
        ),
        bad("zip-lying.zip", lying, 0, &[("", whole)]),
    ]
}
