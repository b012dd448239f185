//! Readers and writers that meet: read-only media, another user's index, swaps
//! under readers, a full disk, two writers.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::env::Env;

const ROAD: &str = "环湖公路全线通车，沿线六个村的农产品当天就能运到县城。";

fn built() -> Env {
    let env = Env::new().write("in/a.txt", ROAD);
    env.run(&["index", "in"]).code(0);
    env
}

/// Everything in a folder, with modes.
#[cfg(unix)]
fn listing(dir: &Path) -> Vec<(String, u32, u64)> {
    use std::os::unix::fs::PermissionsExt;
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let meta = entry.metadata().unwrap();
        if meta.is_dir() {
            all.extend(listing(&entry.path()));
        }
        let name = entry.path().display().to_string();
        all.push((name, meta.permissions().mode() & 0o777, meta.len()));
    }
    all.sort();
    all
}

#[cfg(unix)]
#[test]
fn reading_leaves_no_trace_and_needs_no_right_to_write() {
    use std::os::unix::fs::PermissionsExt;
    let env = built();
    let chmod = |file: u32, folder: u32| {
        for (path, _, _) in listing(env.index()) {
            let is_dir = Path::new(&path).is_dir();
            let mode = fs::Permissions::from_mode(if is_dir { folder } else { file });
            fs::set_permissions(path, mode).unwrap();
        }
    };
    for (path, mode, _) in listing(env.index()) {
        assert_ne!(mode & 0o044, 0, "{path}: others of the group may read it");
    }
    chmod(0o444, 0o555);
    let before = listing(env.index());
    for args in [
        &["search", "环湖公路"][..],
        &["search", "“运到县城”", "--count"],
        &["stats"],
        &["check", "--full"],
    ] {
        env.run(args).code(0);
    }
    assert_eq!(listing(env.index()), before);
    chmod(0o644, 0o755);
}

#[test]
fn readers_never_notice_a_swap() {
    let env = built();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    env.run(&["search", "环湖公路", "--json"])
                        .code(0)
                        .prints("运到县城");
                }
            });
        }
        for _ in 0..3 {
            env.run(&["index", "--rebuild"]).code(0);
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn no_room_is_one_line_that_names_the_file_and_harms_nothing() {
    use std::os::unix::process::ExitStatusExt;
    let env = built();
    let lines: String = (0..400)
        .map(|n| {
            let body = format!("{ROAD}第{n}次运营调度会议明确了班次和票价。").repeat(20);
            serde_json::json!({"id": format!("n{n}"), "body": body}).to_string() + "\n"
        })
        .collect();
    env.put("in/b.jsonl", lines);
    let before = env
        .run(&["search", "公路", "--json"])
        .code(0)
        .stdout()
        .to_owned();
    // Files may have 64 KB: writing more gives an error where the signal is ignored.
    let program = env!("CARGO_BIN_EXE_jianbao");
    let output = std::process::Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 128; exec \"$0\" index in"])
        .arg(program)
        .current_dir(env.path(""))
        .env("JIANBAO_INDEX", env.index())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        output.status.code(),
        Some(2),
        "{:?} {said}",
        output.status.signal()
    );
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("g000001"), "{said}");
    env.run(&["check", "--full"]).code(0);
    assert_eq!(
        env.run(&["search", "公路", "--json"]).code(0).stdout(),
        before
    );
    // With room again, the same line goes on.
    env.run(&["index", "in"]).code(0);
    env.run(&["check", "--full"]).code(0);
    assert_eq!(
        env.run(&["stats", "--json"]).code(0).object()["articles"],
        401
    );
}

#[test]
fn a_file_cut_under_a_reader_is_an_error() {
    use std::io::Write;
    use std::process::Stdio;
    let env = built();
    // A reader of many queries holds the index open while it waits for the next.
    let queries = env.path("queries");
    fs::write(&queries, "1\t环湖公路\n").unwrap();
    let mut child = env
        .command(&["search", "--queries", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let current = fs::read_to_string(env.index().join("CURRENT")).unwrap();
    for entry in fs::read_dir(env.index().join(current.trim())).unwrap() {
        let path = entry.unwrap().path();
        fs::File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_len(0)
            .unwrap();
    }
    let _ = child
        .stdin
        .take()
        .unwrap()
        .write_all("1\t环湖公路\n".as_bytes());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{:?}", output.status);
}
