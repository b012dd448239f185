//! Crashes at every call, and every call failing: what was acknowledged stands,
//! and the next run ends where one clean run would.

mod disk;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use tantivy::DocSet;

use self::disk::{CRASHES, Fault, Memory};
use crate::article::{Article, Draft, Found, Kind, Origin};
use crate::index::disk::Files;
use crate::index::{COMMIT_EVERY, Entry, Health, Meta, Mode, Options, Spot, Store, Writer};
use crate::segment::UserWord;
use crate::source::Stamp;

const DIR: &str = "/archive/index";
/// Articles of each commit.
const EACH: u64 = 3;
/// Commits of a run.
const COMMITS: u64 = 3;

fn options(mode: Mode) -> Options {
    Options {
        threads: 1,
        memory: 64 << 20,
        dict: None,
        mode,
        commit_every: COMMIT_EVERY,
    }
}

/// What is known of an article that came from nowhere.
pub(super) fn bare_facts(id: &str, article: &Article) -> Meta {
    let body = article.paragraphs.iter().find(|p| p.kind == Kind::Body);
    Meta {
        id: id.to_owned(),
        title: article.title.clone(),
        date: None,
        written: None,
        number: None,
        cited: Vec::new(),
        source: None,
        url: None,
        origin: Origin::default(),
        span: 0..0,
        sha256: String::new(),
        flaws: None,
        credits: Vec::new(),
        passages: 0,
        lead: body.map_or(0, |p| p.text_start),
        kinds: article.paragraphs.iter().map(|p| p.kind).collect(),
        head: None,
        extra: serde_json::Map::new(),
        witnesses: Vec::new(),
        edits: Vec::new(),
        repaired_title: None,
        encoding: "utf-8".to_owned(),
    }
}

fn add(writer: &mut Writer, path: &str, n: u64) -> Result<()> {
    let found = |text: &str| {
        Some(Found {
            value: text.to_owned(),
            from: crate::article::Evidence::Field,
        })
    };
    let draft = Draft {
        title: found(&format!("第{n}号防汛简报")),
        body: format!("县水利局第{n}次通报，水库水位平稳，值班人员全部到岗。"),
        ..Draft::default()
    };
    let article = Article::from_draft(draft).expect("an article");
    let mut meta = bare_facts(&format!("n{n}"), &article);
    writer.add(&article, &mut meta, Spot::new(path, n, n))?;
    Ok(())
}

/// The whole run: files of three articles, a commit after each, a merge.
fn run(disk: &Memory, mode: Mode) -> Result<()> {
    let files = Files::on(Arc::new(disk.clone()));
    let mut writer = Writer::open_on(&files, Path::new(DIR), &options(mode))?;
    for commit in 0..COMMITS {
        let path = format!("/archive/{commit}.jsonl");
        for n in 0..EACH {
            add(&mut writer, &path, commit * EACH + n)?;
        }
        let entry = Entry {
            path,
            name: String::new(),
            limits: crate::source::Limits::default(),
            told: 0,
            stamp: Stamp {
                bytes: 1,
                mtime_ns: 1,
            },
            read_ns: 1,
            articles: EACH,
            rejects: Vec::new(),
            more_rejected: 0,
            shadows: Vec::new(),
            gone: false,
        };
        writer.close_input(entry, true)?;
        if commit + 1 == COMMITS {
            writer.close_inputs()?;
        }
        writer.commit()?;
        if mode == Mode::Update {
            disk.acknowledge(commit + 1);
        }
    }
    writer.merge_all()?;
    writer.finish()?;
    disk.acknowledge(COMMITS);
    Ok(())
}

/// Commits that a reader sees. A folder without an index has none.
fn seen(disk: &Memory) -> u64 {
    let files = Files::on(Arc::new(disk.clone()));
    let store = match Store::open_on(&files, Path::new(DIR)) {
        Ok(store) => store,
        Err(error) => {
            let error = format!("{error:#}");
            assert!(error.contains("no index here yet"), "{error}");
            return 0;
        }
    };
    let docs: u32 = store.segments().iter().map(|s| s.num_docs()).sum();
    let commits = store.inputs().expect("a ledger").len() as u64;
    assert_eq!(
        u64::from(docs),
        commits * EACH,
        "index and ledger are one state"
    );
    let health = Health::on(&files, Path::new(DIR), true).expect("an index");
    assert_eq!(health.damaged, [], "every byte is as it was written");
    commits
}

