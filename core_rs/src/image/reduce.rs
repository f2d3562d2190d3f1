//! Smaller and gray pictures to work on.

use super::scratch::Kept;
use super::{Picture, View, simd};

/// Mean of each `factor` x `factor` block, rounded; a rest at the right and lower edge is left out.
///
/// The factor is held to 1..=16 and to the shorter side.
#[must_use]
pub fn shrink(view: View<'_>, factor: usize) -> Picture {
    let k = factor.clamp(1, 16).min(view.width).min(view.height);
    let c = view.channels;
    if k == 1 {
        return Picture {
            width: view.width,
            height: view.height,
            channels: c,
            data: Kept::copy(view.data),
        };
    }
    let mut out = Picture::zeros(view.width / k, view.height / k, c);
    simd::shrink(view, k, &mut out);
    out
}

/// [`shrink`] by a factor of 2 or more.
#[allow(clippy::inline_always)]
#[inline(always)]
pub(super) fn shrink_body(view: View<'_>, k: usize, out: &mut Picture) {
    let c = view.channels;
    let mut sums = Kept::<u16>::zeros(view.width * c);
    let (half, scale) = ((k * k / 2) as u32, (1_u32 << 20) / (k * k) as u32 + 1);
    for y in 0..out.height {
        for (sum, &v) in sums.iter_mut().zip(view.row(y * k)) {
            *sum = u16::from(v);
        }
        for below in 1..k {
            for (sum, &v) in sums.iter_mut().zip(view.row(y * k + below)) {
                *sum += u16::from(v);
            }
        }
        let row = out.row_mut(y);
        match (k, c) {
            (2, 3) => halve(&sums, row),
            (3, 3) => {
                for (to, from) in row.chunks_exact_mut(3).zip(sums.chunks_exact(9)) {
                    for i in 0..3 {
                        let sum = u32::from(from[i] + from[i + 3] + from[i + 6]);
                        to[i] = (((sum + half) * scale) >> 20) as u8;
                    }
                }
            }
            _ => {
                for (to, from) in row.chunks_exact_mut(c).zip(sums.chunks_exact(k * c)) {
                    for (i, to) in to.iter_mut().enumerate() {
                        let sum: u32 = from.iter().skip(i).step_by(c).map(|&v| u32::from(v)).sum();
                        *to = (((sum + half) * scale) >> 20).min(255) as u8;
                    }
                }
            }
        }
    }
}

/// RGB means of neighbours, from sums over two rows.
#[allow(clippy::inline_always)]
#[inline(always)]
fn halve(sums: &[u16], out: &mut [u8]) {
    const STEP: usize = 16;
    let whole = out.len() / (3 * STEP) * (3 * STEP);
    let (steps, rest) = out.split_at_mut(whole);
    for (to, from) in steps
        .chunks_exact_mut(3 * STEP)
        .zip(sums.chunks_exact(6 * STEP))
    {
        let mut means = [0_u8; 6 * STEP];
        for i in 0..6 * STEP - 3 {
            means[i] = ((from[i] + from[i + 3] + 2) >> 2) as u8;
        }
        for i in 0..STEP {
            for c in 0..3 {
                to[3 * i + c] = means[6 * i + c];
            }
        }
    }
    for (to, from) in rest
        .chunks_exact_mut(3)
        .zip(sums[2 * whole..].chunks_exact(6))
    {
        for i in 0..3 {
            to[i] = ((from[i] + from[i + 3] + 2) >> 2) as u8;
        }
    }
}

/// Luma of ITU-R BT.601 in eighths of a bit; gray stays as it is.
#[must_use]
pub fn gray(view: View<'_>) -> Picture {
    if view.channels == 1 {
        return Picture {
            width: view.width,
            height: view.height,
            channels: 1,
            data: Kept::copy(view.data),
        };
    }
    let mut out = Picture::zeros(view.width, view.height, 1);
    simd::gray(view.data, &mut out.data);
    out
}

/// Gray of RGB pixels, sixteen at a time.
#[allow(clippy::inline_always)]
#[inline(always)]
pub(super) fn gray_body(rgb: &[u8], out: &mut [u8]) {
    const STEP: usize = 32;
    let whole = out.len() / STEP * STEP;
    let (steps, rest) = out.split_at_mut(whole);
    for (to, from) in steps.chunks_exact_mut(STEP).zip(rgb.chunks_exact(3 * STEP)) {
        let (mut red, mut green, mut blue) = ([0; STEP], [0; STEP], [0; STEP]);
        for i in 0..STEP {
            (red[i], green[i], blue[i]) = (from[3 * i], from[3 * i + 1], from[3 * i + 2]);
        }
        for i in 0..STEP {
            to[i] = luma(&[red[i], green[i], blue[i]]);
        }
    }
    for (to, pixel) in rest.iter_mut().zip(rgb[3 * whole..].chunks_exact(3)) {
        *to = luma(pixel);
    }
}

/// Luma of one RGB pixel.
#[allow(clippy::inline_always)]
#[inline(always)]
#[must_use]
pub fn luma(rgb: &[u8]) -> u8 {
    // At most 256 * 255 + 128: 16 bits hold it.
    let sum = 77 * u16::from(rgb[0]) + 150 * u16::from(rgb[1]) + 29 * u16::from(rgb[2]) + 128;
    (sum >> 8) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_become_their_rounded_mean() {
        for (k, c) in [(2, 3), (2, 1), (3, 3), (3, 1), (5, 3), (16, 1)] {
            let (w, h) = (3 * k + 1, 2 * k);
            let data: Vec<u8> = (0..w * h * c).map(|i| (i * 37 % 251) as u8).collect();
            let small = shrink(View::new(w, h, c, &data).unwrap(), k);
            assert_eq!((small.width, small.height), (3, 2));
            for y in 0..2 {
                for x in 0..3 {
                    for i in 0..c {
                        let sum: usize = (0..k * k)
                            .map(|n| {
                                usize::from(data[((y * k + n / k) * w + x * k + n % k) * c + i])
                            })
                            .sum();
                        let mean = (sum + k * k / 2) / (k * k);
                        assert_eq!(usize::from(small.row(y)[x * c + i]), mean, "k={k}");
                    }
                }
            }
        }
    }

    #[test]
    fn white_stays_white_and_black_black() {
        assert_eq!(luma(&[255, 255, 255]), 255);
        assert_eq!(luma(&[0, 0, 0]), 0);
    }
}
