//! `jianbao index`: inputs in, a commit and a summary out.

mod dry_run;

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};
use jianbao::decode::label_known;
use jianbao::extract::FieldMap;
use jianbao::index::{Mode, Options, Recut, Salvage, Store, Writer};
use jianbao::ingest::{Event, Settings, Tally, ingest};
use jianbao::render::plural;
use jianbao::search::query::Lang;
use jianbao::source::{Input, Limits, Reject, input_known_by, inputs, stdin_input};
use serde_json::json;

use crate::cli::{Common, IndexArgs, Reading};
use crate::cmd::{DONE, INTERRUPTED, REJECTED, lang, out, read_dicts, say, tell, threads};

/// What is to be done with the inputs.
pub(crate) struct Job<'a> {
    pub(crate) common: &'a Common,
    pub(crate) reading: &'a Reading,
    pub(crate) paths: &'a [PathBuf],
    pub(crate) mode: Mode,
    pub(crate) commit_every: Duration,
}

/// Rejects that are shown at the most, of all files and of one.
const SHOWN: u64 = 20;
const SHOWN_OF_FILE: u64 = 5;

/// What was done.
pub(crate) struct Done {
    pub(crate) tally: Tally,
    pub(crate) seconds: f64,
    /// What of a damaged index could be kept.
    pub(crate) salvage: Salvage,
    /// What another user dictionary did to the index that was there.
    pub(crate) recut: Option<Recut>,
    /// It was built anew: what was dropped is what the old one had.
    rebuilt: bool,
}

pub(crate) fn run(common: &Common, args: &IndexArgs) -> Result<ExitCode> {
    let job = Job {
        common,
        reading: &args.reading,
        paths: &args.paths,
        mode: if args.rebuild {
            Mode::Rebuild
        } else {
            Mode::Update
        },
        commit_every: args.commit_every,
    };
    if args.dry_run {
        return dry_run::run(&job, args.json);
    }
    let done = job.run()?;
    let mut out = out();
    if args.json {
        let stats = crate::cmd::stats::gather(&common.index)?;
        let tally = &done.tally;
        let object = json!({
            "accepted": tally.accepted,
            "unchanged": tally.unchanged,
            "rejected": tally.rejected,
            "dropped": tally.dropped,
            "articles": stats.articles,
            "passages": stats.passages,
            "bytes": tally.bytes,
            "seconds": (done.seconds * 1000.0).round() / 1000.0,
            "repaired": tally.repaired,
            "repairs": tally.repairs,
            "recut": done.recut.map(|recut| recut.changed),
        });
        writeln!(out, "{object}")?;
    } else if !common.quiet {
        writeln!(out, "{}", done.summary(lang(common)))?;
    }
    out.flush()?;
    Ok(done.code())
}

