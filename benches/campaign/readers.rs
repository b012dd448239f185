//! Readers who may only read, and files that are cut under those who read.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::program::{Dice, Place, QUERIES, files};

/// Every file with what a reader could change of it.
fn state(place: &Place) -> BTreeMap<PathBuf, (u64, i64, i64, u32)> {
    let facts = |path: &PathBuf| {
        let meta = fs::metadata(path).unwrap();
        (
            meta.len(),
            meta.mtime_nsec(),
            meta.ctime_nsec(),
            meta.mode(),
        )
    };
    files(&place.index())
        .into_iter()
        .map(|path| (path.clone(), facts(&path)))
        .collect()
}

/// The program through another one that takes rights away.
fn through(place: &Place, with: &[&str], args: &[&str]) -> Output {
    // Another user may not reach the folder of the build.
    let program = place.path("jianbao");
    if !program.exists() {
        fs::copy(env!("CARGO_BIN_EXE_jianbao"), &program).unwrap();
    }
    let output = Command::new(with[0])
        .args(&with[1..])
        .arg(&program)
        .args(args)
        .current_dir(place.path(""))
        .env("JIANBAO_INDEX", place.index())
        .env("LANG", "C")
        .output()
        .expect("setpriv and unshare, as root");
    assert!(
        output.status.code().is_some(),
        "{args:?}: {:?}",
        output.status
    );
    output
}

/// Read-only media and another user's index: all answers, no trace; writing fails
/// in one line that names the place.
pub(crate) fn rights() {
    let place = Place::new();
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
    place.ok(&["index", corpus], 0);
    fs::write(place.path("new.txt"), "一篇还没有收进来的简报。").unwrap();
    fs::set_permissions(place.path(""), fs::Permissions::from_mode(0o755)).unwrap();
    let want = place.answers().stdout;
    let before = state(&place);
    let index = place.index().display().to_string();
    let mount = format!(
        "mount --bind '{index}' '{index}' && mount -o remount,ro,bind '{index}' && exec \"$0\" \"$@\""
    );
    let nobody = [
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
    ];
    let read_only = ["unshare", "-m", "sh", "-c", &mount];
    let mut said = Vec::new();
    for (who, with) in [
        ("another user", &nobody[..]),
        ("a read-only mount", &read_only[..]),
    ] {
        let queries = ["search", "--queries", "queries", "--json", "-n", "50"];
        let got = through(&place, with, &queries);
        assert_eq!(
            got.stdout,
            want,
            "{who}: {}",
            String::from_utf8_lossy(&got.stderr)
        );
        for args in [&["check", "--full"][..], &["stats"], &["search", "防汛"]] {
            let got = through(&place, with, args);
            assert_eq!(got.status.code(), Some(0), "{who} {args:?}: {got:?}");
        }
        for args in [
            &["index", "new.txt"][..],
            &["index", "--rebuild"],
            &["tune"],
            &["check", "--repair"],
        ] {
            let got = through(&place, with, args);
            let error = String::from_utf8_lossy(&got.stderr).into_owned();
            // A whole index needs no repair: that writes nothing.
            let whole = args[0] == "check" && got.status.code() == Some(0);
            assert!(
                whole || got.status.code() == Some(2),
                "{who} {args:?}: {got:?}"
            );
            assert!(
                whole || error.lines().count() == 1,
                "{who} {args:?}: {error}"
            );
            assert!(
                whole || error.contains(&index) || args[0] == "tune",
                "{who} {args:?}: {error}"
            );
            said.push(error);
        }
        assert_eq!(state(&place), before, "{who} left a trace");
    }
    println!(
        "another user and a read-only mount: {} queries each with the answers of the owner, no trace; writing: {:?}",
        QUERIES.len(),
        said.first().map_or("", |line| line.trim())
    );
}

