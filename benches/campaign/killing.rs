//! Killed at random moments, and a disk without room.

use std::fs;
use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant};

use crate::program::{Dice, Place, files};

/// Stories of the corpus that are indexed unless it is said: a tenth of the news of
/// six years. More: all there are.
pub(crate) const STORIES: usize = 3300;
/// Stories in a file: the ledger knows files, so there is one to acknowledge
/// every few milliseconds.
const A_FILE: usize = 25;

/// The beginning of a corpus in many small files, in a folder `in`.
pub(crate) fn prepared(corpus: &str, stories: usize) -> Place {
    let place = Place::new();
    let corpus = fs::canonicalize(corpus).expect("the corpus");
    let file = fs::File::open(&corpus).expect("the corpus");
    let read: Box<dyn std::io::Read> = match corpus.extension() {
        Some(ext) if ext == "zst" => Box::new(zstd::Decoder::new(file).unwrap()),
        _ => Box::new(file),
    };
    fs::create_dir(place.path("in")).unwrap();
    let lines: Vec<String> = BufReader::new(read)
        .lines()
        .take(stories)
        .map(|line| line.unwrap() + "\n")
        .collect();
    for (n, lines) in lines.chunks(A_FILE).enumerate() {
        fs::write(place.path(&format!("in/{n:04}.jsonl")), lines.concat()).unwrap();
    }
    // A file that changed a moment ago is read again.
    std::thread::sleep(Duration::from_millis(2100));
    place
}

const INDEX: [&str; 6] = ["index", "in", "--commit-every", "0.05", "--memory", "128M"];

pub(crate) fn kill(corpus: &str, times: u64, stories: usize, seed: u64) {
    let place = prepared(corpus, stories);
    let begun = Instant::now();
    place.ok(&INDEX, 0);
    let whole = begun.elapsed().as_millis() as u64;
    let want = place.answers().stdout;
    let all = place.articles();
    fs::remove_dir_all(place.index()).unwrap();

    let mut dice = Dice::new(seed);
    let (mut kills, mut ends, mut seen, mut partial, mut left) = (0, 0, 0, 0, 0);
    while kills < times {
        let mut child = place.spawn(&INDEX);
        std::thread::sleep(Duration::from_millis(20 + dice.below(whole)));
        let done = child.try_wait().unwrap().is_some();
        let _ = child.kill();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        if done {
            assert_eq!(output.status.code(), Some(0), "{said}");
        } else {
            kills += 1;
        }
        if !place.index().join("CURRENT").exists() {
            assert_eq!(seen, 0, "an index is gone");
            continue;
        }
        place.ok(&["check", "--full"], 0);
        let now = place.articles();
        assert!(now >= seen, "{now} articles, {seen} were there before");
        assert!(now <= all, "{now} articles of {all}: some twice");
        partial += u64::from(now > seen && now < all);
        seen = now;
        left = left.max(files(&place.index()).len());
        if done {
            assert_eq!(now, all);
            assert!(
                place.answers().stdout == want,
                "other answers than those of one clean run"
            );
            ends += 1;
            seen = 0;
            fs::remove_dir_all(place.index()).unwrap();
        }
    }
    println!(
        "{kills} kills while indexing {all} articles ({whole} ms): {partial} left a new commit short of the whole, \
         {ends} runs came to their end with the answers of a clean run; 0 lost, 0 twice, 0 stale locks, \
         0 damaged; at most {left} files in the index"
    );
}

/// Files may grow to so many blocks of 512 bytes, from none up to enough.
pub(crate) fn full(corpus: &str) {
    let place = prepared(corpus, STORIES);
    place.ok(&INDEX, 0);
    let want = place.answers().stdout;
    let (mut refused, mut done) = (0, 0);
    for blocks in (0..4000).step_by(40) {
        fs::remove_dir_all(place.index()).unwrap();
        let line = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let output = std::process::Command::new("sh")
            .args(["-c", &line, env!("CARGO_BIN_EXE_jianbao")])
            .args(INDEX)
            .current_dir(place.path(""))
            .env("JIANBAO_INDEX", place.index())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        match output.status.code() {
            Some(0) => done += 1,
            Some(2) => {
                refused += 1;
                assert_eq!(said.lines().count(), 1, "{blocks}: {said}");
                assert!(said.contains("index/"), "{blocks}: no file named: {said}");
            }
            code => panic!("{blocks}: {code:?} {said}"),
        }
        if place.index().join("CURRENT").exists() {
            place.ok(&["check", "--full"], 0);
        }
        place.ok(&INDEX, 0);
        assert!(place.answers().stdout == want, "{blocks}: other answers");
    }
    println!(
        "{} limits on the size of a file: {refused} refused in one line that names the file, {done} done; \
              0 damaged, each ended by the next run as one clean run",
        refused + done
    );
}

/// A file system of so many KB that is full before the run is at its end.
pub(crate) fn room(corpus: &str) {
    let place = prepared(corpus, STORIES);
    place.ok(&INDEX, 0);
    let want = place.answers().stdout;
    let (mut refused, mut done, mut said) = (0, 0, String::new());
    for kb in (64..16_000).step_by(640) {
        fs::remove_dir_all(place.index()).unwrap();
        fs::create_dir(place.index()).unwrap();
        let mount = |options: &str| {
            let mut mount = std::process::Command::new("mount");
            let status = mount
                .args(["-t", "tmpfs", "-o", options, "tmpfs"])
                .arg(place.index())
                .status();
            assert!(status.unwrap().success(), "a superuser mounts");
        };
        mount(&format!("size={kb}k"));
        let output = place.run(&INDEX);
        let line = String::from_utf8_lossy(&output.stderr).into_owned();
        match output.status.code() {
            Some(0) => done += 1,
            Some(2) => {
                refused += 1;
                assert_eq!(line.lines().count(), 1, "{kb}: {line}");
                assert!(
                    line.contains("index/") && line.contains("No space"),
                    "{kb}: {line}"
                );
                said = line;
            }
            code => panic!("{kb}: {code:?} {line}"),
        }
        if place.index().join("CURRENT").exists() {
            place.ok(&["check", "--full"], 0);
        }
        mount("remount,size=200m");
        place.ok(&INDEX, 0);
        let same = place.answers().stdout == want;
        place.ok(&["check", "--full"], 0);
        let mut umount = std::process::Command::new("umount");
        assert!(umount.arg(place.index()).status().unwrap().success());
        assert!(same, "{kb}: other answers");
    }
    println!(
        "{} file systems of 64 KB to 16 MB: {refused} full, each in one line that names the file, {done} large enough; \
         0 damaged, each ended by the next run with room as one clean run; e.g. {}",
        refused + done,
        said.trim()
    );
}
