//! The numbered words of one document, in a table that stays in the cache.

/// Slots of the table: a passage has some two hundred words.
const SLOTS: usize = 1024;
/// A table that is fuller takes no more.
const FULL: usize = SLOTS * 3 / 4;

/// A set of numbers, none of them 0, that forgets what is beyond [`FULL`].
pub(super) struct Here {
    slots: [u32; SLOTS],
    used: usize,
}

impl Default for Here {
    fn default() -> Here {
        Here {
            slots: [0; SLOTS],
            used: 0,
        }
    }
}

impl Here {
    /// Takes in a number; false if it was there.
    #[inline]
    pub(super) fn insert(&mut self, number: u32) -> bool {
        // Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4).
        let mut at = (number.wrapping_mul(0x9E37_79B9) >> (32 - SLOTS.ilog2())) as usize;
        loop {
            let slot = &mut self.slots[at % SLOTS];
            if *slot == number {
                return false;
            }
            if *slot == 0 {
                if self.used < FULL {
                    *slot = number;
                    self.used += 1;
                }
                return true;
            }
            at += 1;
        }
    }

    /// Takes out all.
    pub(super) fn clear(&mut self) {
        self.slots.fill(0);
        self.used = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_new_once_until_there_is_no_room() {
        let mut here = Here::default();
        for round in 0..2 {
            for number in (1..=FULL as u32).map(|nth| nth * 7919) {
                assert!(here.insert(number), "{round}, {number}");
                assert!(!here.insert(number), "{round}, {number}");
            }
            // Forgotten, and no loop without end.
            assert!(here.insert(1) && here.insert(1));
            here.clear();
        }
    }
}
