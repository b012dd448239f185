//! Bad bytes and hostile archives: everything offered is accepted or rejected,
//! and nothing but the index is written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::mutate::{Dice, mutate, seeds};
use crate::pack::{Entry, bz2, docx, gz, tar, tar_sums, xz, zip, zst};
use crate::program::{Place, files};

/// Endings of files that are one record, whatever is in them.
const ONE: [&str; 6] = ["txt", "text", "md", "html", "htm", "docx"];
/// Endings of files that are any number of records.
const MANY: [&str; 8] = [
    "jsonl", "ndjson", "json", "csv", "tsv", "warc", "xml", "rss",
];
/// Endings of archives, and of files that are packed.
const ARCHIVES: [&str; 12] = [
    "zip", "tar", "tar.gz", "tgz", "tar.bz2", "tar.xz", "tar.zst", "jsonl.gz", "txt.bz2", "csv.xz",
    "html.zst", "json.gz",
];
/// Names of entries that lead elsewhere, or are none.
const NAMES: [&str; 12] = [
    "a.txt",
    "a.txt",
    "../../out.txt",
    "/tmp/jianbao-out.txt",
    "..\\..\\out.txt",
    "C:\\out.txt",
    "a/../../../out.html",
    "CON.txt",
    "a\0b.txt",
    "\u{1b}[2J\u{202e}.txt",
    "inner.zip",
    ".",
];
const MEMORY: [&str; 4] = ["--memory", "256M", "--max-entry", "4M"];
/// Bytes the program may take at its peak.
const MOST: u64 = 600 << 20;

/// A file of bad bytes: its ending, and how many records are offered in it where
/// that is known.
fn bad_bytes(seeds: &[Vec<u8>], dice: &mut Dice) -> (&'static str, Vec<u8>, Option<u64>) {
    let mut bytes: Vec<u8> = match dice.below(6) {
        0 => (0..dice.below(4000))
            .map(|_| dice.below(256) as u8)
            .collect(),
        1 => {
            let text = String::from_utf8_lossy(&seeds[dice.below(seeds.len())]).into_owned();
            let encodings = [
                encoding_rs::GB18030,
                encoding_rs::GBK,
                encoding_rs::BIG5,
                encoding_rs::SHIFT_JIS,
            ];
            let (bytes, _, _) = encodings[dice.below(4)].encode(&text);
            bytes.into_owned()
        }
        2 => {
            let text = String::from_utf8_lossy(&seeds[dice.below(seeds.len())]).into_owned();
            let order = dice.below(2) == 0;
            let two = |unit: u16| {
                if order {
                    unit.to_le_bytes()
                } else {
                    unit.to_be_bytes()
                }
            };
            let mark = dice.below(2) == 0;
            let units = mark
                .then_some(0xFEFF)
                .into_iter()
                .chain(text.encode_utf16());
            units.flat_map(two).collect()
        }
        _ => mutate(seeds, dice),
    };
    if dice.below(2) == 0 && !bytes.is_empty() {
        let at = dice.below(bytes.len());
        bytes[at] ^= 1 << dice.below(8);
    }
    if dice.below(2) == 0 {
        let ending = ONE[dice.below(ONE.len())];
        if ending == "docx" && dice.below(2) == 0 {
            return (ending, docx(&[&String::from_utf8_lossy(&bytes)]), Some(1));
        }
        return (ending, bytes, Some(1));
    }
    let ending = MANY[dice.below(MANY.len())];
    // Lines of what is no UTF-16.
    let lines = ending == "jsonl"
        && !bytes.contains(&0)
        && !bytes.starts_with(b"\xFF\xFE")
        && !bytes.starts_with(b"\xFE\xFF");
    let blank = |line: &&[u8]| line.iter().all(u8::is_ascii_whitespace);
    let count = bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !blank(line))
        .count();
    (ending, bytes, lines.then_some(count.max(1) as u64))
}

