//! Damaged texts are restored, and every repair leads back.

use std::fs;

use serde_json::Value;

use crate::env::{Env, project};

/// Damaged files whose sound text nobody can give back: a digit was lost, or a
/// character that nothing on the page tells.
const NOT_YET: &[&str] = &[
    "keji-texhai.simplified",
    "keji-texhai.sound",
    "党日清单.simplified",
    "党日清单.sound",
];

#[test]
fn damaged_texts_are_restored() {
    let env = Env::new();
    let mut wrong = Vec::new();
    let mut seen = 0;
    let mut names: Vec<_> = fs::read_dir(project("corpus/damaged"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    for path in names {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        for (script, kind) in [("original", "sound"), ("simplified", "simplified")] {
            let Ok(want) =
                fs::read_to_string(project(&format!("tests/it/damaged/{stem}.{kind}.txt")))
            else {
                continue;
            };
            seen += 1;
            let run = env
                .run(&["clean", path.to_str().unwrap(), "--script", script])
                .code(0);
            let differs = run
                .stdout()
                .lines()
                .zip(want.lines())
                .find(|(is, want)| is != want)
                .map(|(is, want)| format!("\n  is   {is}\n  want {want}"));
            let same = differs.is_none() && run.stdout().lines().count() == want.lines().count();
            let name = format!("{stem}.{kind}");
            match (same, NOT_YET.contains(&name.as_str())) {
                (true, true) => wrong.push(format!("{name} is restored now: take it off NOT_YET")),
                (false, false) => wrong.push(format!("{name}: {}", differs.unwrap_or_default())),
                _ => {}
            }
        }
        // The audit leads back.
        let audit = env
            .run(&["clean", path.to_str().unwrap(), "--audit"])
            .code(0)
            .json();
        assert!(!audit.is_empty(), "{stem} is damaged");
        for edit in &audit {
            let keys: Vec<&String> = edit.as_object().unwrap().keys().collect();
            assert_eq!(keys[..5], ["kind", "start", "end", "from", "to"]);
            // Candidates stand only beside a loss: a list for each lost character.
            let lost = edit["to"].as_str().unwrap().matches('\u{FFFD}').count();
            match edit
                .get("candidates")
                .map(|lists| lists.as_array().unwrap())
            {
                Some(lists) => assert!(lost > 0 && lists.len() == lost, "{edit}"),
                None => assert_eq!(keys.len(), 5),
            }
        }
        assert_eq!(
            undone(
                env.run(&["clean", path.to_str().unwrap()]).code(0).stdout(),
                &audit
            ),
            found(&path)
        );
        // Repairing what was repaired changes nothing.
        let once = env
            .run(&["clean", path.to_str().unwrap()])
            .code(0)
            .stdout()
            .to_owned();
        let twice = env.run_with(&["clean", "-"], once.as_bytes()).code(0);
        assert_eq!(twice.stdout(), once, "{stem}");
    }
    assert!(seen > 10);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A damaged file, decoded; all of them are UTF-8.
fn found(path: &std::path::Path) -> String {
    String::from_utf8(fs::read(path).unwrap())
        .unwrap()
        .trim_end_matches('\n')
        .to_owned()
}

/// Takes the edits of an audit back, the last first. Places count code points
/// of the input, so the shift of all edits before is added.
fn undone(text: &str, audit: &[Value]) -> String {
    let mut chars: Vec<char> = text.trim_end_matches('\n').chars().collect();
    let mut shift: i64 = 0;
    let places: Vec<(usize, usize, String)> = audit
        .iter()
        .map(|edit| {
            let [from, to] = ["from", "to"].map(|name| edit[name].as_str().unwrap());
            let start = edit["start"].as_i64().unwrap() + shift;
            let length = to.chars().count();
            shift += length as i64 - from.chars().count() as i64;
            assert_eq!(
                edit["end"].as_i64().unwrap() - edit["start"].as_i64().unwrap(),
                from.chars().count() as i64
            );
            (start as usize, start as usize + length, from.to_owned())
        })
        .collect();
    for (start, end, from) in places.into_iter().rev() {
        let end = end.min(chars.len());
        chars.splice(start.min(end)..end, from.chars());
    }
    chars
        .into_iter()
        .collect::<String>()
        .trim_end_matches('\n')
        .to_owned()
}
