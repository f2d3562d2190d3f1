//! Room that a thread keeps between calls, so that page after page asks the system for nothing.
//!
//! A [`Kept`] is a vector whose room goes back to its thread when it is dropped: to the one that drops it. A thread keeps
//! at most [`MOST`] bytes and [`COUNT`] vectors of each type; the room that has waited longest is let go first.

use std::any::Any;
use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

/// Bytes that a thread keeps of one type: what the whole chain needs of `u8` for A4 at 300 dpi, beside the pixels of the
/// scan and of the page. Of all other types together it needs a few MiB.
const MOST: usize = 40 << 20;
/// Vectors that a thread keeps of one type.
const COUNT: usize = 64;
/// Bytes of the least room that is asked for, so that what is short fits into any of it.
const LEAST: usize = 4 << 10;

/// What waits in a thread of one type, the longest first.
type Pool<T> = Vec<Vec<T>>;

thread_local! {
    /// A [`Pool`] for each type that was asked for.
    static POOLS: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

/// Numbers, or a few of them together: what threads keep room for.
pub trait Number: Copy + 'static {}
impl<T: Copy + 'static> Number for T {}

/// Do `work` with what waits of one type; nothing in a thread that is ending.
fn pool<T: Number, R>(work: impl FnOnce(&mut Pool<T>) -> R) -> Option<R> {
    let find = |pools: &RefCell<Vec<Box<dyn Any>>>| {
        let mut pools = pools.borrow_mut();
        let known = pools.iter().position(|pool| pool.is::<Pool<T>>());
        let at = known.unwrap_or_else(|| {
            pools.push(Box::new(Pool::<T>::new()));
            pools.len() - 1
        });
        pools[at].downcast_mut().map(work)
    };
    POOLS.try_with(find).ok().flatten()
}

/// Numbers in room that is kept.
#[derive(Debug, PartialEq, Eq)]
pub struct Kept<T: Number>(Vec<T>);

impl<T: Number> Kept<T> {
    /// `n` zeros.
    #[must_use]
    pub fn zeros(n: usize) -> Self
    where
        T: Default,
    {
        Self::filled(n, T::default())
    }

    /// `n` times `value`.
    #[must_use]
    pub fn filled(n: usize, value: T) -> Self {
        let mut filled = Self::roomy(n);
        filled.resize(n, value);
        filled
    }

    /// The same numbers.
    #[must_use]
    pub fn copy(numbers: &[T]) -> Self {
        let mut copy = Self::roomy(numbers.len());
        copy.extend_from_slice(numbers);
        copy
    }

    /// These numbers, of which there are at most `most`.
    pub fn collect(most: usize, numbers: impl Iterator<Item = T>) -> Self {
        let mut collected = Self::roomy(most);
        collected.extend(numbers.take(most));
        collected
    }

    /// Nothing yet, with room for `n` numbers: the tightest that waits in this thread, but none that is much too large.
    #[must_use]
    pub fn roomy(n: usize) -> Self {
        if n == 0 {
            return Self::default();
        }
        let n = n.max(Self::LEAST);
        let tightest = |(i, room): (usize, &Vec<T>)| {
            let size = room.capacity();
            (n..=4 * n).contains(&size).then_some((size, i))
        };
        let find = |pool: &Pool<T>| pool.iter().enumerate().filter_map(tightest).min();
        Self::leased(find, n)
    }

    /// Nothing yet, in the largest room that waits in this thread: for what grows to a size that is not known.
    #[must_use]
    pub fn grown() -> Self {
        let sizes = |pool: &Pool<T>| pool.iter().map(Vec::capacity).zip(0..).max();
        Self::leased(sizes, Self::LEAST)
    }

    /// `n` times `value` instead of what was there.
    pub fn refill(&mut self, n: usize, value: T) {
        self.clear();
        self.resize(n, value);
    }

    /// As a vector that is the caller's; its room does not come back.
    #[must_use]
    pub fn into_vec(mut self) -> Vec<T> {
        let mut own = std::mem::take(&mut self.0);
        own.shrink_to_fit();
        own
    }

    /// Numbers in the least room.
    const LEAST: usize = LEAST / size_of::<T>();

    /// The room that `find` gives size and place of, or new room for `n` numbers; with nothing in it.
    fn leased(find: impl FnOnce(&Pool<T>) -> Option<(usize, usize)>, n: usize) -> Self {
        let waiting = pool(|pool| find(pool).map(|(_, i)| pool.remove(i))).flatten();
        let mut room = waiting.unwrap_or_else(|| Vec::with_capacity(n));
        room.clear();
        Self(room)
    }
}

impl<T: Number> Drop for Kept<T> {
    fn drop(&mut self) {
        let room = std::mem::take(&mut self.0);
        let bytes = |room: &Vec<T>| room.capacity() * size_of::<T>();
        if room.capacity() == 0 || bytes(&room) > MOST {
            return;
        }
        pool(|pool| {
            let mut sum = pool.iter().map(bytes).sum::<usize>() + bytes(&room);
            while sum > MOST || pool.len() >= COUNT {
                sum -= bytes(&pool.remove(0));
            }
            pool.push(room);
        });
    }
}

impl<T: Number> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self::copy(self)
    }
}

impl<T: Number> Default for Kept<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Number> From<Vec<T>> for Kept<T> {
    fn from(numbers: Vec<T>) -> Self {
        Self(numbers)
    }
}

impl<'a, T: Number> IntoIterator for &'a Kept<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, T: Number> IntoIterator for &'a mut Kept<T> {
    type Item = &'a mut T;
    type IntoIter = std::slice::IterMut<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<T: Number> Deref for Kept<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}

impl<T: Number> DerefMut for Kept<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_comes_back_clean_and_only_where_it_fits() {
        let mut first = Kept::<u8>::filled(50_000, 7);
        first[49_999] = 9;
        let place = first.as_ptr();
        drop(first);
        let small = Kept::<u8>::zeros(10_000);
        assert_ne!(small.as_ptr(), place);
        let again = Kept::<u8>::zeros(40_000);
        assert_eq!(again.as_ptr(), place);
        assert!(again.len() == 40_000 && again.iter().all(|&v| v == 0));
        assert_eq!(again.into_vec().capacity(), 40_000);
        assert_eq!(pool::<u8, _>(|pool| pool.len()), Some(0));
    }

    #[test]
    fn short_lists_share_room_and_long_ones_get_the_largest() {
        let small = Kept::<u32>::roomy(1);
        let place = small.as_ptr();
        drop([small, Kept::roomy(5000), Kept::roomy(2000)]);
        assert_eq!(Kept::<u32>::roomy(LEAST / 4).as_ptr(), place);
        assert!(Kept::<u32>::grown().capacity() >= 5000);
        assert_eq!(Kept::<u32>::roomy(0).capacity(), 0);
    }

    #[test]
    fn a_thread_keeps_no_more_than_it_may() {
        let kept = || pool::<f32, _>(|pool| pool.iter().map(Vec::capacity).sum::<usize>()).unwrap();
        drop(Kept::<f32>::zeros(MOST / 4 + 1));
        assert_eq!(kept(), 0);
        drop([(); 2].map(|()| Kept::<f32>::zeros(MOST / 4)));
        assert_eq!(kept(), MOST / 4);
        drop([(); 2 * COUNT].map(|()| Kept::<f32>::zeros(4)));
        assert_eq!(kept(), COUNT * LEAST / 4);
    }
}
