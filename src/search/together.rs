//! Work that is cut into pieces for all cores. What comes of the pieces never
//! depends on who did them, so answers are the same for any number of threads.

use anyhow::Result;
use rayon::prelude::*;

/// Does `run` with each item, at the same time where this is [`inside`]; what came
/// of them, in order.
pub(crate) fn each<T: Send, R: Send>(
    items: Vec<T>,
    run: impl Fn(T) -> Result<R> + Sync + Send,
) -> Result<Vec<R>> {
    if items.len() < 2 || rayon::current_thread_index().is_none() {
        return items.into_iter().map(run).collect();
    }
    items.into_par_iter().with_max_len(1).map(run).collect()
}

/// Does something among the threads that work in parallel: who waits for them
/// again and again from outside waits longer than most queries take.
pub(crate) fn inside<R: Send>(run: impl FnOnce() -> R + Send) -> R {
    if rayon::current_thread_index().is_some() || rayon::current_num_threads() < 2 {
        return run();
    }
    rayon::scope(|_| run())
}