impl Job<'_> {
    /// The files that are offered, each once, and what could not be listed.
    fn inputs(&self) -> Result<(Vec<Input>, Vec<Reject>)> {
        let mut found: Vec<Input> = Vec::new();
        let (mut rejects, mut unread) = (Vec::new(), Vec::new());
        let mut seen = std::collections::HashSet::new();
        for path in self.paths {
            if path == Path::new("-") {
                found.push(stdin_input());
                continue;
            }
            let listed = match inputs(path) {
                Ok(listed) => listed,
                Err(reject) => {
                    unread.push(reject);
                    continue;
                }
            };
            for input in listed {
                match input {
                    Ok(input) => {
                        if seen.insert(input.path.clone()) {
                            found.push(input);
                        }
                    }
                    Err(reject) => rejects.push(reject),
                }
            }
        }
        // One wrong PATH costs nothing but itself, unless what is not read is dropped.
        let drops = self.reading.prune || self.mode == Mode::Rebuild;
        if let Some(first) = unread
            .first()
            .filter(|_| drops || unread.len() == self.paths.len())
        {
            let error = anyhow!("{first}");
            return Err(match self.reading.prune {
                true => error.context("to drop what is gone name no PATH: jianbao index --prune"),
                false => error,
            });
        }
        rejects.append(&mut unread);
        // Where there is no index yet, nothing can be gone from it.
        if self.paths.is_empty() && self.reading.prune {
            Store::open_ledger(&self.common.index)?;
        }
        // Another dictionary alone is no reason to read anything.
        if self.paths.is_empty() && self.mode != Mode::Update {
            for entry in Store::open_ledger(&self.common.index)? {
                // A file that is gone takes its articles along: that is what
                // building anew from what is there means.
                found.extend(input_known_by(&entry.path, &entry.name));
            }
            // A repair keeps what is whole all the same.
            if found.is_empty() && self.mode != Mode::Repair {
                bail!(
                    "none of the files that were indexed is there any more; name the PATHs to read"
                );
            }
        }
        // `index .` must not read what it writes, nor a rebuild what such a run once read.
        if let Ok(own) = std::fs::canonicalize(&self.common.index) {
            found.retain(|input| !input.path.starts_with(&own));
        }
        // Which of two records that bear one id keeps it depends on which is
        // read first: not on the order in which paths were typed.
        found.sort_by(Input::in_order);
        Ok((found, rejects))
    }

    /// Reads the inputs into the index.
    pub(crate) fn run(&self) -> Result<Done> {
        let begun = Instant::now();
        let settings = Arc::new(self.settings()?);
        let dict = read_dicts(&self.reading.dict)?;
        let (mut inputs, unlisted) = self.inputs()?;
        let mut log = match &self.reading.rejects {
            None => None,
            Some(path) => {
                let named = std::fs::canonicalize(path).ok();
                let listed = |input: &Input| Some(&input.path) == named.as_ref();
                if inputs.iter().any(listed) && !is_log(path) {
                    bail!(
                        "--rejects {}: it is one of the files to read, and would be overwritten; choose another name",
                        path.display()
                    );
                }
                inputs.retain(|input| !listed(input));
                let file = File::create(path);
                let file = file.with_context(|| format!("{}: cannot write", path.display()))?;
                Some(BufWriter::new(file))
            }
        };
        let threads = threads(self.common);
        let mut writer = Writer::open(
            &self.common.index,
            &Options {
                threads,
                memory: self.common.memory,
                dict,
                mode: self.mode,
                commit_every: self.commit_every,
            },
        )?;
        let salvage = writer.salvage().clone();
        let recut = writer.recut();
        stop_on_interrupt(settings.clone());
        let total: u64 = inputs
            .iter()
            .filter_map(|input| input.stamp.map(|stamp| stamp.bytes))
            .sum();
        let bar = progress(self.common, total);
        let (mut rejected, mut shown) = (0u64, 0u64);
        // Of the file at hand: one that is no text may be full of bad lines.
        let mut of_file = (String::new(), 0u64);
        let mut reject = |reject: &Reject| -> Result<()> {
            rejected += 1;
            if of_file.0 != reject.origin.path {
                of_file = (reject.origin.path.clone(), 0);
            }
            of_file.1 += 1;
            if shown < SHOWN && of_file.1 <= SHOWN_OF_FILE || self.common.verbose > 0 {
                shown += 1;
                bar.suspend(|| tell(self.common, &reject.to_string()));
            }
            if let Some(log) = &mut log {
                serde_json::to_writer(&mut *log, &reject_line(reject))?;
                writeln!(log)?;
            }
            Ok(())
        };
        let mut failed = Ok(());
        for unlisted in &unlisted {
            reject(unlisted)?;
        }
        let mut tally = ingest(inputs, &mut writer, &settings, &mut |event| match event {
            Event::Rejected(rejected) => {
                if let Err(error) = reject(rejected) {
                    failed = Err(error);
                }
            }
            Event::Progress(tally, done) => show_progress(&bar, tally, begun, done, total),
        })?;
        tally.rejected += unlisted.len() as u64;
        bar.finish_and_clear();
        if tally.stopped {
            writer.stop()?;
        } else {
            writer.finish()?;
        }
        failed?;
        if let Some(mut log) = log {
            log.flush()?;
        }
        if rejected > shown {
            tell(
                self.common,
                &say(
                    lang(self.common),
                    format!(
                        "另有 {} 条被拒，用 --rejects FILE 全部写出",
                        rejected - shown
                    ),
                    format!(
                        "{} more were rejected; --rejects FILE writes them all",
                        rejected - shown
                    ),
                ),
            );
        }
        Ok(Done {
            tally,
            seconds: begun.elapsed().as_secs_f64(),
            salvage,
            recut,
            rebuilt: self.mode == Mode::Rebuild,
        })
    }

    /// How the inputs are to be read.
    fn settings(&self) -> Result<Settings> {
        Ok(Settings {
            encoding: self.encoding()?,
            map: self.map()?,
            prune: self.reading.prune,
            limits: self.limits(),
            ..Settings::default()
        })
    }

    fn map(&self) -> Result<FieldMap> {
        let mut map = FieldMap::default();
        for pair in &self.reading.map {
            map.add(pair).context("--map")?;
        }
        Ok(map)
    }

    fn limits(&self) -> Limits {
        Limits {
            // A text takes about six times its length while it is indexed.
            record_bytes: self.reading.max_entry.min(self.common.memory as u64 / 8),
            archive_bytes: self.reading.max_archive,
            entries: self.reading.max_entries,
            ratio: self.reading.max_ratio,
            ..Limits::default()
        }
    }

    fn encoding(&self) -> Result<Option<String>> {
        match &self.reading.encoding {
            Some(label) if !label_known(label) => {
                bail!("--encoding {label}: no such encoding; try gb18030, big5, utf-8 or utf-16le")
            }
            label => Ok(label.clone()),
        }
    }
}

