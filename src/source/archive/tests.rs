//! Archives as they are met, and as somebody broke them.

use std::io::{Cursor, Write};
use std::path::Path;

use zip::write::{SimpleFileOptions, ZipWriter};

use crate::source::{Limits, inputs, records};

const NEWS: &str = "市直机关召开党建工作推进会，总结去年的工作，部署今年的任务。";

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// What is read from a file of these bytes: `place text` or `place REJECT reason`.
fn read_with(name: &str, bytes: &[u8], limits: &Limits) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(name), bytes).unwrap();
    let show = |path: &Path| {
        let input = inputs(path).unwrap().next().unwrap().unwrap();
        let items = records(&input, limits).map(|item| match item {
            Ok(raw) => format!("{} {}", raw.origin, String::from_utf8_lossy(&raw.bytes)),
            Err(reject) => format!("{} REJECT {}", reject.origin, reject.reason),
        });
        items.collect()
    };
    show(&dir.path().join(name))
}

fn read(name: &str, bytes: &[u8]) -> Vec<String> {
    read_with(name, bytes, &Limits::default())
}

#[track_caller]
fn check(got: &[String], want: &[&str]) {
    let matches = got.len() == want.len()
        && got
            .iter()
            .zip(want)
            .all(|(got, want)| got.starts_with(want));
    assert!(matches, "{got:#?}");
}

const ENTRIES: &[(&str, &[u8])] = &[
    ("./a/一.txt", "甲".as_bytes()),
    ("b.jsonl", b"{\"x\":1}\n{\"x\":2}\n"),
    (".DS_Store", b"x"),
    ("__MACOSX/._a.txt", b"x"),
    ("pic.jpg", b"x"),
    ("inner.zip", b"x"),
    ("c.md", b""),
    ("z.json", b"[{\"y\":1}]"),
];

#[test]
fn tar_and_zip_read_alike() {
    for (name, bytes) in [
        ("a.tar", tar(ENTRIES)),
        ("a.tgz", gz(&tar(ENTRIES))),
        ("a.tar.zst", zstd::encode_all(&*tar(ENTRIES), 1).unwrap()),
        ("a.zip", zip(ENTRIES)),
    ] {
        let first = if name == "a.zip" {
            "./a/一.txt"
        } else {
            "a/一.txt"
        };
        let want = [
            format!("{name}!{} 甲", first.trim_start_matches("./")),
            format!("{name}!b.jsonl:1 {{\"x\":1}}"),
            format!("{name}!b.jsonl:2 {{\"x\":2}}"),
            format!("{name}!pic.jpg REJECT type .jpg is not read"),
            format!("{name}!inner.zip REJECT not a whole zip file"),
            format!("{name}!c.md REJECT empty file"),
            format!("{name}!z.json:1 {{\"y\":1}}"),
        ];
        check(
            &read(name, &bytes),
            &want.iter().map(String::as_str).collect::<Vec<_>>(),
        );
    }
}

#[test]
fn packed_entries_and_packed_files() {
    let inner = gz(NEWS.as_bytes());
    check(
        &read("a.zip", &zip(&[("n.txt.gz", &inner)])),
        &[&format!("a.zip!n.txt.gz {NEWS}")],
    );
    let lines = format!("{{\"a\":\"{NEWS}\"}}\n").repeat(3000);
    let twice = [gz(lines.as_bytes()), gz(lines.as_bytes())].concat();
    assert_eq!(read("n.jsonl.gz", &twice).len(), 6000);
    assert_eq!(
        read(
            "n.jsonl.zst",
            &zstd::encode_all(lines.as_bytes(), 1).unwrap()
        )
        .len(),
        3000
    );
    check(
        &read("n.txt.zst", &zstd::encode_all(NEWS.as_bytes(), 1).unwrap()),
        &[&format!("n.txt.zst {NEWS}")],
    );
}

