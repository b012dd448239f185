//! Bad input is counted, named and survived.

use std::fs;

use encoding_rs::GBK;
use serde_json::{Value, json};

use crate::env::Env;
use crate::pack::{Entry, encoded, gz, tar, zip, zst};

const NEWS: &str = "区里召开审计整改推进会，逐项对账销号，三季度前全部办结。";

fn record(id: &str) -> String {
    json!({"id": id, "title": format!("简讯{id}"), "body": NEWS}).to_string()
}

/// The lines of a `--rejects` file as `path!entry:record` and reason, sorted.
fn rejects(env: &Env) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = env
        .read("rejects.jsonl")
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            let keys: Vec<&String> = line.as_object().unwrap().keys().collect();
            assert_eq!(keys, ["path", "entry", "record", "reason"]);
            let mut place = line["path"].as_str().unwrap().to_owned();
            if let Some(entry) = line["entry"].as_str() {
                place += &format!("!{entry}");
            }
            if let Some(record) = line["record"].as_u64() {
                place += &format!(":{record}");
            }
            (place, line["reason"].as_str().unwrap().to_owned())
        })
        .collect();
    all.sort();
    all
}

/// Indexes a folder that holds one sound article beside some bad input.
/// Everything else is indexed, the exit status is 3, and each bad piece is
/// named once, with a reason that holds these words.
#[track_caller]
fn check(files: &[(&str, &[u8])], accepted: u64, want: &[(&str, &str)]) {
    let env = Env::new().write("in/sound.txt", NEWS);
    for (name, bytes) in files {
        env.put(&format!("in/{name}"), bytes);
    }
    let run = env
        .run(&["index", "in", "--rejects", "rejects.jsonl", "--json"])
        .code(3);
    let tally = run.object();
    let is = rejects(&env);
    let places: Vec<&str> = is.iter().map(|(place, _)| place.as_str()).collect();
    let wanted: Vec<&str> = want.iter().map(|(place, _)| *place).collect();
    assert_eq!(places, wanted, "{is:?}");
    for ((place, reason), (_, words)) in is.iter().zip(want) {
        assert!(reason.contains(words), "{place}: {reason}");
        assert_eq!(reason.lines().count(), 1, "{place}: {reason}");
        assert!(
            run.stderr().contains(place.as_str()),
            "{place} is named on stderr: {run}"
        );
    }
    assert_eq!(tally["rejected"], want.len());
    assert_eq!(
        tally["accepted"],
        accepted + 1,
        "the rest is indexed: {run}"
    );
    env.run(&["search", "“逐项对账销号”"]).code(0);
    // A second run counts them again and reads nothing anew.
    let again = env
        .run(&["index", "in", "--rejects", "rejects.jsonl", "--json"])
        .code(3)
        .object();
    let figures = ["accepted", "unchanged", "rejected"].map(|name| again[name].as_u64().unwrap());
    assert_eq!(figures, [0, accepted + 1, want.len() as u64]);
    assert_eq!(rejects(&env), is);
    // The summary says it too.
    let summary = env.run(&["index", "in"]).code(3);
    assert!(
        summary
            .stdout()
            .contains(&format!("rejected {}", want.len())),
        "{summary}"
    );
    env.run(&["check", "--full"]).code(0);
}

#[test]
fn broken_json_lines() {
    let lines = [
        &record("1"),
        "{\"id\":\"2\",\"body\":",
        "[]",
        "17",
        "",
        &record("3"),
        "not json",
        "{\"id\":\"4\"}",
    ];
    check(
        &[("a.jsonl", lines.join("\n").as_bytes())],
        2,
        &[
            ("in/a.jsonl:2", "JSON"),
            ("in/a.jsonl:3", ""),
            ("in/a.jsonl:4", "JSON object"),
            ("in/a.jsonl:7", "JSON"),
            ("in/a.jsonl:8", "no text"),
        ],
    );
}

/// More bad lines than are kept for the next run: the figures are the same.
#[test]
fn a_file_of_bad_lines() {
    let env = Env::new();
    env.put("in/a.jsonl", "[]\n".repeat(10_050) + &record("1") + "\n");
    for (accepted, unchanged) in [(1, 0), (0, 1)] {
        let said = env.run(&["index", "in", "--json"]).code(3).object();
        assert_eq!(said["rejected"], 10_050);
        assert_eq!(
            (&said["accepted"], &said["unchanged"]),
            (&accepted.into(), &unchanged.into())
        );
    }
}

