//! The one resampling of a page: bicubic, or an exact copy where only quarter turns and whole pixels are asked.

use super::geometry::Matrix;
use super::scratch::Kept;
use super::{Picture, View, rotate, simd};
use crate::{Error, Result};

const PHASES: usize = 256;
/// Two weights and a sum of four: 8 + 11 + 11 bits and a sign fit in an `i32`.
const ONE: i32 = 1 << 11;

/// Draw `view` through `to_page` into `out` (RGB, `width` x `height`); what lies outside `view` becomes `fill`.
///
/// A matrix of whole quarter turns and whole shifts copies pixels; every other one samples once, with Catmull-Rom
/// weights in steps of 1/256 pixel.
///
/// # Errors
/// [`Error::Usage`] for a picture that is not RGB, an `out` that does not fit or a singular matrix.
pub fn warp(
    view: View<'_>,
    to_page: &Matrix,
    width: usize,
    height: usize,
    out: &mut [u8],
    fill: [u8; 3],
) -> Result<()> {
    if view.channels != 3 || width == 0 || height == 0 || out.len() != width * height * 3 {
        return Err(Error::Usage(
            "an RGB picture and room for an RGB page are needed".into(),
        ));
    }
    let from_page = to_page.inverse()?;
    if let Some(steps) = whole(&from_page) {
        copy(view, steps, width, out, fill);
    } else if rotate::fits(&from_page) {
        simd::rotate(view, &from_page, width, out, fill);
    } else {
        simd::resample(view, &from_page, width, out, fill);
    }
    Ok(())
}

/// Shifts beyond it have no pixels to copy, and would not fit into whole numbers.
const FAR: f64 = 1e9;

/// Where the first pixel comes from and how source x and y change with a step right and a step down, if all whole.
fn whole(m: &Matrix) -> Option<[i64; 6]> {
    let m = &m.0;
    let turns = [m[0], m[1], m[3], m[4]]
        .iter()
        .all(|v| [-1.0, 0.0, 1.0].contains(v));
    if !turns
        || m[6] != 0.0
        || m[7] != 0.0
        || m[8] != 1.0
        || m[2].fract() != 0.0
        || m[5].fract() != 0.0
        || m[2].abs().max(m[5].abs()) > FAR
    {
        return None;
    }
    let [a, b, c, d, e, f] = [m[0], m[1], m[2], m[3], m[4], m[5]].map(|v| v as i64);
    // From the centre of the first page pixel to the index of a raw pixel.
    Some([a, b, c + (a + b - 1) / 2, d, e, f + (d + e - 1) / 2])
}

fn copy(view: View<'_>, [a, b, c, d, e, f]: [i64; 6], width: usize, out: &mut [u8], fill: [u8; 3]) {
    const BAND: usize = 32; // transposing: rows of the source stay in the cache for that many rows of the page
    let (w, h) = (view.width as i64, view.height as i64);
    for (band, rows) in out.chunks_mut(width * 3 * BAND).enumerate() {
        let strip = if b == 0 { width } else { BAND };
        for start in (0..width).step_by(strip) {
            for (i, row) in rows.chunks_exact_mut(width * 3).enumerate() {
                let (y, x0) = ((band * BAND + i) as i64, start as i64);
                let end = (start + strip).min(width);
                let (mut sx, mut sy) = (a * x0 + b * y + c, d * x0 + e * y + f);
                for to in row[start * 3..end * 3].chunks_exact_mut(3) {
                    if (0..w).contains(&sx) && (0..h).contains(&sy) {
                        let at = (sy * w + sx) as usize * 3;
                        to.copy_from_slice(&view.data[at..at + 3]);
                    } else {
                        to.copy_from_slice(&fill);
                    }
                    sx += a;
                    sy += d;
                }
            }
        }
    }
}

fn weights() -> Kept<[i32; 4]> {
    let all = (0..=PHASES).map(|i| {
        let t = i as f64 / PHASES as f64;
        let ideal = [
            ((-0.5 * t + 1.0) * t - 0.5) * t,
            (1.5 * t - 2.5) * t * t + 1.0,
            ((-1.5 * t + 2.0) * t + 0.5) * t,
            (0.5 * t - 0.5) * t * t,
        ];
        let mut whole = ideal.map(|v| (v * f64::from(ONE)).round() as i32);
        whole[if t < 0.5 { 1 } else { 2 }] += ONE - whole.iter().sum::<i32>();
        whole
    });
    Kept::collect(PHASES + 1, all)
}