#[test]
fn xz() {
    // 市直机关召开党建工作推进会。 as the format's own tool packs it.
    #[rustfmt::skip]
    let packed: &[u8] = &[
        0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00, 0x00, 0x04, 0xE6, 0xD6, 0xB4, 0x46, 0x02, 0x00, 0x21, 0x01,
        0x16, 0x00, 0x00, 0x00, 0x74, 0x2F, 0xE5, 0xA3, 0x01, 0x00, 0x29, 0xE5, 0xB8, 0x82, 0xE7, 0x9B,
        0xB4, 0xE6, 0x9C, 0xBA, 0xE5, 0x85, 0xB3, 0xE5, 0x8F, 0xAC, 0xE5, 0xBC, 0x80, 0xE5, 0x85, 0x9A,
        0xE5, 0xBB, 0xBA, 0xE5, 0xB7, 0xA5, 0xE4, 0xBD, 0x9C, 0xE6, 0x8E, 0xA8, 0xE8, 0xBF, 0x9B, 0xE4,
        0xBC, 0x9A, 0xE3, 0x80, 0x82, 0x00, 0x00, 0x00, 0x2E, 0x9C, 0x41, 0xEC, 0x36, 0x48, 0xAC, 0xC4,
        0x00, 0x01, 0x42, 0x2A, 0x7A, 0x51, 0x72, 0x39, 0x1F, 0xB6, 0xF3, 0x7D, 0x01, 0x00, 0x00, 0x00,
        0x00, 0x04, 0x59, 0x5A,
    ];
    check(
        &read("n.txt.xz", packed),
        &["n.txt.xz 市直机关召开党建工作推进会。"],
    );
    check(
        &read("n.txt.xz", &packed[..packed.len() - 30]),
        &["n.txt.xz REJECT ends too early"],
    );
    check(
        &read("n.txt.xz", b"no xz at all\0"),
        &["n.txt.xz REJECT cannot be read to its end"],
    );
}

#[test]
fn names_in_gbk_and_in_utf8_without_the_flag() {
    // The same zip with the name's bytes exchanged: 党 is B5B3 in GBK and E5 85 9A in UTF-8.
    let bytes = zip(&[("AAA.txt", b"x")]);
    let renamed = |to: [u8; 3]| {
        let mut bytes = bytes.clone();
        while let Some(at) = bytes.windows(3).position(|w| w == b"AAA") {
            bytes[at..at + 3].copy_from_slice(&to);
        }
        bytes
    };
    check(
        &read("a.zip", &renamed([0xB5, 0xB3, b'1'])),
        &["a.zip!党1.txt x"],
    );
    check(
        &read("a.zip", &renamed([0xE5, 0x85, 0x9A])),
        &["a.zip!党.txt x"],
    );
}

#[test]
fn cut_files_say_so_and_keep_what_came_before() {
    let all = tar(&[("1.txt", NEWS.as_bytes()), ("2.txt", &[b'x'; 4000])]);
    check(
        &read("a.tar", &all[..1024 + 512 + 2000]),
        &[
            &format!("a.tar!1.txt {NEWS}"),
            "a.tar!2.txt REJECT ends too early",
            "a.tar REJECT ends too early",
        ],
    );
    let packed = gz(&(0..40_000)
        .map(|i| format!("{{\"n\":{}}}\n", i * 7919 % 10_007))
        .collect::<String>()
        .into_bytes());
    let got = read("n.jsonl.gz", &packed[..packed.len() / 2]);
    assert!(got.len() > 1000, "{}", got.len());
    assert!(
        got.last().unwrap().contains("REJECT ends too early"),
        "{:?}",
        got.last()
    );
    let zipped = zip(&[("1.txt", NEWS.as_bytes())]);
    check(
        &read("a.zip", &zipped[..zipped.len() - 8]),
        &["a.zip REJECT not a whole zip file"],
    );
    check(&read("a.txt", b""), &["a.txt REJECT empty file"]);
    check(
        &read("a.exe", b"MZ"),
        &["a.exe REJECT type .exe is not read"],
    );
    check(
        &read("a.txt.gz", b"no gzip at all\0"),
        &["a.txt.gz REJECT cannot be read to its end"],
    );
    check(
        &read("a.txt.zst", b"no zstd at all\0"),
        &["a.txt.zst REJECT cannot be read to its end"],
    );
    // What it quotes of the bytes is no word of an error.
    check(
        &read("a.tar", &[0xC4; 2000]),
        &[
            "a.tar REJECT cannot be read to its end (numeric field did not have utf-8 text): the file is damaged; fetch it again",
        ],
    );
}

#[test]
fn what_is_packed_otherwise_than_its_name_says_is_read() {
    let tar = tar(&[("1.txt", NEWS.as_bytes())]);
    let zstd = zstd::encode_all(NEWS.as_bytes(), 1).unwrap();
    for (name, bytes, want) in [
        // As a browser leaves it that unpacked it on the way.
        ("n.txt.gz", NEWS.as_bytes(), format!("n.txt.gz {NEWS}")),
        ("n.txt.gz", &zstd, format!("n.txt.gz {NEWS}")),
        (
            "n.txt.zst",
            &gz(NEWS.as_bytes()),
            format!("n.txt.zst {NEWS}"),
        ),
        ("n.tgz", &tar, format!("n.tgz!1.txt {NEWS}")),
        ("n.tar.xz", &gz(&tar), format!("n.tar.xz!1.txt {NEWS}")),
    ] {
        check(&read(name, bytes), &[&want]);
    }
    let inner = zip(&[("n.txt.gz", NEWS.as_bytes())]);
    check(&read("a.zip", &inner), &[&format!("a.zip!n.txt.gz {NEWS}")]);
}