/// After a crash: at least what was acknowledged, at most one commit more.
fn settled(disk: &Memory, acknowledged: u64, what: &str, again: bool) {
    let commits = seen(disk);
    assert!(
        (acknowledged..=acknowledged + 1).contains(&commits),
        "{what}: {commits} commits, {acknowledged} acknowledged"
    );
    if again {
        run(disk, Mode::Update).unwrap_or_else(|error| panic!("{what}: {error:#}"));
        assert_eq!(seen(disk), COMMITS, "{what}: run again");
    }
}

/// Every so manieth point is tried. All of them take a minute or two:
/// `JIANBAO_STEP=1 cargo test --release --lib index::tests -- --nocapture`.
fn step(usual: usize) -> usize {
    let asked = std::env::var("JIANBAO_STEP").ok();
    asked.and_then(|step| step.parse().ok()).unwrap_or(usual)
}

/// Tries every point, some at a time: a run mostly waits for threads that start
/// and end. Returns how many there were.
fn each<T: Sync>(points: &[T], attempt: impl Fn(usize, &T) + Sync) -> usize {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    let Some(point) = points.get(nth) else { break };
                    attempt(nth, point);
                }
            });
        }
    });
    points.len()
}

/// Crashes after every `step`-th call that changed the disk.
fn crashes(step: usize) -> usize {
    let disk = Memory::recording();
    run(&disk, Mode::Update).expect("a sound disk");
    let points: Vec<_> = (0..disk.moments())
        .step_by(step)
        .flat_map(|moment| CRASHES.map(|crash| (moment, crash)))
        .collect();
    each(&points, |nth, (moment, crash)| {
        let (left, acknowledged) = disk.after(*moment, *crash);
        let what = format!("{crash:?} after call {moment}");
        settled(&left, acknowledged, &what, nth % 3 == 0);
    })
}

/// Fails every `step`-th call; also counts the runs that ended with an error. The
/// others failed where nothing is lost by it, as when what is no longer needed
/// cannot be removed.
fn faults(step: usize) -> (usize, usize) {
    let sound = Memory::default();
    run(&sound, Mode::Update).expect("a sound disk");
    // Threads of a merge come and go: the same call has not the same number each time.
    let calls = sound.calls() + 8;
    let points: Vec<_> = [Fault::Once, Fault::Full, Fault::Short]
        .into_iter()
        .flat_map(|fault| (1..=calls).step_by(step).map(move |call| (fault, call)))
        .collect();
    let errors = AtomicUsize::new(0);
    let all = each(&points, |nth, (fault, call)| {
        let disk = Memory::failing(*call, *fault);
        let result = run(&disk, Mode::Update);
        let what = format!("{fault:?} at call {call}: {:?}", disk.failed());
        if let Err(error) = &result {
            let error = format!("{error:#}");
            assert!(
                error.contains("/archive/index"),
                "{what}: no file in {error:?}"
            );
            assert!(disk.failed().is_some(), "{what}: {error}");
            errors.fetch_add(1, Ordering::Relaxed);
        }
        settled(&disk.mended(), disk.acknowledged(), &what, nth % 3 == 0);
    });
    (all, errors.into_inner())
}

#[test]
fn a_crash_leaves_what_was_acknowledged() {
    let points = crashes(step(61));
    println!("{points} crashes");
    assert!(points > 8);
}

#[test]
fn a_failing_call_leaves_what_was_acknowledged() {
    let (points, errors) = faults(step(97));
    println!("{points} failing calls, {errors} of them end the run");
    assert!(points > 5 && errors > 0);
}