#[allow(clippy::inline_always)]
#[inline(always)]
pub(super) fn resample(
    view: View<'_>,
    from_page: &Matrix,
    width: usize,
    out: &mut [u8],
    fill: [u8; 3],
) {
    let table = weights();
    let m = &from_page.0;
    let (w, h) = (view.width as f64, view.height as f64);
    for (y, row) in out.chunks_exact_mut(width * 3).enumerate() {
        let v = y as f64 + 0.5;
        let (mut nx, mut ny, mut nw) = (m[1] * v + m[2], m[4] * v + m[5], m[7] * v + m[8]);
        (nx, ny, nw) = (nx + m[0] * 0.5, ny + m[3] * 0.5, nw + m[6] * 0.5);
        let affine = m[6] == 0.0 && m[7] == 0.0;
        let scale = 1.0 / nw;
        for (x, to) in row.chunks_exact_mut(3).enumerate() {
            let step = x as f64;
            let scale = if affine {
                scale
            } else {
                1.0 / (nw + step * m[6])
            };
            let (sx, sy) = ((nx + step * m[0]) * scale, (ny + step * m[3]) * scale);
            if sx >= 0.0 && sy >= 0.0 && sx < w && sy < h {
                to.copy_from_slice(&sample(view, sx - 0.5, sy - 0.5, &table));
            } else {
                to.copy_from_slice(&fill);
            }
        }
    }
}

/// The colour at (`x`, `y`) in pixel indices; rows and columns beyond the edge repeat the last one.
#[allow(clippy::inline_always)]
#[inline(always)]
fn sample(view: View<'_>, x: f64, y: f64, table: &[[i32; 4]]) -> [u8; 3] {
    // x and y are above -1: one more makes them positive, so that cutting off the fraction is the floor.
    let (fx, fy) = (
        ((x + 1.0) * PHASES as f64) as i64,
        ((y + 1.0) * PHASES as f64) as i64,
    );
    let (wx, wy) = (&table[fx as usize % PHASES], &table[fy as usize % PHASES]);
    let (left, top) = (fx / PHASES as i64 - 2, fy / PHASES as i64 - 2);
    let mut columns = [0_i32; 12];
    if left >= 0 && top >= 0 && left + 4 <= view.width as i64 && top + 4 <= view.height as i64 {
        let mut at = (top as usize * view.width + left as usize) * 3;
        for &weight in wy {
            let pixels: &[u8; 12] = view.data[at..at + 12].try_into().unwrap_or(&[0; 12]);
            for (sum, &v) in columns.iter_mut().zip(pixels) {
                *sum += weight * i32::from(v);
            }
            at += view.width * 3;
        }
    } else {
        for (j, &weight) in (0..).zip(wy) {
            let row = view.row((top + j).clamp(0, view.height as i64 - 1) as usize);
            for i in 0..4 {
                let at = (left + i as i64).clamp(0, view.width as i64 - 1) as usize * 3;
                for c in 0..3 {
                    columns[i * 3 + c] += weight * i32::from(row[at + c]);
                }
            }
        }
    }
    let mut out = [0; 3];
    for (c, to) in out.iter_mut().enumerate() {
        let sum: i32 = (0..4).map(|i| wx[i] * columns[i * 3 + c]).sum();
        *to = ((sum + ONE * ONE / 2) / (ONE * ONE)).clamp(0, 255) as u8;
    }
    out
}

