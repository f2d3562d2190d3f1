//! Ink and paper by a local threshold: Sauvola (Pattern Recognition 33, 2000) and Wolf (Pattern Analysis and
//! Applications 6, 2003).
//!
//! **Window.** A square of `window` pixels a side around each pixel: `window / 2` (cut off) to the left and above, the
//! rest of `window - 1` to the right and below; so an odd window is centred, and an even one reaches one pixel further
//! to the left and above. At the picture's edge it is cut; nothing is padded.
//!
//! **Rule.** With n pixels in the window, S their sum, Q the sum of their squares (whole numbers, exact) and v the pixel
//! itself, it is ink where `v n` is *below*
//!
//! ```text
//! S - (S - M n) (k - c sqrt(n Q - S²)),    c = k / (R n)
//! ```
//!
//! and a tie is paper. `n Q - S²` (n² times the variance) and `S - M n` are worked out as whole numbers and then, as `S`
//! and `v n`, turned into the nearest `f32`; root, products and differences are `f32`, each rounded once.
//! Divided by n that is `mean - (mean - M) k (1 - deviation / R)`: Sauvola's rule with M = 0 and R = 128, Wolf's with
//! M the picture's darkest pixel and R its largest deviation. A picture all of one gray has no ink.

use super::scratch::Kept;
use super::threshold_sums::Sums;
use super::{Picture, View, simd};
use crate::{Error, Result};

/// Dynamic range of the standard deviation in Sauvola's rule, as in the paper.
const RANGE: f32 = 128.0;
/// How a picture is split.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Job {
    /// Pixels of the window before the one at hand,
    pub(super) before: usize,
    /// and after it.
    pub(super) after: usize,
    /// k of the rule,
    pub(super) k: f32,
    /// M
    pub(super) darkest: u8,
    /// and R.
    pub(super) range: f32,
    /// Eight pixels a byte instead of one.
    packed: bool,
}

/// Mask of ink (1) in a gray picture by Sauvola's rule.
///
/// # Errors
/// [`Error::Usage`] where the picture is not gray, `window` is 0, or `k` is not within 0..=1.
pub fn sauvola(view: View<'_>, window: usize, k: f32) -> Result<Picture> {
    Ok(run(view, &job(view, window, k, false)?))
}

/// The same with eight pixels a byte, the first in the highest bit, rows filled up with zeros to whole bytes.
///
/// # Errors
/// As [`sauvola`].
pub fn sauvola_packed(view: View<'_>, window: usize, k: f32) -> Result<Picture> {
    Ok(run(view, &job(view, window, k, true)?))
}

/// Mask of ink (1) in a gray picture by Wolf's rule.
///
/// # Errors
/// As [`sauvola`].
pub fn wolf(view: View<'_>, window: usize, k: f32) -> Result<Picture> {
    Ok(run(view, &contrasted(view, job(view, window, k, false)?)))
}

/// The same, packed as in [`sauvola_packed`].
///
/// # Errors
/// As [`sauvola`].
pub fn wolf_packed(view: View<'_>, window: usize, k: f32) -> Result<Picture> {
    Ok(run(view, &contrasted(view, job(view, window, k, true)?)))
}

fn job(view: View<'_>, window: usize, k: f32, packed: bool) -> Result<Job> {
    if view.channels != 1 || window == 0 || !(0.0..=1.0).contains(&k) {
        return Err(Error::Usage(
            "a gray picture, a window of 1 pixel or more and k of 0 to 1 are needed".into(),
        ));
    }
    let most = view.width.max(view.height);
    let before = window / 2;
    Ok(Job {
        before: before.min(most),
        after: (window - 1 - before).min(most),
        k,
        darkest: 0,
        range: RANGE,
        packed,
    })
}

/// With the darkest pixel and the largest deviation of this picture.
fn contrasted(view: View<'_>, job: Job) -> Job {
    Job {
        darkest: view.data.iter().copied().min().unwrap_or(0),
        range: simd::widest(view, &job),
        ..job
    }
}