#[test]
fn a_crash_in_a_rebuild_leaves_the_old_index() {
    let first = Memory::default();
    run(&first, Mode::Update).expect("a sound disk");
    let calls = {
        let disk = first.mended();
        run(&disk, Mode::Rebuild).expect("a sound disk");
        assert_eq!(seen(&disk), COMMITS);
        disk.calls()
    };
    let points: Vec<_> = [Fault::Once, Fault::Full, Fault::Short]
        .into_iter()
        .flat_map(|fault| {
            (1..=calls)
                .step_by(step(142))
                .map(move |call| (fault, call))
        })
        .collect();
    let points = each(&points, |_, (fault, call)| {
        let disk = first.mended();
        disk.fail_at(*call, *fault);
        // Whatever came of it: the old index or the new one, whole.
        let _ = run(&disk, Mode::Rebuild);
        assert_eq!(
            seen(&disk.mended()),
            COMMITS,
            "{fault:?} at call {call} of a rebuild"
        );
    });
    println!("{points} failing calls of a rebuild");
}

/// Gives the index a dictionary.
fn recut(disk: &Memory, words: &[&str]) -> Result<u64> {
    let words = words.iter().map(|word| UserWord {
        word: (*word).to_owned(),
        freq: None,
    });
    let options = Options {
        dict: Some(words.collect()),
        ..options(Mode::Update)
    };
    let files = Files::on(Arc::new(disk.clone()));
    let writer = Writer::open_on(&files, Path::new(DIR), &options)?;
    let changed = writer.recut().map_or(0, |recut| recut.changed);
    writer.finish()?;
    Ok(changed)
}

/// Articles that have a word, as a reader sees it, and whether the user
/// dictionary is there.
fn having(disk: &Memory, word: &str) -> (u64, bool) {
    let files = Files::on(Arc::new(disk.clone()));
    let store = Store::open_on(&files, Path::new(DIR)).expect("an index");
    let mut articles = 0;
    for segment in store.segments() {
        let Some(mut postings) = segment.words().postings(word).expect("postings") else {
            continue;
        };
        while postings.doc() != tantivy::TERMINATED {
            articles += u64::from(!segment.is_deleted(postings.doc()));
            postings.advance();
        }
    }
    (articles, !store.commit().recipe.user_dict.is_empty())
}

#[test]
fn a_crash_between_two_dictionaries_leaves_one_of_them() {
    const WORD: &str = "水利局第";
    let first = Memory::default();
    run(&first, Mode::Update).expect("a sound disk");
    assert_eq!(having(&first, WORD), (0, false));
    let whole = {
        let disk = first.mended();
        assert_eq!(recut(&disk, &[WORD]).expect("a sound disk"), COMMITS * EACH);
        assert_eq!(having(&disk, WORD), (COMMITS * EACH, true));
        assert_eq!(recut(&disk, &[WORD]).expect("a sound disk"), 0);
        assert_eq!(recut(&disk, &[]).expect("a sound disk"), COMMITS * EACH);
        assert_eq!(having(&disk, WORD), (0, false));
        disk.calls()
    };
    for call in (1..=whole / 2).step_by(step(53)) {
        let disk = first.mended();
        disk.fail_at(call, Fault::Once);
        let _ = recut(&disk, &[WORD]);
        let left = disk.mended();
        assert_eq!(seen(&left), COMMITS, "call {call}");
        let all = having(&left, WORD);
        assert!(
            all == (0, false) || all == (COMMITS * EACH, true),
            "call {call}: {all:?}"
        );
        recut(&left, &[WORD]).expect("a sound disk");
        assert_eq!(having(&left, WORD), (COMMITS * EACH, true), "call {call}");
    }
}

#[test]
fn damage_of_any_kind_is_found() {
    let sound = Memory::default();
    run(&sound, Mode::Update).expect("a sound disk");
    for path in sound.paths() {
        let bytes = sound.content(&path).len();
        for damage in 0..4 {
            let disk = sound.mended();
            match damage {
                0 => disk.remove_file(&path),
                1 if bytes > 0 => disk.edit(&path, |content| content.truncate(bytes / 2)),
                2 if bytes > 0 => disk.edit(&path, |content| content[bytes / 3] ^= 4),
                3 if bytes > 0 => disk.edit(&path, |content| content.fill(0)),
                _ => continue,
            }
            let files = Files::on(Arc::new(disk.clone()));
            // An error says that there is no index: also no false answer.
            let found = Health::on(&files, Path::new(DIR), true);
            let harmless = path.ends_with("lock");
            assert!(
                harmless || found.is_err() || !found.unwrap().damaged.is_empty(),
                "{} {damage}",
                path.display()
            );
        }
    }
}