/// Files cut, removed or overwritten while a reader of many queries has them open.
pub(crate) fn cut(times: u64, seed: u64) {
    let place = Place::new();
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
    place.ok(&["index", corpus], 0);
    let lines: String = (0..60)
        .flat_map(|turn| {
            QUERIES
                .iter()
                .enumerate()
                .map(move |(n, query)| format!("{turn}-{n}\t{query}\n"))
        })
        .collect();
    fs::write(place.path("many"), lines).unwrap();
    let args = ["search", "--queries", "many", "--json"];
    let begun = std::time::Instant::now();
    let want = place.ok(&args, 0);
    let whole = begun.elapsed().as_millis() as u64;
    let paths: Vec<PathBuf> = files(&place.index())
        .into_iter()
        .filter(|path| !path.ends_with("lock"))
        .collect();
    let mut dice = Dice::new(seed);
    let (mut refused, mut same, mut begun_late) = (0, 0, 0);
    for n in 0..times {
        let child = place
            .command(&args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Output must not fill the pipe.
        let reading = std::thread::spawn(move || child.wait_with_output().unwrap());
        std::thread::sleep(Duration::from_millis(dice.below(whole)));
        // All files at once, or one.
        let hit: Vec<&PathBuf> = if n % 2 == 0 {
            paths.iter().collect()
        } else {
            vec![&paths[dice.below(paths.len() as u64) as usize]]
        };
        let sound: Vec<Vec<u8>> = hit.iter().map(|path| fs::read(path).unwrap()).collect();
        let share = dice.below(100);
        for (path, bytes) in hit.iter().zip(&sound) {
            let file = fs::File::options().write(true).open(path).unwrap();
            match n % 3 {
                0 => file.set_len(0).unwrap(),
                1 => file.set_len(bytes.len() as u64 * share / 100).unwrap(),
                _ => fs::remove_file(path).unwrap(),
            }
        }
        let output = reading.join().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let got = String::from_utf8(output.stdout).unwrap();
        match output.status.code() {
            Some(0) => {
                assert!(got == want, "{n}: wrong answers");
                same += 1;
            }
            Some(2) => {
                assert!(
                    want.starts_with(&got),
                    "{n}: wrong answers before the error"
                );
                assert_eq!(said.lines().count(), 1, "{n}: {said}");
                assert!(!said.contains("a bug in"), "{n}: {said}");
                refused += 1;
                begun_late += u64::from(got.is_empty());
            }
            code => panic!("{n}: {code:?} {:?} {said}", output.status),
        }
        for (path, bytes) in hit.iter().zip(&sound) {
            fs::write(path, bytes).unwrap();
        }
    }
    place.ok(&["check", "--full"], 0);
    println!(
        "{times} times cut or removed under a reader of {} queries: {refused} ended with status 2 and one line \
         ({begun_late} before the first answer), {same} with every answer; 0 wrong answers, 0 signals, 0 panics",
        60 * QUERIES.len()
    );
}

/// A writer that commits every 20 ms beside two readers: each answer is that of
/// some commit, and later ones never know less.
pub(crate) fn beside(corpus: &str, stories: usize) {
    let place = crate::killing::prepared(corpus, stories);
    fs::write(place.path("first.txt"), "工作简报的第一期。").unwrap();
    place.ok(&["index", "first.txt"], 0);
    let done = std::sync::atomic::AtomicBool::new(false);
    let asked = std::sync::atomic::AtomicU64::new(0);
    let states = std::sync::atomic::AtomicU64::new(0);
    std::thread::scope(|scope| {
        for query in ["工作", "“发展”"] {
            let (place, done, asked, states) = (&place, &done, &asked, &states);
            scope.spawn(move || {
                let mut last = 0;
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    let output = place.run(&["search", query, "--count"]);
                    let said = String::from_utf8_lossy(&output.stderr);
                    assert!(
                        matches!(output.status.code(), Some(0 | 1)),
                        "{query}: {said}"
                    );
                    let count = String::from_utf8(output.stdout).unwrap();
                    let articles: u64 = count
                        .split(|c: char| !c.is_ascii_digit())
                        .filter_map(|word| word.parse().ok())
                        .next_back()
                        .unwrap_or(0);
                    assert!(articles >= last, "{query}: {articles} after {last}");
                    states.fetch_add(
                        u64::from(articles > last),
                        std::sync::atomic::Ordering::Relaxed,
                    );
                    last = articles;
                    asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                }
            });
        }
        let output = place
            .command(&["index", "in", "--commit-every", "0.02", "--memory", "128M"])
            .output()
            .unwrap();
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    });
    place.ok(&["check", "--full"], 0);
    println!(
        "two readers beside a writer of {stories} stories: {} queries, 0 failed, {} times more was found than before, never less",
        asked.into_inner(),
        states.into_inner()
    );
}
