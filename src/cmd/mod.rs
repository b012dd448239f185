//! One file a command: arguments in, the rooms asked, the answer rendered.

mod check;
mod clean;
mod dict;
mod eval;
mod index;
mod search;
mod segment;
mod show;
mod stats;
mod tune;

use std::error::Error;
use std::fs;
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::CommandFactory;
use jianbao::fold::to_simplified;
use jianbao::render::printable;
use jianbao::search::query::Lang;
use jianbao::segment::{UserWord, parse_dict};
use rayon::ThreadPoolBuilder;

use crate::cli::{Cli, Command, Common, INDEX, INDEX_VARIABLE, LangArg, ScriptArg, When};

/// Exit status: found, done.
const DONE: ExitCode = ExitCode::SUCCESS;
/// Exit status: nothing found, or damage found.
const NOTHING: u8 = 1;
/// Exit status: done, but some input was rejected.
const REJECTED: u8 = 3;
/// Exit status: stopped by Ctrl-C.
const INTERRUPTED: u8 = 130;

/// Runs a command.
pub(crate) fn run(cli: Cli) -> Result<ExitCode> {
    let common = cli.common;
    match &cli.command {
        Command::Search(args) if args.from.is_empty() => use_threads_and_memory(&common)?,
        _ => use_threads(&common)?,
    }
    match cli.command {
        Command::Index(args) => index::run(&common, &args),
        Command::Search(args) => search::run(&common, &args),
        Command::Show(args) => show::run(&common, &args),
        Command::Clean(args) => clean::run(&args),
        Command::Segment(args) => segment::run(&common, &args),
        Command::Stats(args) => stats::run(&common, &args),
        Command::Check(args) => check::run(&common, &args),
        Command::Eval(args) => eval::run(&common, &args),
        Command::Tune(args) => tune::run(&common, &args),
        Command::Dict(command) => dict::run(&common, &command),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "jianbao", &mut script);
            write_out(&script)
        }
        Command::Man => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            write_out(&page)
        }
    }
}

/// Standard output, buffered; a reader that went away is an error to stop on.
fn out() -> std::io::BufWriter<std::io::StdoutLock<'static>> {
    std::io::BufWriter::with_capacity(1 << 16, std::io::stdout().lock())
}

/// Writes all there is to say to standard output.
fn write_out(bytes: &[u8]) -> Result<ExitCode> {
    let mut out = out();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(DONE)
}

/// Writes one line to standard error, unless asked to be quiet.
fn tell(common: &Common, line: &str) {
    if !common.quiet {
        for line in line.lines() {
            anstream::eprintln!("{}", printable(line));
        }
    }
}

/// The index that is meant where the command line names none.
fn usual_index() -> PathBuf {
    std::env::var_os(INDEX_VARIABLE).map_or_else(|| PathBuf::from(INDEX), PathBuf::from)
}

/// The language of messages: `--lang`, else the environment, else English.
fn lang(common: &Common) -> Lang {
    match common.lang {
        Some(LangArg::Zh) => Lang::Zh,
        Some(LangArg::En) => Lang::En,
        None => {
            let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
                .iter()
                .filter_map(|name| std::env::var(name).ok())
                .find(|value| !value.is_empty());
            match set {
                Some(value) if value.starts_with("zh") => Lang::Zh,
                _ => Lang::En,
            }
        }
    }
}

/// Picks the message of a language.
fn say(lang: Lang, zh: String, en: String) -> String {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// Whether standard output is to be coloured.
fn colour(common: &Common) -> bool {
    match common.color {
        When::Always => true,
        When::Never => false,
        When::Auto => match anstream::AutoStream::choice(&std::io::stdout()) {
            anstream::ColorChoice::Never => false,
            anstream::ColorChoice::Auto => std::io::stdout().is_terminal(),
            _ => true,
        },
    }
}

/// Threads to work with.
fn threads(common: &Common) -> usize {
    match common.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads.min(64),
    }
}

/// Sets how many threads work in parallel; without a word on it they are begun
/// when they are first needed, as many as there are cores.
///
/// # Errors
/// When they cannot be begun.
fn use_threads(common: &Common) -> Result<()> {
    match common.threads {
        0 => Ok(()),
        _ => begin(ThreadPoolBuilder::new().num_threads(threads(common))),
    }
}

/// Bytes that a thread takes for a question to a large archive, about: below the 32 MB up to
/// which glibc's threshold follows.
const AHEAD: usize = 24 << 20;

/// Begins the threads of who answers questions, and readies memory for that.
///
/// glibc's allocator asks the system for every large piece and for every 128 KB of small
/// ones, and gives large ones back at once; threads that do so at the same time wait for one
/// another. A piece that was asked for and given back tells it to keep such (`mallopt(3)`, the
/// dynamic threshold), a second one lengthens the thread's own stretch, and both cost nothing
/// until they are written to. × 10 of the news, cold: a tenth of the time. To other allocators
/// it is nothing, and where there is no such piece to be had all goes on without.
///
/// # Errors
/// When the threads cannot be begun.
fn use_threads_and_memory(common: &Common) -> Result<()> {
    fn ask() {
        let mut piece = Vec::<u8>::new();
        let asked = piece.try_reserve_exact(AHEAD);
        drop(std::hint::black_box((piece, asked)));
    }
    ask();
    ask();
    let pool = ThreadPoolBuilder::new().start_handler(|_| ask());
    begin(match common.threads {
        0 => pool,
        _ => pool.num_threads(threads(common)),
    })
}

/// Begins the threads that work in parallel, once in a process.
fn begin(pool: ThreadPoolBuilder) -> Result<()> {
    match pool.build_global() {
        // Without a cause, they are there already.
        Err(error) if error.source().is_some() => {
            Err(error).context("cannot begin the threads to work with; try fewer, --threads 1")
        }
        _ => Ok(()),
    }
}

/// How text is turned for display.
fn script(script: ScriptArg) -> fn(&str) -> String {
    match script {
        ScriptArg::Original => str::to_owned,
        ScriptArg::Simplified => to_simplified,
    }
}

/// Reads a file, or standard input for `-`.
fn read_bytes(path: &Path) -> Result<Vec<u8>> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .context("standard input: cannot read")?;
        return Ok(bytes);
    }
    fs::read(path).with_context(|| format!("{}: cannot read", path.display()))
}

/// Reads a file that must be UTF-8.
fn read_text(path: &Path) -> Result<String> {
    match String::from_utf8(read_bytes(path)?) {
        Ok(text) => Ok(text),
        Err(_) => bail!("{}: not UTF-8; convert it first", path.display()),
    }
}

/// Reads user dictionaries; a bad line is an error with its number. `None`
/// without any.
fn read_dicts(paths: &[PathBuf]) -> Result<Option<Vec<UserWord>>> {
    if paths.is_empty() {
        return Ok(None);
    }
    let mut all = Vec::new();
    for path in paths {
        let (words, bad) = parse_dict(&read_text(path)?);
        if let Some(bad) = bad.first() {
            bail!("{}:{}: {}", path.display(), bad.line, bad.reason);
        }
        all.extend(words);
    }
    Ok(Some(all))
}
