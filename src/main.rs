//! The jianbao program: arguments in, exit status out.

mod cli;
mod cmd;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::Parser;
use jianbao::render::printable;

use crate::cli::Cli;

fn main() -> ExitCode {
    let cli = match Cli::try_parse_from(cli::arguments()) {
        Ok(cli) => cli,
        Err(error) if !error.use_stderr() => error.exit(),
        Err(error) => {
            let text = error.render().ansi().to_string();
            anstream::eprint!("{}", cli::as_typed(text));
            return ExitCode::from(2);
        }
    };
    let verbose = cli.common.verbose > 0;
    if !verbose {
        // A bug is reported in one line below, never as a backtrace.
        std::panic::set_hook(Box::new(|_| {}));
    }
    match catch_unwind(AssertUnwindSafe(|| cmd::run(cli))) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            // A name in it may come from an archive.
            anstream::eprintln!("error: {}", printable(&format!("{error:#}")));
            ExitCode::from(2)
        }
        Err(_) => {
            anstream::eprintln!(
                "error: a bug in jianbao; run again with -v and please report what it says"
            );
            ExitCode::from(2)
        }
    }
}

/// A reader that goes away (`| head`) is no error.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