fn run(view: View<'_>, job: &Job) -> Picture {
    let width = if job.packed {
        view.width.div_ceil(8)
    } else {
        view.width
    };
    let mut out = Picture::zeros(width, view.height, 1);
    if job.range > 0.0 {
        simd::threshold(view, job, &mut out.data);
    }
    out
}

/// Split `view`; rows of `out` are zeros, bytes a pixel or packed.
#[allow(clippy::inline_always)]
#[inline(always)]
pub(super) fn body(view: View<'_>, job: &Job, out: &mut [u8]) {
    let stride = out.len() / view.height;
    let mut line = Kept::<u8>::zeros(if job.packed { stride * 8 } else { 0 });
    let mut sums = Sums::new(view, job);
    for (y, row) in out.chunks_exact_mut(stride).enumerate() {
        if !job.packed {
            sums.ink(view, job, y, row);
        } else if sums.ink(view, job, y, &mut line[..view.width]) {
            pack(&line, row);
            line.fill(0);
        }
    }
}

/// The largest deviation of any window, as `sqrt(n Q - S²) / n`.
#[allow(clippy::inline_always)]
#[inline(always)]
pub(super) fn widest_body(view: View<'_>, job: &Job) -> f32 {
    let mut sums = Sums::new(view, job);
    let mut widest = 0.0;
    for y in 0..view.height {
        widest = sums.deviation(view, job, y, widest);
    }
    widest
}