#[test]
fn files_that_were_cut_off() {
    let lines: String = (0..4000).map(|n| record(&format!("{n}")) + "\n").collect();
    let packed = gz(lines.as_bytes());
    let env = Env::new()
        .write("in/a.jsonl.gz", &packed[..packed.len() * 3 / 4])
        .write("in/sound.txt", NEWS);
    let run = env
        .run(&["index", "in", "--rejects", "rejects.jsonl", "--json"])
        .code(3);
    let tally = run.object();
    // What came before the cut is indexed; the end, and a line cut in two, are named.
    assert!(tally["accepted"].as_u64().unwrap() > 1000, "{run}");
    let is = rejects(&env);
    assert!((1..=2).contains(&is.len()), "{is:?}");
    assert!(
        is.iter().any(|(_, reason)| reason.contains("too early")),
        "{is:?}"
    );

    let text = gz(NEWS.repeat(40).as_bytes());
    let frame = zst(&(0..60_000u32)
        .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
        .collect::<Vec<u8>>());
    check(
        &[
            ("cut.txt.gz", &text[..text.len() / 2]),
            ("cut.txt.zst", &frame[..frame.len() / 2]),
            ("not.txt.gz", b"no gzip at all\0"),
            ("not.txt.zst", b"no zstd at all\0"),
        ],
        0,
        &[
            ("in/cut.txt.gz", "too early"),
            ("in/cut.txt.zst", ""),
            ("in/not.txt.gz", "cannot be read"),
            ("in/not.txt.zst", "cannot be read"),
        ],
    );
}

#[test]
fn archives_with_something_wrong_in_them() {
    let name = encoded("密件/通报.txt", GBK);
    let zipped = zip(&[
        Entry {
            name: &name,
            content: NEWS.as_bytes(),
            flags: 1,
        },
        Entry {
            name: b"open.txt",
            content: NEWS.as_bytes(),
            flags: 0,
        },
        Entry {
            name: b"photo.jpg",
            content: b"\xff\xd8\xff",
            flags: 0,
        },
        Entry {
            name: b"empty.txt",
            content: b"",
            flags: 0,
        },
        Entry {
            name: b"inner.zip",
            content: b"PK",
            flags: 0,
        },
        Entry {
            name: b"../../outside.txt",
            content: NEWS.as_bytes(),
            flags: 0,
        },
    ]);
    let tarred = tar(&[
        ("a.txt", NEWS.as_bytes()),
        ("b.jsonl", b"{oops\n"),
        ("c.bin", b"\0\x01"),
    ]);
    check(
        &[
            ("a.zip", &zipped),
            ("b.tar.gz", &gz(&tarred)),
            ("c.zip", b"PK\x03\x04 and no more"),
        ],
        2,
        &[
            ("in/a.zip!../../outside.txt", "leads out"),
            ("in/a.zip!empty.txt", "empty"),
            ("in/a.zip!inner.zip", "not a whole zip"),
            ("in/a.zip!photo.jpg", ".jpg"),
            ("in/a.zip!密件/通报.txt", "encrypted"),
            ("in/b.tar.gz!b.jsonl:1", "JSON"),
            ("in/b.tar.gz!c.bin", ".bin"),
            ("in/c.zip", "zip"),
        ],
    );
}

#[test]
fn empty_files_unknown_types_and_files_without_text() {
    check(
        &[
            ("a.pdf", b"%PDF-1.4"),
            ("b.txt", b""),
            ("c.txt", " \n\u{3000}\n".as_bytes()),
            ("d", b"no ending"),
            ("e.md", b"---\ntitle: x\n---\n"),
            ("f.jsonl", b""),
        ],
        0,
        &[
            ("in/a.pdf", ".pdf"),
            ("in/b.txt", "empty"),
            ("in/c.txt", "no text"),
            ("in/d", "ending"),
            ("in/e.md", "no text"),
            ("in/f.jsonl", "empty"),
        ],
    );
}

#[test]
fn any_bytes_are_some_text() {
    // Nothing here is refused: what cannot be decoded is shown as U+FFFD.
    let mut noise = Vec::new();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..20_000 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        noise.push(state as u8);
    }
    let env = Env::new()
        .write("in/noise.txt", &noise)
        .write(
            "in/half.txt",
            [&encoded(NEWS, GBK)[..11], NEWS.as_bytes()].concat(),
        )
        .write("in/sound.txt", NEWS)
        .write("in/nul.txt", b"\0\0\0\0")
        .write(
            "in/overlong.txt",
            b"\xc0\xaf\xed\xa0\x80\xf8\x88\x80\x80\x80",
        )
        .write("in/brackets.txt", "(".repeat(200_000))
        .write("in/run.txt", "a".repeat(1_000_000))
        .write("in/rare.txt", "𠀀".repeat(100_000));
    let run = env.run(&["index", "in", "--rejects", "rejects.jsonl"]);
    assert!(!run.stderr().contains("bug"), "{run}");
    env.run(&["check", "--full"]).code(0);
    env.run(&["search", "逐项对账"]).code(0);
}