/// The same picture turned clockwise by `quarters`.
#[must_use]
pub fn turned(view: View<'_>, quarters: u8) -> Picture {
    let to = Matrix::unturn(
        (4 - quarters % 4) % 4,
        view.width as f64,
        view.height as f64,
    );
    let (width, height) = if quarters % 2 == 0 {
        (view.width, view.height)
    } else {
        (view.height, view.width)
    };
    let mut out = Picture::zeros(width, height, view.channels);
    if view.channels == 3 && warp(view, &to, width, height, &mut out.data, [0; 3]).is_ok() {
        return out;
    }
    if let Some([a, b, c, d, e, f]) = to.inverse().ok().as_ref().and_then(whole) {
        for y in 0..height {
            for x in 0..width {
                let at = {
                    let (x, y) = (x as i64, y as i64);
                    (d * x + e * y + f) as usize * view.width + (a * x + b * y + c) as usize
                };
                out.data[y * width + x] = view.data[at];
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: usize, height: usize) -> Picture {
        let mut p = Picture::zeros(width, height, 3);
        for (i, v) in p.data.iter_mut().enumerate() {
            *v = u8::try_from(i * 31 % 256).unwrap();
        }
        p
    }

    #[test]
    fn four_quarter_turns_come_back() {
        let p = picture(70, 41);
        let mut now = p.clone();
        for _ in 0..4 {
            now = turned(now.view(), 1);
        }
        assert_eq!(now, p);
        assert_eq!(turned(turned(p.view(), 1).view(), 3), p);
        assert_eq!(turned(turned(p.view(), 2).view(), 2), p);
        // Clockwise: the upper left pixel goes to the upper right.
        assert_eq!(turned(p.view(), 1).row(0)[40 * 3..], p.row(0)[..3]);
    }

    #[test]
    fn a_shift_by_whole_pixels_copies() {
        let p = picture(9, 8);
        let mut out = vec![0; 5 * 4 * 3];
        warp(p.view(), &Matrix::shift(-2.0, -3.0), 5, 4, &mut out, [9; 3]).unwrap();
        assert_eq!(out[..15], p.row(3)[6..21]);
        let mut out = vec![0; 3];
        warp(p.view(), &Matrix::shift(5.0, 0.0), 1, 1, &mut out, [9; 3]).unwrap();
        assert_eq!(out, [9; 3]);
    }

    #[test]
    fn a_flat_picture_stays_flat() {
        let mut p = Picture::zeros(30, 30, 3);
        p.data.fill(201);
        let mut out = vec![0; 30 * 30 * 3];
        warp(
            p.view(),
            &Matrix::rotation(3.3).then(&Matrix::shift(0.3, 0.1)),
            30,
            30,
            &mut out,
            [201; 3],
        )
        .unwrap();
        assert!(out.iter().all(|&v| v == 201));
    }

    #[test]
    fn a_slope_is_sampled_exactly() {
        let mut p = Picture::zeros(40, 40, 3);
        for (i, v) in p.data.iter_mut().enumerate() {
            *v = u8::try_from(i / 3 % 40 * 4 + i / 120 * 2).unwrap();
        }
        let m = Matrix::rotation(5.0).then(&Matrix::shift(2.25, 0.5));
        let back = m.inverse().unwrap();
        let mut out = vec![0; 40 * 40 * 3];
        warp(p.view(), &m, 40, 40, &mut out, [0; 3]).unwrap();
        for y in 8..30_u8 {
            for x in 8..30_u8 {
                let (sx, sy) = back.apply((f64::from(x) + 0.5, f64::from(y) + 0.5));
                let want = (sx - 0.5) * 4.0 + (sy - 0.5) * 2.0;
                let got = f64::from(out[(usize::from(y) * 40 + usize::from(x)) * 3]);
                assert!((want - got).abs() < 0.6, "{x} {y}: {want} {got}");
            }
        }
    }

    #[test]
    fn two_passes_draw_what_sixteen_taps_draw() {
        let mut p = Picture::zeros(150, 140, 3);
        for (i, v) in p.data.iter_mut().enumerate() {
            let (x, y, c) = ((i / 3 % 150) as f64, (i / 450) as f64, (i % 3) as f64);
            *v = (128.0 + 60.0 * (x / 3.0 + c).sin() + 60.0 * (y / 4.0 - c).cos()) as u8;
        }
        for degrees in [0.06, 0.5, -0.5, 1.5, -1.5, 3.2, -3.2, 0.003] {
            let turn = Matrix::shift(-75.0, -70.0).then(&Matrix::rotation(degrees));
            let m = turn.then(&Matrix::shift(82.3, 71.6));
            let back = m.inverse().unwrap();
            assert!(rotate::fits(&back), "{degrees}");
            let (mut fast, mut slow) = (vec![0; 160 * 150 * 3], vec![0; 160 * 150 * 3]);
            warp(p.view(), &m, 160, 150, &mut fast, [200, 100, 50]).unwrap();
            resample(p.view(), &back, 160, &mut slow, [200, 100, 50]);
            let mut far = 0;
            for (i, (&a, &b)) in fast.iter().zip(&slow).enumerate() {
                let (x, y) = back.apply(((i / 3 % 160) as f64 + 0.5, (i / 480) as f64 + 0.5));
                let rim = x < 2.0 || y < 2.0 || x > 148.0 || y > 138.0;
                far += usize::from(!rim && a.abs_diff(b) > 2);
                assert!(rim || a.abs_diff(b) <= 4, "{degrees} {x} {y}: {a} {b}");
            }
            assert!(far < 50, "{degrees}: {far}");
        }
    }

    #[test]
    fn a_singular_matrix_is_refused() {
        let p = picture(3, 3);
        assert!(warp(p.view(), &Matrix([0.0; 9]), 3, 3, &mut [0; 27], [0; 3]).is_err());
    }
}