/// An archive of such bytes, with entries that lead elsewhere, damaged or not.
fn archive(ending: &str, seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let contents: Vec<Vec<u8>> = (0..1 + dice.below(6))
        .map(|_| mutate(seeds, dice))
        .collect();
    let names: Vec<&str> = contents
        .iter()
        .map(|_| NAMES[dice.below(NAMES.len())])
        .collect();
    let zipped = |flags: u16| {
        let entries: Vec<Entry<'_>> = names
            .iter()
            .zip(&contents)
            .map(|(name, content)| Entry {
                name: name.as_bytes(),
                content,
                flags,
            })
            .collect();
        zip(&entries)
    };
    let plain = match ending {
        "zip" if dice.below(3) == 0 => zip(&[Entry {
            name: b"inner.zip",
            content: &zipped(0),
            flags: 0,
        }]),
        "zip" => zipped([0, 1, 0x800][dice.below(3)]),
        _ if ending.starts_with('t') && !ending.starts_with("txt") => {
            let mut blocks = Vec::new();
            for (name, content) in names.iter().zip(&contents) {
                let mut block = tar(&[("x", content.as_slice())]);
                block.truncate(block.len() - 1024);
                block[..100].fill(0);
                block[..name.len()].copy_from_slice(name.as_bytes());
                // A file, a link of either kind, a device, a folder, a FIFO, a long name.
                block[156] = b"0001234567LKxg"[dice.below(14)];
                block[157..157 + 11].copy_from_slice(b"/etc/passwd");
                blocks.extend(block);
            }
            blocks.extend([0; 1024]);
            tar_sums(&mut blocks);
            blocks
        }
        _ => contents.concat(),
    };
    let mut packed = match ending.rsplit('.').next() {
        Some("gz" | "tgz") => gz(&plain),
        Some("bz2") => bz2(&plain),
        Some("xz") => xz(&plain),
        Some("zst") => zst(&plain),
        _ => plain,
    };
    match dice.below(4) {
        0 => {
            let at = dice.below(packed.len());
            packed[at] ^= 1 << dice.below(8);
        }
        1 => packed.truncate(dice.below(packed.len())),
        _ => {}
    }
    packed
}

