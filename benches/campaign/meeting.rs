//! Readers while the index is replaced, and writers that meet.

use std::fs;
use std::io::Write;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::program::Place;

pub(crate) fn swap(times: u64) {
    let place = Place::new();
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
    place.ok(&["index", corpus], 0);
    let done = AtomicBool::new(false);
    let queries = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for query in ["“主题党日”", "乡村振兴 产业"] {
            let (place, done, queries) = (&place, &done, &queries);
            scope.spawn(move || {
                let want = place.ok(&["search", query, "--json"], 0);
                while !done.load(Ordering::Relaxed) {
                    assert_eq!(place.ok(&["search", query, "--json"], 0), want);
                    queries.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for _ in 0..times {
            place.ok(&["index", "--rebuild"], 0);
        }
        done.store(true, Ordering::Relaxed);
    });
    place.ok(&["check", "--full"], 0);
    let queries = queries.into_inner();
    println!(
        "{times} swaps under two loops of queries: {queries} queries, 0 failed, 0 with another answer"
    );
}

pub(crate) fn writers(times: u64) {
    let place = Place::new();
    fs::write(place.path("a.txt"), "两个人不能同时往一个档案里写。").unwrap();
    place.ok(&["index", "a.txt"], 0);
    let mut slowest = Duration::ZERO;
    for n in 0..times {
        let mut first = place
            .command(&["index", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let pid = first.id().to_string();
        while fs::read_to_string(place.index().join("lock"))
            .unwrap_or_default()
            .trim()
            != pid
        {
            std::thread::sleep(Duration::from_millis(1));
        }
        let begun = Instant::now();
        let second = place.run(&["index", "a.txt"]);
        slowest = slowest.max(begun.elapsed());
        let said = String::from_utf8_lossy(&second.stderr);
        assert_eq!(second.status.code(), Some(2), "{said}");
        assert!(said.contains(&pid), "{said}");
        let mut stdin = first.stdin.take().unwrap();
        writeln!(stdin, "{{\"id\":\"n{n}\",\"body\":\"第{n}次收文。\"}}").unwrap();
        drop(stdin);
        assert!(first.wait().unwrap().success());
    }
    assert_eq!(place.articles(), times + 1);
    place.ok(&["check", "--full"], 0);
    println!(
        "two writers {times} times: the second ended with status 2 and the first one's number, after {slowest:?} at most"
    );
}
