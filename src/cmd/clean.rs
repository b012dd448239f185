//! `jianbao clean`: a text in, the restored text out.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use anyhow::{Result, bail};
use jianbao::decode::{Hint, decode, label_known};
use jianbao::render::json_line;
use jianbao::repair::repair;

use crate::cli::CleanArgs;
use crate::cmd::{DONE, out, read_bytes, script};

pub(crate) fn run(args: &CleanArgs) -> Result<ExitCode> {
    if let Some(label) = &args.encoding
        && !label_known(label)
    {
        bail!("--encoding {label}: no such encoding; try gb18030, big5, utf-8 or utf-16le");
    }
    let bytes = read_bytes(&args.file)?;
    let text = decode(
        &bytes,
        Hint {
            forced: args.encoding.as_deref(),
            ..Hint::default()
        },
    );
    let repaired = repair(&text.text);
    let mut out = out();
    if args.audit {
        for edit in &repaired.edits {
            json_line(edit, &mut out)?;
        }
    } else {
        let shown = script(args.script)(&repaired.text);
        out.write_all(shown.as_bytes())?;
        // What goes into a file is the text; on a screen the prompt begins a line.
        if !shown.ends_with('\n') && std::io::stdout().is_terminal() {
            writeln!(out)?;
        }
    }
    out.flush()?;
    Ok(DONE)
}
