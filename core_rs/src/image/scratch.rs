//! Room that a thread keeps between calls, so that page after page asks the system for nothing but the outputs.
//!
//! A [`Kept`] is a vector whose room goes back to its thread when it is dropped. A thread keeps at most [`MOST`] bytes
//! and [`COUNT`] vectors of each type of number; the room that has waited longest is let go first.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};
use std::thread::LocalKey;

use super::blobs::{Blob, Run};
use super::noise::Block;

/// Bytes that a thread keeps of one type: several times what a page of A4 at 300 dpi needs beside its own pixels.
const MOST: usize = 24 << 20;
/// Vectors that a thread keeps of one type.
const COUNT: usize = 64;

/// What waits in a thread, the longest first.
type Pool<T> = RefCell<Vec<Vec<T>>>;

/// A type of numbers that threads keep room for.
pub trait Number: Copy + Default + 'static {
    /// The room of this thread.
    fn pool() -> &'static LocalKey<Pool<Self>>;
}

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl Number for $type {
            fn pool() -> &'static LocalKey<Pool<Self>> {
                thread_local! {
                    static POOL: Pool<$type> = const { RefCell::new(Vec::new()) };
                }
                &POOL
            }
        }
    )*};
}

numbers!(
    u8,
    u16,
    u32,
    i16,
    f32,
    f64,
    (u32, u32),
    (u64, u64),
    [i16; 4],
    [i32; 4]
);
numbers!(bool, (f32, f32), [f64; 4], Option<u8>, Run, Blob, Block);

/// Numbers in room that is kept.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Kept<T: Number>(Vec<T>);

impl<T: Number> Kept<T> {
    /// `n` zeros.
    #[must_use]
    pub fn zeros(n: usize) -> Self {
        Self::filled(n, T::default())
    }

    /// `n` times `value`.
    #[must_use]
    pub fn filled(n: usize, value: T) -> Self {
        Self::room(n).map_or_else(
            || Self(vec![value; n]),
            |mut room| {
                room.resize(n, value);
                Self(room)
            },
        )
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
        collected.0.extend(numbers.take(most));
        collected
    }

    /// Nothing yet, with room for `n` numbers.
    #[must_use]
    pub fn roomy(n: usize) -> Self {
        Self(Self::room(n).unwrap_or_else(|| Vec::with_capacity(n)))
    }

    /// Nothing yet, in the largest room that waits in this thread: for what grows to a size that is not known.
    #[must_use]
    pub fn grown() -> Self {
        let take = |pool: &Pool<T>| {
            let mut pool = pool.borrow_mut();
            let (i, _) = pool
                .iter()
                .enumerate()
                .max_by_key(|(_, room)| room.capacity())?;
            let mut room = pool.remove(i);
            room.clear();
            Some(room)
        };
        Self(T::pool().try_with(take).ok().flatten().unwrap_or_default())
    }

    /// `n` times `value` instead of what was there.
    pub fn refill(&mut self, n: usize, value: T) {
        self.0.clear();
        self.0.resize(n, value);
    }

    /// One number more.
    pub fn push(&mut self, number: T) {
        self.0.push(number);
    }

    /// Some numbers more.
    pub fn extend_from_slice(&mut self, numbers: &[T]) {
        self.0.extend_from_slice(numbers);
    }

    /// As a vector that is the caller's; its room does not come back.
    #[must_use]
    pub fn into_vec(mut self) -> Vec<T> {
        std::mem::take(&mut self.0)
    }

    /// The tightest room for `n` numbers that waits in this thread, emptied; none that is much too large.
    fn room(n: usize) -> Option<Vec<T>> {
        let take = |pool: &Pool<T>| {
            let mut pool = pool.borrow_mut();
            let fitting = pool
                .iter()
                .enumerate()
                .filter(|(_, room)| room.capacity() >= n && room.capacity() / 2 <= n.max(1 << 10));
            let (i, _) = fitting.min_by_key(|(_, room)| room.capacity())?;
            let mut room = pool.remove(i);
            room.clear();
            Some(room)
        };
        T::pool().try_with(take).ok().flatten()
    }
}

impl<T: Number> Drop for Kept<T> {
    fn drop(&mut self) {
        let room = std::mem::take(&mut self.0);
        let bytes = |room: &Vec<T>| room.capacity() * size_of::<T>();
        if room.capacity() == 0 || bytes(&room) > MOST {
            return;
        }
        // A thread that is ending keeps nothing.
        let _ = T::pool().try_with(|pool| {
            let mut pool = pool.borrow_mut();
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
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Number> DerefMut for Kept<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_comes_back_clean_and_only_where_it_fits() {
        let mut first = Kept::<u8>::filled(5000, 7);
        first[4999] = 9;
        let place = first.as_ptr();
        drop(first);
        let small = Kept::<u8>::zeros(10);
        assert_ne!(small.as_ptr(), place);
        let again = Kept::<u8>::zeros(4000);
        assert_eq!(again.as_ptr(), place);
        assert!(again.len() == 4000 && again.iter().all(|&v| v == 0));
        let taken = again.into_vec();
        assert_eq!(taken.as_ptr(), place);
        let other = Kept::<u8>::zeros(4000);
        assert_ne!(other.as_ptr(), place);
    }

    #[test]
    fn a_thread_keeps_no_more_than_it_may() {
        let kept =
            || f32::pool().with(|pool| pool.borrow().iter().map(Vec::capacity).sum::<usize>());
        drop(Kept::<f32>::zeros(MOST / 4 + 1));
        assert_eq!(kept(), 0);
        drop([(); 2].map(|()| Kept::<f32>::zeros(MOST / 4)));
        assert_eq!(kept(), MOST / 4);
        drop([(); 2 * COUNT].map(|()| Kept::<f32>::zeros(4)));
        assert_eq!(kept(), COUNT * 4);
    }
}