/// Eight bytes of 0 or 1 to the eight bits of one, the first to the highest.
#[allow(clippy::inline_always)]
#[inline(always)]
fn pack(ink: &[u8], out: &mut [u8]) {
    for (to, from) in out.iter_mut().zip(ink.chunks_exact(8)) {
        // Byte i lies at bit 8 i; the factor lifts it to bit 63 - i, and nothing else reaches the upper eight.
        let bytes = u64::from_le_bytes(from.try_into().unwrap_or([0; 8]));
        *to = (bytes.wrapping_mul(0x8040_2010_0804_0201) >> 56) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::super::simd::tests::portable;
    use super::*;

    /// The rule of the file's head, window by window.
    fn plain(view: View<'_>, window: usize, k: f32, wolf: bool) -> Vec<u8> {
        let (before, after) = (window / 2, window - 1 - window / 2);
        let mut windows = Vec::new();
        for y in 0..view.height {
            for x in 0..view.width {
                let (mut n, mut sum, mut squares) = (0_u64, 0_u64, 0_u64);
                for row in y.saturating_sub(before)..(y + after + 1).min(view.height) {
                    for &v in
                        &view.row(row)[x.saturating_sub(before)..(x + after + 1).min(view.width)]
                    {
                        n += 1;
                        sum += u64::from(v);
                        squares += u64::from(v) * u64::from(v);
                    }
                }
                windows.push((n, sum, (n * squares - sum * sum) as f32));
            }
        }
        let (darkest, range) = if wolf {
            let deviations = windows
                .iter()
                .map(|&(n, _, spread)| spread.sqrt() / n as f32);
            (
                u64::from(*view.data.iter().min().unwrap()),
                deviations.fold(0.0, f32::max),
            )
        } else {
            (0, 128.0)
        };
        let pixels = view.data.iter().zip(&windows);
        pixels
            .map(|(&v, &(n, sum, spread))| {
                let weight = k - k / (range * n as f32) * spread.sqrt();
                let level = sum as f32 - (sum - darkest * n) as f32 * weight;
                u8::from(range > 0.0 && ((u64::from(v) * n) as f32) < level)
            })
            .collect()
    }

    fn noise(width: usize, height: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let next = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..width * height).map(next).collect()
    }

    #[test]
    fn agrees_with_the_plain_formula_on_all_sizes() {
        for (w, h, window) in [
            (1, 1, 1),
            (1, 1, 2),
            (1, 9, 3),
            (9, 1, 4),
            (7, 7, 7),
            (8, 5, 41),
            (40, 30, 11),
            (41, 30, 10),
            (31, 33, 31),
            (64, 3, 1_000_000),
        ] {
            let data = noise(w, h);
            let view = View::new(w, h, 1, &data).unwrap();
            for k in [0.0, 0.3, 1.0] {
                let said = format!("{w}x{h} window {window} k {k}");
                let (s, f) = (
                    sauvola(view, window, k).unwrap(),
                    wolf(view, window, k).unwrap(),
                );
                assert_eq!(*s.data, plain(view, window, k, false), "sauvola {said}");
                assert_eq!(*f.data, plain(view, window, k, true), "wolf {said}");
                for (mask, packed) in [
                    (s, sauvola_packed(view, window, k).unwrap()),
                    (f, wolf_packed(view, window, k).unwrap()),
                ] {
                    assert_eq!((packed.width, packed.height), (w.div_ceil(8), h));
                    for (i, &m) in mask.data.iter().enumerate() {
                        let byte = packed.row(i / w)[i % w / 8];
                        assert_eq!(byte >> (7 - i % w % 8) & 1, m, "packed {said}");
                    }
                }
            }
        }
    }

    #[test]
    fn narrow_sums_and_wide_ones_agree_up_to_the_widest_narrow_window() {
        // White meets the limits of 16 and 32 bits; paper and ink are far enough apart that most tiles are skipped.
        for (w, h, window) in [
            (200, 190, 181),
            (200, 190, 182),
            (300, 290, 280),
            (3, 700, 257),
            (3, 700, 600),
            (700, 3, 600),
            (200, 180, 31),
        ] {
            for (paper, ink) in [(255, 0), (200, 40), (90, 80)] {
                let noise = noise(w, h).into_iter().enumerate();
                let data: Vec<u8> = noise
                    .map(|(i, v)| {
                        if i / w % 40 < 9 && i % 61 < 20 {
                            ink + v % 7
                        } else {
                            paper - v % 9
                        }
                    })
                    .collect();
                let view = View::new(w, h, 1, &data).unwrap();
                for mut job in [
                    job(view, window, 0.3, false).unwrap(),
                    job(view, window, 0.9, false).unwrap(),
                ] {
                    for wolf in [false, true] {
                        if wolf {
                            job = contrasted(view, job);
                            let mut sums = Sums::wide(view, &job);
                            let widest =
                                (0..h).fold(0.0, |widest, y| sums.deviation(view, &job, y, widest));
                            assert_eq!(job.range, widest);
                        }
                        let (one, mut other) = (run(view, &job), Picture::zeros(w, h, 1));
                        let mut sums = Sums::wide(view, &job);
                        for y in 0..h {
                            sums.ink(view, &job, y, other.row_mut(y));
                        }
                        assert_eq!(one, other, "{w}x{h} window {window} {paper} {ink} {wolf}");
                        assert_eq!(
                            one,
                            portable(|| run(view, &job)),
                            "the form for any machine"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn flat_pictures_have_no_ink() {
        for v in [0, 1, 128, 255] {
            let data = vec![v; 100];
            let view = View::new(10, 10, 1, &data).unwrap();
            for k in [0.0, 0.3] {
                assert!(sauvola(view, 5, k).unwrap().data.iter().all(|&m| m == 0));
                assert!(wolf(view, 5, k).unwrap().data.iter().all(|&m| m == 0));
            }
        }
    }

    #[test]
    fn colour_and_wrong_settings_are_refused() {
        let data = vec![0; 12];
        assert!(sauvola(View::new(2, 2, 3, &data).unwrap(), 3, 0.3).is_err());
        assert!(wolf(View::new(3, 4, 1, &data).unwrap(), 0, 0.3).is_err());
        assert!(sauvola_packed(View::new(3, 4, 1, &data).unwrap(), 3, 2.0).is_err());
    }
}
