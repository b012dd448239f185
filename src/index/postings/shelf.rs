//! What was made of lists, as much of it as has room: what was not asked for
//! longest goes first, and only for what was asked for since.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;

/// Things by the place where their list begins.
pub(super) struct Shelf<T> {
    things: HashMap<usize, Thing<T>, FixedState>,
    /// Bytes of them, and how many there may be.
    bytes: usize,
    most: usize,
    /// Counts what is asked for.
    clock: u64,
}

struct Thing<T> {
    /// `None` where it cannot be made.
    thing: Option<Arc<T>>,
    size: usize,
    last: u64,
}

impl<T> Shelf<T> {
    pub(super) fn new(most: usize) -> Shelf<T> {
        Shelf {
            things: HashMap::default(),
            bytes: 0,
            most,
            clock: 0,
        }
    }

    /// What lies there; `None` when nobody put anything, or it had to go.
    pub(super) fn take(&mut self, place: usize) -> Option<Option<Arc<T>>> {
        self.clock += 1;
        let thing = self.things.get_mut(&place)?;
        thing.last = self.clock;
        Some(thing.thing.clone())
    }

    /// Counts what is asked for: the time of now.
    pub(super) fn clock(&self) -> u64 {
        self.clock
    }

    /// Whether something of about this size is to be made: there is room, or what would go
    /// was not asked for since `before`, when this was asked for the last time. More
    /// than has room, asked for in turn, would else be made anew each time.
    pub(super) fn deserves(&self, size: usize, before: u64) -> bool {
        let taken = self.things.values().filter(|thing| thing.size > 0);
        self.bytes + size <= self.most
            || taken
                .map(|thing| thing.last)
                .min()
                .is_none_or(|last| last < before)
    }

    /// Puts something where nothing lies, unless it is larger than all may be.
    pub(super) fn put(&mut self, place: usize, thing: Option<Arc<T>>, size: usize) {
        let size = if thing.is_some() { size } else { 0 };
        if size > self.most {
            return;
        }
        while self.bytes + size > self.most {
            let oldest = self.things.iter().filter(|(_, thing)| thing.size > 0);
            let oldest = oldest.min_by_key(|(_, thing)| thing.last);
            let Some(oldest) = oldest.map(|(place, _)| *place) else {
                break;
            };
            if let Some(gone) = self.things.remove(&oldest) {
                self.bytes -= gone.size;
            }
        }
        let last = self.clock;
        self.bytes += size;
        self.things.insert(place, Thing { thing, size, last });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_in_turn_stays() {
        let mut shelf = Shelf::new(10);
        let mut asked = [0; 8];
        let mut made = 0;
        let mut ask = |shelf: &mut Shelf<usize>, place: usize| {
            let is_there = shelf.take(place).is_some();
            let before = std::mem::replace(&mut asked[place], shelf.clock());
            if !is_there && shelf.deserves(3, before) {
                shelf.put(place, Some(Arc::new(place)), 3);
                made += 1;
            }
        };
        for _ in 0..10 {
            (0..5).for_each(|place| ask(&mut shelf, place));
        }
        // Others from now on: they find room.
        for _ in 0..3 {
            (5..8).for_each(|place| ask(&mut shelf, place));
        }
        assert_eq!(made, 6);
        assert!((5..8).all(|place| shelf.take(place).is_some()));
    }

    #[test]
    fn what_was_not_asked_for_longest_goes() {
        let mut shelf = Shelf::new(10);
        for place in 0..3 {
            assert!(shelf.take(place).is_none());
            shelf.put(place, Some(Arc::new(place)), 3);
        }
        shelf.put(9, None, 100);
        assert!(shelf.take(0).is_some());
        shelf.put(3, Some(Arc::new(3)), 4);
        let there = |shelf: &mut Shelf<usize>| {
            let is_there = |place: &usize| shelf.take(*place).flatten().is_some();
            (0..4).filter(is_there).collect::<Vec<_>>()
        };
        assert_eq!(there(&mut shelf), [0, 2, 3]);
        assert!(matches!(shelf.take(9), Some(None)));
        // Nothing makes room for what never fits.
        shelf.put(4, Some(Arc::new(4)), 11);
        assert_eq!(there(&mut shelf), [0, 2, 3]);
        assert!(shelf.bytes <= 10);
    }
}
