//! What the system is asked for, in which order: nothing that a commit names may
//! be less durable than the commit.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use crate::program::Place;

/// A file of the index, as strace shows it.
#[derive(PartialEq)]
enum Content {
    Unsynced,
    Synced,
}

/// Follows a log of `strace -y` and checks, at each rename that makes a commit or a
/// generation visible: every file in the folder was synced since it was last
/// written, its name too, and the rename itself is made durable before the end.
/// Returns the number of such renames.
fn follow(log: &str, index: &str) -> usize {
    let mut content: BTreeMap<String, Content> = BTreeMap::new();
    // Names that are not durable yet.
    let mut loose: BTreeSet<String> = BTreeSet::new();
    let mut commits = 0;
    let folder = |path: &str| {
        path.rsplit_once('/')
            .map_or("", |(folder, _)| folder)
            .to_owned()
    };
    for line in log.lines() {
        let line = line
            .split_once(' ')
            .map_or("", |(_, rest)| rest.trim_start());
        let (call, rest) = line.split_once('(').unwrap_or((line, ""));
        let named: Vec<&str> = rest.split('"').skip(1).step_by(2).collect();
        // `fsync(5</archive/index/lock>) = 0`
        let held = rest
            .split_once('<')
            .and_then(|(_, rest)| rest.split_once('>'));
        let held = held.map_or("", |(path, _)| path);
        if line.contains(" = -1 ") {
            continue;
        }
        match call {
            "openat" if rest.contains("O_CREAT") && named[0].starts_with(index) => {
                loose.insert(named[0].to_owned());
                content.insert(named[0].to_owned(), Content::Unsynced);
            }
            "write" | "ftruncate" if held.starts_with(index) => {
                content.insert(held.to_owned(), Content::Unsynced);
            }
            "fsync" | "fdatasync" if fs::metadata(held).is_ok_and(|meta| meta.is_dir()) => {
                loose.retain(|path| folder(path) != held);
            }
            "fsync" | "fdatasync" => {
                content.insert(held.to_owned(), Content::Synced);
            }
            "unlink" | "unlinkat" => {
                if let Some(path) = named.last() {
                    content.remove(*path);
                    loose.remove(*path);
                }
            }
            "rename" => {
                let (from, to) = (named[0], named[1]);
                assert!(
                    content.remove(from) == Some(Content::Synced),
                    "{from} is renamed before it is durable"
                );
                let shows = to.ends_with("/meta.json") || to.ends_with("/CURRENT");
                if shows {
                    commits += 1;
                    for (path, state) in &content {
                        let ours = folder(path) == folder(to) && !path.ends_with("/lock");
                        assert!(
                            !ours || *state == Content::Synced,
                            "{path} is not durable before {to}"
                        );
                    }
                    // Its own new name is loose: that is what is renamed.
                    let other = loose.iter().find(|path| {
                        folder(path) == folder(to) && *path != from && !path.ends_with("/lock")
                    });
                    assert!(
                        other.is_none(),
                        "the name of {other:?} is not durable before {to}"
                    );
                }
                loose.remove(from);
                loose.insert(to.to_owned());
                content.insert(to.to_owned(), Content::Synced);
            }
            _ => {}
        }
    }
    loose.retain(|path| !path.ends_with("/lock"));
    assert!(
        loose.is_empty(),
        "names that are not durable at the end: {loose:?}"
    );
    commits
}

pub(crate) fn order() {
    let place = Place::new();
    fs::create_dir(place.path("in")).unwrap();
    let mut commits = Vec::new();
    for run in 0..3 {
        for n in 0..40 {
            let text = format!("第{run}批第{n}号来文已经登记，由办公室分送各科。");
            fs::write(place.path(&format!("in/{run}-{n}.txt")), text).unwrap();
        }
        let last: &[&str] = if run == 2 { &["--rebuild"] } else { &[] };
        let status = Command::new("strace")
            .args(["-f", "-y", "-qq", "-s", "4096", "-o"])
            .arg(place.path("log"))
            .args([
                "-e",
                "trace=openat,write,ftruncate,fsync,fdatasync,rename,unlink,unlinkat",
            ])
            .arg(env!("CARGO_BIN_EXE_jianbao"))
            .args(["index", "in", "--threads", "1", "--commit-every", "0"])
            .args(last)
            .current_dir(place.path(""))
            .env("JIANBAO_INDEX", place.index())
            .output()
            .expect("strace");
        assert!(status.status.success(), "{status:?}");
        let log = fs::read_to_string(place.path("log")).unwrap();
        let index = fs::canonicalize(place.index()).unwrap();
        commits.push(follow(&log, &index.display().to_string()));
    }
    assert!(commits.iter().all(|n| *n > 0), "{commits:?}");
    println!(
        "three runs under strace: {commits:?} times a commit or a generation was made visible, each after all that it names was durable"
    );
}
