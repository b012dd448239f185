//! A bound on what waits between the reader of files and the writer's threads.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often one who waits looks whether the writer still lives.
const LOOK_UP: Duration = Duration::from_millis(20);
/// How long at most one waits, for a writer that died in silence.
const PATIENCE: Duration = Duration::from_secs(30);

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
    ///
    /// A writer that `died` takes nothing more and is not waited for: the caller
    /// learns of it from the next call to the writer.
    pub(crate) fn enter(&self, bytes: usize, limit: usize, died: impl Fn() -> bool) {
        let begun = Instant::now();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        while *waiting > 0 && *waiting + bytes > limit && !died() && begun.elapsed() < PATIENCE {
            (waiting, _) = self
                .changed
                .wait_timeout(waiting, LOOK_UP)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *waiting += bytes;
    }

    pub(crate) fn leave(&self, bytes: usize) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        *waiting = waiting.saturating_sub(bytes);
        self.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn nobody_waits_for_a_writer_that_died() {
        let (gate, dead) = (Gate::default(), AtomicBool::new(false));
        gate.enter(8, 10, || false);
        let begun = Instant::now();
        std::thread::scope(|scope| {
            scope.spawn(|| gate.enter(8, 10, || dead.load(Ordering::Relaxed)));
            std::thread::sleep(Duration::from_millis(50));
            dead.store(true, Ordering::Relaxed);
        });
        let waited = begun.elapsed();
        assert!(
            waited >= Duration::from_millis(50) && waited < PATIENCE / 3,
            "{waited:?}"
        );
    }

    #[test]
    fn what_was_taken_lets_the_next_in() {
        let gate = Gate::default();
        // The first always gets in, however long it is.
        gate.enter(800, 10, || false);
        std::thread::scope(|scope| {
            scope.spawn(|| gate.enter(8, 10, || false));
            std::thread::sleep(Duration::from_millis(20));
            assert_eq!(*gate.waiting.lock().unwrap(), 800);
            gate.leave(800);
        });
        assert_eq!(*gate.waiting.lock().unwrap(), 8);
    }
}
