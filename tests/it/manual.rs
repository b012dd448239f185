//! A document that is not tested is already wrong.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::env::{Env, Run, blessed, command, finish, golden, project};

/// Runs the program for its help: no environment shows in it.
fn help(args: &[&str]) -> String {
    let env = Env::new();
    let mut command = command(args, &env.path(""), env.index());
    command.env_remove("JIANBAO_INDEX");
    finish(command, b"").code(0).stdout().to_owned()
}

/// The commands, as the help lists them.
fn commands() -> Vec<String> {
    help(&["--help"])
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|name| !name.is_empty() && *name != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_reference_is_what_help_says() {
    let mut text = String::from(
        "# The command line\n\n\
         Written by `JIANBAO_BLESS=1 cargo test --test it` from what `--help` says; do not edit.\n",
    );
    let mut section = |title: &str, args: &[&str]| {
        let page = help(args);
        let page: Vec<&str> = page.lines().map(str::trim_end).collect();
        writeln!(
            text,
            "\n## `{title}`\n\n```text\n{}\n```",
            page.join("\n").trim_end()
        )
        .unwrap();
    };
    section("jianbao", &["--help"]);
    let commands = commands();
    for name in &commands {
        section(&format!("jianbao {name}"), &[name, "--help"]);
    }
    for name in [
        "index",
        "search",
        "show",
        "clean",
        "segment",
        "stats",
        "check",
        "eval",
        "completions",
        "man",
    ] {
        assert!(
            commands.iter().any(|command| command == name),
            "{name}: no such command"
        );
    }
    golden("docs/cli.md", &text);
}

#[test]
fn every_flag_is_explained() {
    for name in commands() {
        let page = help(&[&name, "--help"]);
        let lines: Vec<&str> = page.lines().collect();
        for (n, line) in lines.iter().enumerate() {
            let flag = line.trim_start();
            if !flag.starts_with('-') || !line.starts_with("  ") {
                continue;
            }
            let explained = flag.contains("  ")
                || lines
                    .get(n + 1)
                    .is_some_and(|next| next.starts_with("          "));
            assert!(explained, "jianbao {name}: {flag}");
        }
    }
}

#[test]
fn manual_page_and_completions() {
    let page = help(&["man"]);
    assert!(page.contains(".TH jianbao"), "{page}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = help(&["completions", shell]);
        assert!(
            script.contains("jianbao") && script.contains("prune"),
            "{shell}"
        );
    }
}

/// A command of a README and what is printed below it.
struct Example {
    line: usize,
    command: String,
    output: Vec<String>,
}

/// The examples in the `console` blocks of a page.
fn examples(page: &str) -> Vec<Example> {
    let mut all: Vec<Example> = Vec::new();
    let mut inside = false;
    for (n, line) in page.lines().enumerate() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if inside && let Some(command) = line.strip_prefix("$ ") {
            all.push(Example {
                line: n + 1,
                command: command.to_owned(),
                output: Vec::new(),
            });
        } else if inside {
            let example = all
                .last_mut()
                .unwrap_or_else(|| panic!("line {}: a block begins with `$ `", n + 1));
            example.output.push(line.to_owned());
        }
    }
    all
}

/// Puts `#` for what differs from run to run: seconds, MB/s, MB.
fn masked(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        let units = [" s,", " s ", " MB", " 秒"];
        let measured = units.iter().any(|unit| after.starts_with(unit)) || after == " s";
        out.push_str(if measured { "#" } else { number });
        rest = after;
    }
    out + rest
}

/// Whether an output is the one on the page, in which `…` alone on a line
/// stands for any lines.
fn alike(is: &[String], want: &[String]) -> bool {
    match want.split_first() {
        None => is.is_empty(),
        Some((first, rest)) if first == "…" => {
            (0..=is.len()).any(|skip| alike(&is[skip..], rest))
        }
        Some((first, rest)) => {
            is.first().is_some_and(|line| line == first) && alike(&is[1..], rest)
        }
    }
}

