//! Sauvola's local threshold (Pattern Recognition 33, 2000): ink is what is darker than its surroundings allow.

use super::{Picture, View};
use crate::{Error, Result};

/// Dynamic range of the standard deviation, as in the paper.
const RANGE: f32 = 128.0;

/// Mask of ink (1) in a gray picture.
///
/// A pixel is ink where it is *below* `mean * (1 + k * (deviation / 128 - 1))`; a tie is paper. Mean and deviation are
/// those of the square of `2 * radius + 1` pixels around it, cut at the picture's edge (nothing is padded). Sums are
/// whole numbers and exact; the formula is worked out in `f32`, from left to right.
///
/// # Errors
/// [`Error::Usage`] where the picture is not gray, `radius` is 0 or over 127, or `k` is not within 0..=1.
pub fn sauvola(view: View<'_>, radius: usize, k: f32) -> Result<Picture> {
    if view.channels != 1 || radius == 0 || radius > 127 || !(0.0..=1.0).contains(&k) {
        return Err(Error::Usage(
            "a gray picture, a radius of 1 to 127 and k of 0 to 1 are needed".into(),
        ));
    }
    let (width, height) = (view.width, view.height);
    let mut out = Picture::zeros(width, height, 1);
    // Sums over the rows of the window, one for each column: at most 255 * 255 * 255 = 1.7e7.
    let (mut columns, mut squares) = (vec![0_u32; width], vec![0_u32; width]);
    // Running sums may wrap; a window's own sum is at most 255^2 * 255^2 < 2^32, so differences are exact.
    let (mut sums, mut square_sums) = (vec![0_u32; width + 1], vec![0_u32; width + 1]);
    for y in 0..radius.min(height) {
        add(&mut columns, &mut squares, view.row(y));
    }
    for y in 0..height {
        if y + radius < height {
            add(&mut columns, &mut squares, view.row(y + radius));
        }
        if y > radius {
            subtract(&mut columns, &mut squares, view.row(y - radius - 1));
        }
        let (mut sum, mut square_sum) = (0_u32, 0_u32);
        for x in 0..width {
            sum = sum.wrapping_add(columns[x]);
            square_sum = square_sum.wrapping_add(squares[x]);
            sums[x + 1] = sum;
            square_sums[x + 1] = square_sum;
        }
        let rows = (y + radius).min(height - 1) - y.saturating_sub(radius) + 1;
        let (pixels, ink) = (view.row(y), out.row_mut(y));
        let low = radius.min(width);
        let high = width.saturating_sub(radius).max(low);
        for x in (0..low).chain(high..width) {
            let (from, to) = (x.saturating_sub(radius), (x + radius + 1).min(width));
            let sum = sums[to].wrapping_sub(sums[from]);
            let square_sum = square_sums[to].wrapping_sub(square_sums[from]);
            ink[x] = is_ink(pixels[x], sum, square_sum, rows * (to - from), k);
        }
        // In between no window is cut, and the loop has no branch.
        let (span, n) = (2 * radius + 1, high - low);
        if n > 0 {
            let (pixels, ink) = (&pixels[low..high], &mut ink[low..high]);
            let (before, after) = (&sums[..n], &sums[span..span + n]);
            let (before2, after2) = (&square_sums[..n], &square_sums[span..span + n]);
            for i in 0..n {
                let (sum, square_sum) = (
                    after[i].wrapping_sub(before[i]),
                    after2[i].wrapping_sub(before2[i]),
                );
                ink[i] = is_ink(pixels[i], sum, square_sum, rows * span, k);
            }
        }
    }
    Ok(out)
}

#[allow(clippy::inline_always)]
#[inline(always)]
fn is_ink(value: u8, sum: u32, square_sum: u32, count: usize, k: f32) -> u8 {
    // count <= 255^2, so count * square_sum <= 65025 * 4.3e9 < 2^48: exact.
    let spread = count as u64 * u64::from(square_sum) - u64::from(sum) * u64::from(sum);
    let n = count as f32;
    let mean = sum as f32 / n;
    let deviation = (spread as i64 as f32).sqrt() / n;
    u8::from(f32::from(value) < mean * (1.0 + k * (deviation / RANGE - 1.0)))
}

fn add(columns: &mut [u32], squares: &mut [u32], row: &[u8]) {
    for ((column, square), &v) in columns.iter_mut().zip(squares).zip(row) {
        *column += u32::from(v);
        *square += u32::from(v) * u32::from(v);
    }
}

fn subtract(columns: &mut [u32], squares: &mut [u32], row: &[u8]) {
    for ((column, square), &v) in columns.iter_mut().zip(squares).zip(row) {
        *column -= u32::from(v);
        *square -= u32::from(v) * u32::from(v);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(view: View<'_>, radius: usize, k: f32) -> Vec<u8> {
        let mut out = Vec::new();
        for y in 0..view.height {
            for x in 0..view.width {
                let (mut n, mut sum, mut squares) = (0_u64, 0_u64, 0_u64);
                for row in y.saturating_sub(radius)..(y + radius + 1).min(view.height) {
                    for &v in
                        &view.row(row)[x.saturating_sub(radius)..(x + radius + 1).min(view.width)]
                    {
                        n += 1;
                        sum += u64::from(v);
                        squares += u64::from(v) * u64::from(v);
                    }
                }
                let mean = sum as f32 / n as f32;
                let deviation = ((n * squares - sum * sum) as f32).sqrt() / n as f32;
                let level = mean * (1.0 + k * (deviation / 128.0 - 1.0));
                out.push(u8::from(f32::from(view.row(y)[x]) < level));
            }
        }
        out
    }

    #[test]
    fn agrees_with_the_plain_formula_on_all_sizes() {
        let mut state = 1_u32;
        for (w, h, radius) in [
            (1, 1, 1),
            (1, 9, 3),
            (9, 1, 3),
            (7, 7, 3),
            (8, 5, 20),
            (40, 30, 5),
            (31, 33, 15),
        ] {
            let data: Vec<u8> = (0..w * h)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 24) as u8
                })
                .collect();
            let view = View::new(w, h, 1, &data).unwrap();
            assert_eq!(
                sauvola(view, radius, 0.3).unwrap().data,
                plain(view, radius, 0.3),
                "{w}x{h} r{radius}"
            );
        }
    }

    #[test]
    fn flat_pictures_have_no_ink() {
        for v in [0, 128, 255] {
            let data = vec![v; 100];
            let mask = sauvola(View::new(10, 10, 1, &data).unwrap(), 2, 0.3).unwrap();
            assert!(mask.data.iter().all(|&m| m == 0));
        }
    }

    #[test]
    fn colour_and_wrong_settings_are_refused() {
        let data = vec![0; 12];
        assert!(sauvola(View::new(2, 2, 3, &data).unwrap(), 1, 0.3).is_err());
        assert!(sauvola(View::new(3, 4, 1, &data).unwrap(), 0, 0.3).is_err());
        assert!(sauvola(View::new(3, 4, 1, &data).unwrap(), 1, 2.0).is_err());
    }
}
