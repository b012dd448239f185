//! A bound on what waits between the reader of files and the writer's threads.

use std::sync::{Condvar, Mutex, PoisonError};

/// Counts the bytes that wait in the writer's queue, so that `--memory` holds
/// whatever the length of the articles: the queue itself counts documents only.
///
/// The bytes of a document are given back when the writer has taken it.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    waiting: Mutex<usize>,
    changed: Condvar,
}

impl Gate {
    /// Waits until fewer than `limit` bytes are under way, then adds these.
    /// Gives up after `patience`, for a writer that has died takes nothing
    /// more: the caller learns of it from the next call to the writer.
    pub(crate) fn enter(&self, bytes: usize, limit: usize, patience: std::time::Duration) {
        let guard = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut guard, _) = self
            .changed
            .wait_timeout_while(guard, patience, |waiting| {
                *waiting > 0 && *waiting + bytes > limit
            })
            .unwrap_or_else(PoisonError::into_inner);
        *guard += bytes;
    }

    pub(crate) fn leave(&self, bytes: usize) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        *waiting = waiting.saturating_sub(bytes);
        self.changed.notify_one();
    }
}