impl Done {
    /// One line for a person.
    pub(crate) fn summary(&self, lang: Lang) -> String {
        let Tally {
            accepted,
            unchanged,
            rejected,
            dropped,
            repaired,
            ..
        } = self.tally;
        let rate = self.tally.bytes as f64 / 1e6 / self.seconds.max(1e-9);
        let seconds = self.seconds;
        let mut line = say(
            lang,
            format!(
                "收录 {accepted}，未变 {unchanged}，拒绝 {rejected}，{seconds:.2} 秒，{rate:.1} MB/s"
            ),
            format!(
                "accepted {accepted}, unchanged {unchanged}, rejected {rejected}, {seconds:.2} s, {rate:.1} MB/s"
            ),
        );
        if repaired > 0 {
            let kinds: Vec<String> = self
                .tally
                .repairs
                .iter()
                .map(|(kind, count)| format!("{kind} {count}"))
                .collect();
            line += &say(
                lang,
                format!("\n修复 {repaired} 篇：{}", kinds.join("，")),
                format!(
                    "\nrepaired {}: {}",
                    plural(repaired, "article"),
                    kinds.join(", ")
                ),
            );
        }
        if let Some(recut) = self.recut {
            line += "\n";
            line += &recut_line(lang, recut);
        }
        if dropped > 0 {
            line += &say(
                lang,
                match self.rebuilt {
                    false => format!("\n删去 {dropped} 篇：原文件已不在或不再含有"),
                    true => format!(
                        "\n新索引中没有原来的 {dropped} 篇：原文件已不在、未指明或不再含有，或是从标准输入读来"
                    ),
                },
                match self.rebuilt {
                    false => format!(
                        "\ndropped {}: their file is gone or holds them no longer",
                        plural(dropped, "article")
                    ),
                    true => format!(
                        "\nnot in the new index: {} of the old one, whose file is gone, was not named or holds them no longer, or that came through standard input",
                        plural(dropped, "article")
                    ),
                },
            );
        }
        if self.tally.stopped {
            line += &say(
                lang,
                "\n已中断：已读的都已保存，再运行一次即可继续".to_owned(),
                "\nstopped: what was read is kept; run again to go on".to_owned(),
            );
        }
        line
    }

    /// Exit status.
    pub(crate) fn code(&self) -> ExitCode {
        if self.tally.stopped {
            ExitCode::from(INTERRUPTED)
        } else if self.tally.rejected > 0 {
            ExitCode::from(REJECTED)
        } else {
            DONE
        }
    }
}

/// What another user dictionary does.
fn recut_line(lang: Lang, Recut { articles, changed }: Recut) -> String {
    say(
        lang,
        format!("用户词典已更换：{articles} 篇中有 {changed} 篇分词不同，已重新索引"),
        format!("another user dictionary: {changed} of {articles} articles re-indexed"),
    )
}

/// Whether a file is what `--rejects` wrote before, or empty.
fn is_log(path: &Path) -> bool {
    let mut line = String::new();
    let read =
        File::open(path).and_then(|file| BufReader::new(file).take(1 << 16).read_line(&mut line));
    let is_line = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        line["reason"].is_string() && line.get("record").is_some() && line.get("body").is_none()
    };
    read.is_ok_and(|bytes| bytes == 0 || is_line(&line))
}

/// The line of `--rejects`.
fn reject_line(reject: &Reject) -> serde_json::Value {
    json!({
        "path": reject.origin.path,
        "entry": reject.origin.entry,
        "record": reject.origin.record,
        "reason": reject.reason,
    })
}

/// The first Ctrl-C commits what is done and stops; the second stops at once.
fn stop_on_interrupt(settings: Arc<Settings>) {
    // Fails only when a handler is set already: then that one does the same.
    let _ = ctrlc::set_handler(move || {
        if settings.stop.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(INTERRUPTED));
        }
    });
}

fn progress(common: &Common, bytes: u64) -> ProgressBar {
    if common.quiet || !std::io::stderr().is_terminal() || bytes == 0 {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(Duration::from_millis(120));
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
        bar.set_style(style);
    }
    bar
}

fn show_progress(bar: &ProgressBar, tally: &Tally, begun: Instant, done: u64, total: u64) {
    let seconds = begun.elapsed().as_secs_f64().max(1e-3);
    let mut line = format!(
        "{}, {:.1} MB, {:.1} MB/s",
        plural(tally.accepted + tally.unchanged, "article"),
        tally.bytes as f64 / 1e6,
        tally.bytes as f64 / 1e6 / seconds,
    );
    // Packed files say nothing of how much is left in them.
    let share = done as f64 / total.max(1) as f64;
    if (0.01..1.0).contains(&share) {
        let left = seconds / share - seconds;
        line += &format!(", {:.0} %, {left:.0} s left", share * 100.0);
    }
    bar.set_message(line);
}