/// Runs the program and samples its peak memory.
fn peak(place: &Place, args: &[&str]) -> (i32, String, String, u64) {
    let mut child = place
        .command(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let said = std::thread::spawn(move || {
        let mut text = String::new();
        err.read_to_string(&mut text).unwrap();
        text
    });
    let told = std::thread::spawn(move || {
        let mut text = String::new();
        out.read_to_string(&mut text).unwrap();
        text
    });
    let status_of = format!("/proc/{}/status", child.id());
    let (mut most, begun) = (0, Instant::now());
    let status = loop {
        let status = fs::read_to_string(&status_of).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kb = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        most = most.max(kb.unwrap_or(0) << 10);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(begun.elapsed() < Duration::from_secs(300), "{args:?} hangs");
        std::thread::sleep(Duration::from_millis(2));
    };
    let (told, said) = (told.join().unwrap(), said.join().unwrap());
    (status.code().expect("no signal ends it"), told, said, most)
}

/// Calls of the system that change names or files by name, but for opening.
const CHANGES: [&str; 21] = [
    "creat",
    "mkdir",
    "mkdirat",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "rmdir",
    "symlink",
    "symlinkat",
    "link",
    "linkat",
    "truncate",
    "chmod",
    "fchmodat",
    "chown",
    "fchownat",
    "mknod",
    "mknodat",
    "utimensat",
];

/// Paths that a run made, changed or removed, off a log of strace.
fn written(log: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for line in log.lines() {
        // `1234 openat(AT_FDCWD, "a.txt", O_WRONLY|O_CREAT) = 3`
        let call = line.split_whitespace().nth(1).unwrap_or_default();
        let call = call.split('(').next().unwrap_or_default();
        let opens = ["O_WRONLY", "O_RDWR", "O_CREAT"]
            .iter()
            .any(|flag| line.contains(flag));
        if opens || CHANGES.contains(&call) {
            paths.extend(line.split('"').skip(1).step_by(2).map(str::to_owned));
        }
    }
    paths
}

pub(crate) fn hostile(bad: u64, archives: u64, seed: u64) {
    let place = Place::new();
    let seeds = seeds(Path::new(env!("CARGO_MANIFEST_DIR")));
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    fs::create_dir(place.path("in")).unwrap();
    let mut offered: BTreeMap<String, Option<u64>> = BTreeMap::new();
    let put = |name: String, bytes: &[u8]| {
        fs::write(place.path("in").join(&name), bytes).unwrap();
        name
    };
    for n in 0..bad {
        let (ending, bytes, records) = bad_bytes(&seeds, &mut dice);
        offered.insert(put(format!("bad{n:05}.{ending}"), &bytes), records);
    }
    for n in 0..archives {
        let ending = ARCHIVES[n as usize % ARCHIVES.len()];
        let bytes = archive(ending, &seeds, &mut dice);
        offered.insert(put(format!("box{n:05}.{ending}"), &bytes), None);
    }
    std::thread::sleep(Duration::from_millis(2100));
    fs::write(place.path("rejects"), "").unwrap();
    fs::write(place.path("log"), "").unwrap();
    let before = files(&place.path(""));

    let args = [
        &["index", "in", "--json", "--rejects", "rejects"][..],
        &MEMORY[..],
    ]
    .concat();
    let begun = Instant::now();
    let (code, told, said, most) = peak(&place, &args);
    let took = begun.elapsed();
    assert!(code == 0 || code == 3, "status {code}: {said}");
    assert!(
        !said.contains("panicked") && !said.contains("a bug"),
        "{said}"
    );
    assert!(most <= MOST, "{} MB at the peak", most >> 20);
    let tally: Value = serde_json::from_str(&told).unwrap();
    let figure = |tally: &Value, name: &str| tally[name].as_u64().unwrap();
    let (accepted, twins, rejected) = (
        figure(&tally, "accepted"),
        figure(&tally, "unchanged"),
        figure(&tally, "rejected"),
    );

    // What the ledger says of each file, and what was refused before it was opened.
    let mut counted: BTreeMap<String, u64> = BTreeMap::new();
    let current = fs::read_to_string(place.index().join("CURRENT")).unwrap();
    let ledger =
        fs::read_to_string(place.index().join(current.trim()).join("ledger.jsonl")).unwrap();
    for line in ledger.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        let rejects = entry["rejects"].as_array().map_or(0, Vec::len) as u64;
        let more = entry["more_rejected"].as_u64().unwrap_or(0);
        let name = entry["name"]
            .as_str()
            .unwrap()
            .trim_start_matches("in/")
            .to_owned();
        counted.insert(name, figure(&entry, "articles") + rejects + more);
    }
    let log = fs::read_to_string(place.path("rejects")).unwrap();
    assert!(!log.contains("a bug in"), "a bug: {log}");
    assert_eq!(
        log.lines().count() as u64,
        rejected,
        "each reject is a line"
    );
    for (name, records) in &offered {
        let is = counted.remove(name).unwrap_or(0);
        assert!(is > 0, "{name}: neither accepted nor rejected");
        if let Some(want) = records {
            assert_eq!(is, *want, "{name}: records");
        }
        counted.insert(name.clone(), is);
    }
    assert_eq!(counted.len(), offered.len(), "nothing that was not offered");
    let all: u64 = counted.values().sum();
    assert_eq!(
        accepted + twins + rejected,
        all,
        "accepted + rejected = offered"
    );
    let articles = place.articles();
    assert_eq!(articles, accepted, "what was accepted is there");

    // The second run counts the same and reads nothing.
    let (_, told, _, _) = peak(&place, &args);
    let again: Value = serde_json::from_str(&told).unwrap();
    let figures = ["accepted", "unchanged", "rejected"].map(|name| figure(&again, name));
    assert_eq!(figures, [0, accepted + twins, rejected]);
    place.ok(&["check", "--full"], 0);

    // Nothing was written but the index and what was asked for.
    fs::remove_dir_all(place.index()).unwrap();
    assert_eq!(files(&place.path("")), before, "written outside the index");
    let traced = Command::new("strace")
        .args([
            "-f",
            "-qq",
            "-s",
            "4096",
            "-e",
            "trace=%file,truncate,mknod,fchmodat",
            "-o",
            "log",
        ])
        .arg(env!("CARGO_BIN_EXE_jianbao"))
        .args(&args)
        .current_dir(place.path(""))
        .env("JIANBAO_INDEX", place.index())
        .output();
    let traced = match traced {
        Err(_) => "no strace here".to_owned(),
        Ok(_) => {
            let log = fs::read_to_string(place.path("log")).unwrap();
            let index = place.index().display().to_string();
            let paths = written(&log);
            let outside: Vec<&String> = paths
                .iter()
                .filter(|path| !path.starts_with(&index) && *path != "rejects")
                .collect();
            assert!(outside.is_empty(), "written outside: {outside:?}");
            format!(
                "{} paths written under strace, none outside the index",
                paths.len()
            )
        }
    };
    println!(
        "{bad} files of bad bytes and {archives} archives: {accepted} accepted + {twins} there already + {rejected} rejected = {all} offered, \
         and in a second run the same; {took:.1?}, {} MB at the peak; {traced}",
        most >> 20
    );
}