#[cfg(unix)]
#[test]
fn what_cannot_be_opened_is_named() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let env = Env::new()
        .write("in/sound.txt", NEWS)
        .write("in/secret.txt", NEWS);
    symlink("nowhere.txt", env.path("in/dangling.txt")).unwrap();
    symlink(".", env.path("in/loop")).unwrap();
    fs::set_permissions(env.path("in/secret.txt"), fs::Permissions::from_mode(0o000)).unwrap();
    // The superuser may read everything.
    let readable = fs::read(env.path("in/secret.txt")).is_ok();
    let tally = env
        .run(&["index", "in", "--rejects", "rejects.jsonl", "--json"])
        .code(3)
        .object();
    let places: Vec<String> = rejects(&env).into_iter().map(|(place, _)| place).collect();
    if readable {
        assert_eq!(places, ["in/dangling.txt"]);
    } else {
        assert_eq!(places, ["in/dangling.txt", "in/secret.txt"]);
    }
    assert_eq!(tally["accepted"], 1 + u64::from(readable));
}

#[test]
fn a_path_that_is_not_there_is_one_line() {
    let env = Env::new().write("in/a.txt", NEWS);
    env.run(&["index", "no/such/place"])
        .fails_in_one_line()
        .says("no/such/place");
    env.run(&["clean", "no-such-file.txt"])
        .fails_in_one_line()
        .says("no-such-file.txt");
    env.run(&["segment", "党建", "--dict", "no.txt"])
        .fails_in_one_line()
        .says("no.txt");
    env.run(&["eval", "--queries", "q.tsv", "--qrels", "r.tsv"])
        .code(2)
        .says("q.tsv");
    env.run(&["index", "in", "--rejects", "no/folder/r.jsonl"])
        .fails_in_one_line()
        .says("no/folder");
    env.run(&["index", "in", "--memory", "much"]).code(2);
}

/// One wrong name among others costs nothing but itself, unless what is not read is dropped.
#[test]
fn a_path_that_is_not_there_costs_no_other() {
    let env = Env::new().write("in/a.txt", NEWS).write("b/b.txt", NEWS);
    let index = ["index", "no/such/place", "in", "b", "--json"];
    let done = env
        .run(&index)
        .code(3)
        .says("no/such/place: cannot be read");
    assert_eq!(done.object()["accepted"], 2);
    assert_eq!(done.object()["rejected"], 1);
    env.run(&["search", "“审计整改”", "--from", "in", "nowhere"])
        .code(3)
        .says("nowhere: cannot be read");
    let dry = env.run(&["index", "in", "nowhere", "--dry-run"]).code(3);
    assert!(dry.stdout().contains("rejected  nowhere: cannot be read"));
    for drops in [&["--rebuild"][..], &["--rebuild", "--prune"], &["--prune"]] {
        env.run(&[&["index", "in", "nowhere"], drops].concat())
            .code(2)
            .says("nowhere");
    }
    assert_eq!(env.run(&["stats", "--json"]).code(0).object()["inputs"], 2);
    env.run(&["index", "nowhere", "no/such/place"])
        .fails_in_one_line()
        .says("nowhere");
}

/// A slip of the hand costs no archive, and a list of rejects is no input.
#[test]
fn a_list_of_rejects_overwrites_nothing_and_is_not_read() {
    let env = Env::new().write("in/a.jsonl", "{\"body\":\"区里召开推进会。\"}\n{\n");
    env.run(&["index", "in", "--rejects", "in/a.jsonl"])
        .fails_in_one_line()
        .says("would be overwritten");
    assert!(env.read("in/a.jsonl").starts_with("{\"body\""));
    for _ in 0..2 {
        env.run(&["index", "in", "--rejects", "in/rejects.jsonl"])
            .code(3);
        assert_eq!(env.read("in/rejects.jsonl").lines().count(), 1);
    }
}

/// Bytes of anything pass for text in some old encoding.
#[test]
fn bytes_of_anything_are_no_text() {
    let mut state = 7u64;
    let mut any = |count: usize| -> Vec<u8> {
        let next = |_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) as u8
        };
        (0..count).map(next).collect()
    };
    let env = Env::new();
    for n in 0..6 {
        env.put(&format!("in/{n}.txt"), any(200 << (2 * n)));
    }
    // One kind of them is what careless sites leave.
    env.put(
        "in/text.txt",
        "区里\u{1}召开\u{1}推进会，\u{1}对账\u{1}销号。",
    );
    let run = env.run(&["index", "in", "--json"]).code(3).object();
    assert_eq!(
        (&run["accepted"], &run["rejected"]),
        (&1.into(), &6.into()),
        "{run}"
    );
}

/// One file full of bad lines does not hide the others.
#[test]
fn a_few_rejects_of_each_file_are_shown() {
    let env = Env::new()
        .write("in/a.jsonl", "{\n".repeat(400))
        .write("in/b.jsonl", "{\n")
        .write("in/c.txt", "区里召开推进会。");
    let run = env.run(&["index", "in"]).code(3);
    let of = |name: &str| run.stderr().matches(&format!("in/{name}.jsonl")).count();
    assert_eq!((of("a"), of("b")), (5, 1), "{run}");
    run.says("395 more were rejected");
}