/// Runs a line as a shell does, in the project's folder, with the program at hand.
fn shell(line: &str, env: &Env, lang: &str) -> Run {
    let program = Path::new(env!("CARGO_BIN_EXE_jianbao"));
    let line = line.replace("cargo run --release -- ", "jianbao ");
    let mut path = program.parent().unwrap().as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut shell = std::process::Command::new("sh");
    shell
        .args(["-c", &format!("{{ {line}\n}} 2>&1")])
        .current_dir(project(""))
        .env_remove("LC_ALL")
        .env_remove("LC_MESSAGES")
        .env_remove("CLICOLOR_FORCE")
        .env("JIANBAO_INDEX", env.index())
        .env("PATH", path)
        .env("LANG", lang)
        .env("NO_COLOR", "1");
    finish(shell, b"")
}

/// The lines of an output without what trails.
fn trimmed(text: &str) -> Vec<String> {
    let lines = text.trim_end().lines();
    lines.map(|line| line.trim_end().to_owned()).collect()
}

/// An output, abridged as the page abridges it: as many blocks (or lines)
/// before the `…`, as many lines after it.
fn abridged(is: &[String], page: &[String]) -> Vec<String> {
    // A line that says the same with other seconds stays as it is.
    let measured = |line: String| {
        let same = page.iter().find(|old| masked(old) == masked(&line));
        same.cloned().unwrap_or(line)
    };
    let Some(at) = page.iter().position(|line| line == "…") else {
        return is.iter().cloned().map(measured).collect();
    };
    let blocks = page[..at].iter().filter(|line| line.is_empty()).count();
    let ends = is.iter().enumerate().filter(|(_, line)| line.is_empty());
    let head = match blocks {
        0 => at,
        blocks => ends.map(|(n, _)| n + 1).nth(blocks - 1).unwrap_or(at),
    };
    let tail = is.len().saturating_sub(page.len() - at - 1);
    let head = is.iter().take(head).cloned();
    let rest = is.iter().skip(tail).cloned();
    head.chain(["…".to_owned()])
        .chain(rest)
        .map(measured)
        .collect()
}

#[cfg(unix)]
fn check_page(name: &str, lang: &str) {
    let page = fs::read_to_string(project(name)).unwrap();
    let examples = examples(&page);
    assert!(examples.len() >= 3, "{name} shows what it says");
    let env = Env::new();
    let mut new: Vec<String> = page.lines().map(str::to_owned).collect();
    let mut wrong = Vec::new();
    let mut moved = 0;
    for Example {
        line,
        command,
        output,
    } in examples
    {
        let is = trimmed(shell(&command, &env, lang).stdout());
        let want = trimmed(&output.join("\n"));
        let masked = |lines: &[String]| lines.iter().map(|line| masked(line)).collect::<Vec<_>>();
        if !alike(&masked(&is), &masked(&want)) {
            let from = line.saturating_add_signed(moved);
            let lines = abridged(&is, &want);
            moved += lines.len() as isize - want.len() as isize;
            new.splice(from..from + want.len(), lines);
            wrong.push(format!("{name}:{line}: $ {command}\n{}\n", is.join("\n")));
        }
    }
    if !wrong.is_empty() && blessed() {
        fs::write(project(name), new.join("\n") + "\n").unwrap();
        return;
    }
    assert!(
        wrong.is_empty(),
        "{} examples print something else:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[cfg(unix)]
#[test]
fn the_examples_of_the_readme() {
    check_page("README.md", "C");
}

#[cfg(unix)]
#[test]
fn the_examples_of_the_chinese_readme() {
    check_page("README.zh-CN.md", "zh_CN.UTF-8");
}

/// Links between the documents, and paths they name, lead somewhere.
#[test]
fn links_lead_somewhere() {
    for name in [
        "README.md",
        "README.zh-CN.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "ARCHITECTURE.md",
        "index/README.md",
    ] {
        let page = fs::read_to_string(project(name)).unwrap();
        let mut targets: BTreeSet<String> = page
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
            .map(str::to_owned)
            .collect();
        targets.extend(page.split('`').skip(1).step_by(2).filter_map(|code| {
            let rooted = ["src/", "tests/", "benches/", "docs/", "corpus/"]
                .iter()
                .any(|root| code.starts_with(root));
            (rooted && !code.contains(|c: char| c.is_whitespace() || "*<…".contains(c)))
                .then(|| code.to_owned())
        }));
        for target in targets {
            if target.starts_with("http") || target.starts_with('#') {
                continue;
            }
            let file = target.split('#').next().unwrap_or_default();
            assert!(
                project(file).exists(),
                "{name} names {target}, which is not there"
            );
        }
    }
}
