//! What detection tells: rows of whole numbers, one behind the other.
//!
//! Invariant: a row is told whole or not at all. Exposures wait for the next time where there is little room left; the
//! loader asks for what is told long before signals alone take it all.

/// Numbers a batch has room for, and those of them that only single rows may still take.
pub(super) const ROOM: usize = 2048;
const RESERVE: usize = 256;
/// Numbers of the longest row, rounded up.
const LONGEST: usize = 16;

#[derive(Debug)]
#[repr(C)]
pub(super) struct Out {
    pub(super) len: u32,
    pub(super) numbers: [i32; ROOM],
}

impl Out {
    pub(super) const fn new() -> Self {
        Self {
            len: 0,
            numbers: [0; ROOM],
        }
    }

    /// Whether what can wait should.
    pub(super) const fn is_full(&self) -> bool {
        self.len as usize >= ROOM - RESERVE
    }

    #[inline(never)]
    pub(super) fn row(&mut self, numbers: &[i32]) {
        if self.len as usize <= ROOM - LONGEST {
            for number in numbers {
                self.numbers[self.len as usize % ROOM] = *number;
                self.len += 1;
            }
        }
    }
}
