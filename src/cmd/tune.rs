//! `jianbao tune`: ranking weights from the archive's own headlines.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use jianbao::search::judge::read_topics;
use jianbao::search::{Searcher, Teaching, tune};

use crate::cli::{Common, TuneArgs};
use crate::cmd::{DONE, lang, out, read_text, say};

pub(crate) fn run(common: &Common, args: &TuneArgs) -> Result<ExitCode> {
    let mut teaching = Teaching {
        headlines: args.headlines,
        except: std::collections::HashSet::new(),
    };
    for path in &args.except {
        let topics = read_topics(&path.display().to_string(), &read_text(path)?)?;
        teaching
            .except
            .extend(topics.into_iter().map(|topic| topic.text));
    }
    let searcher = Searcher::open_untuned(&common.index)?;
    let tuned = tune(&searcher, &teaching)?;
    let mut out = out();
    if args.json {
        writeln!(out, "{}", serde_json::to_string(&tuned)?)?;
    } else {
        let lang = lang(common);
        let (low, high) = tuned.gain;
        let line = say(
            lang,
            format!(
                "学自 {} 条标题，以另外 {} 条评判：nDCG@10 {:.4} → {:.4}，增减 [{low:+.4}, {high:+.4}]",
                tuned.learnt, tuned.judged, tuned.built_in, tuned.tuned
            ),
            format!(
                "learnt from {} headlines, judged on {} others: nDCG@10 {:.4} → {:.4}, difference [{low:+.4}, {high:+.4}]",
                tuned.learnt, tuned.judged, tuned.built_in, tuned.tuned
            ),
        );
        writeln!(out, "{line}")?;
        let line = if tuned.better {
            say(
                lang,
                "更好：今后的检索用学到的权重".to_owned(),
                "better: searches use what was learnt from now on".to_owned(),
            )
        } else {
            say(
                lang,
                "不比内置的好：仍用内置的权重".to_owned(),
                "no better than the built-in weights: those stay in use".to_owned(),
            )
        };
        writeln!(out, "{line}")?;
    }
    out.flush()?;
    Ok(DONE)
}