#[test]
fn an_entry_that_is_damaged_does_not_take_the_others_along() {
    let mut bytes = zip(&[("1.txt", NEWS.repeat(20).as_bytes()), ("2.txt", b"ok")]);
    // Somewhere in the deflated bytes of the first entry.
    bytes[60] ^= 0xFF;
    bytes[61] ^= 0xFF;
    let got = read("a.zip", &bytes);
    check(
        &got,
        &[
            "a.zip!1.txt REJECT cannot be read to its end",
            "a.zip!2.txt ok",
        ],
    );
}

#[test]
fn bombs_are_refused() {
    let limits = Limits {
        record_bytes: 1 << 20,
        ratio_free: 1 << 20,
        ..Limits::default()
    };
    let zeros = vec![b'0'; 4 << 20];
    check(
        &read_with("a.txt.gz", &gz(&zeros), &limits),
        &["a.txt.gz REJECT grows past 1048576 bytes"],
    );
    check(
        &read_with(
            "a.zip",
            &zip(&[("1.txt", &zeros), ("2.txt", b"never")]),
            &limits,
        ),
        &[
            "a.zip!1.txt REJECT",
            "a.zip REJECT grows past 1048576 bytes",
        ],
    );
    check(
        &read_with(
            "a.tgz",
            &gz(&tar(&[("1.txt", &zeros), ("2.txt", b"never")])),
            &limits,
        ),
        &["a.tgz REJECT grows past 1048576 bytes"],
    );
    let few = Limits {
        entries: 2,
        ..Limits::default()
    };
    let three: &[(&str, &[u8])] = &[("1.txt", b"x"), ("2.txt", b"x"), ("3.txt", b"x")];
    for (name, bytes) in [("a.zip", zip(three)), ("a.tar", tar(three))] {
        check(
            &read_with(name, &bytes, &few),
            &[
                &format!("{name}!1.txt x"),
                &format!("{name}!2.txt x"),
                &format!("{name} REJECT holds more than 2 entries"),
            ],
        );
    }
    let short = Limits {
        record_bytes: 10,
        ..Limits::default()
    };
    check(
        &read_with("a.txt", NEWS.as_bytes(), &short),
        &["a.txt REJECT longer than 10 bytes"],
    );
}

#[test]
fn names_that_want_out_are_refused() {
    for (name, why) in [
        (&b"a/../../b.txt"[..], "leads out"),
        (b"..\\b.txt", "leads out"),
        (b"/etc/a.txt", "absolute"),
        (b"C:\\a.txt", "absolute"),
        (b"\\\\host\\a.txt", "absolute"),
        (b"a\0.txt", "control"),
        (b"a\x1b[2J.txt", "control"),
    ] {
        assert!(
            crate::source::archive::misnamed(name)
                .unwrap()
                .contains(why)
        );
    }
    // 昞 is 955C in GBK: its second byte is a backslash.
    for name in [
        &b"a..b/c...txt"[..],
        "党/一.txt".as_bytes(),
        b"\x95\x5C.txt",
    ] {
        assert_eq!(crate::source::archive::misnamed(name), None);
    }
}

#[test]
fn archives_in_archives_are_read_one_deep() {
    let inner = [("n.txt", NEWS.as_bytes())];
    let (inner_zip, inner_tar) = (zip(&inner), gz(&tar(&inner)));
    let both: &[(&str, &[u8])] = &[("i.zip", &inner_zip), ("d/i.tgz", &inner_tar)];
    let want = |name: &str| {
        [
            format!("{name}!i.zip!n.txt {NEWS}"),
            format!("{name}!d/i.tgz!n.txt {NEWS}"),
        ]
    };
    for (name, bytes) in [("o.zip", zip(both)), ("o.tar", tar(both))] {
        check(
            &read(name, &bytes),
            &want(name).each_ref().map(String::as_str),
        );
    }
    let thrice = zip(&[("o.zip", &zip(both))]);
    check(
        &read("t.zip", &thrice),
        &[
            "t.zip!o.zip!i.zip REJECT an archive in an archive in an archive",
            "t.zip!o.zip!d/i.tgz REJECT an archive in an archive in an archive",
        ],
    );
}

#[test]
fn a_reader_that_is_dropped_lets_its_thread_end() {
    let lines = "{\"a\":1}\n".repeat(200_000);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("n.jsonl");
    std::fs::write(&path, lines).unwrap();
    let input = inputs(&path).unwrap().next().unwrap().unwrap();
    assert_eq!(records(&input, &Limits::default()).take(3).count(), 3);
}
