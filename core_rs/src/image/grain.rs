//! What sensor and file left on the pixels of a raw picture: noise, JPEG blocks, repeated pixels.
//!
//! All of it lies on the grid of the file, so it is measured before a page is turned or straightened; and it is looked
//! at in tiles spread evenly over the picture, because a tenth of a page says as much as the whole.

use super::blocking::Grid;
use super::noise::Noise;
use super::{View, reduce};

/// Side of a tile in pixels.
pub const TILE: usize = 32;
/// Tiles along the two sides of a page together make about this many.
const TILES: f64 = 560.0;

/// Measures of a raw picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grain {
    /// Standard deviation of the paper in gray levels, slow changes taken out.
    pub noise_sigma: f64,
    /// 1 where each pixel has noise of its own; less where neighbours share theirs, as after enlarging or smoothing.
    pub noise_roughness: f64,
    /// How many gray levels higher steps between neighbours are, in the mean, on the borders of 8 x 8 blocks, flat paper
    /// left out.
    pub blocking: f64,
    /// Every pixel was written so many times across and down: 1, or the factor of a picture enlarged without sampling.
    pub repeats: usize,
}

/// Measure an RGB picture.
#[must_use]
pub fn grain(view: View<'_>) -> Grain {
    let (across, down) = (view.width / TILE, view.height / TILE);
    let every = ((across * down) as f64 / TILES).sqrt().max(1.0);
    let starts = |tiles: usize| {
        (0..(tiles as f64 / every) as usize).map(move |i| ((i as f64 + 0.5) * every) as usize)
    };
    let mut tile = [0_i16; TILE * TILE];
    let mut noise = Noise::new(starts(across).count() * starts(down).count());
    let (mut rows, mut columns) = (Grid::default(), Grid::default());
    for ty in starts(down) {
        for tx in starts(across) {
            let (left, top) = (tx * TILE, ty * TILE);
            for (y, to) in tile.chunks_exact_mut(TILE).enumerate() {
                let from = &view.row(top + y)[left * 3..(left + TILE) * 3];
                for (to, rgb) in to.iter_mut().zip(from.chunks_exact(3)) {
                    *to = i16::from(reduce::luma(rgb));
                }
            }
            noise.add(&tile);
            let (low, high) = tile
                .iter()
                .fold((255, 0), |(low, high), &v| (v.min(low), v.max(high)));
            if high - low >= 40 {
                rows.add(&tile, left);
                let mut turned = [0; TILE * TILE];
                for (i, &v) in tile.iter().enumerate() {
                    turned[(i % TILE) * TILE + i / TILE] = v;
                }
                columns.add(&turned, top);
            }
        }
    }
    let (noise_sigma, noise_roughness) = noise.sigma();
    Grain {
        noise_sigma,
        noise_roughness,
        blocking: f64::midpoint(rows.blocking(), columns.blocking()),
        repeats: rows.repeats().min(columns.repeats()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Picture;

    /// Bars of ink on paper with normal noise of `sigma` (twelve uniform draws make one).
    fn page(sigma: f64) -> Picture {
        let mut picture = Picture::zeros(360, 480, 3);
        let mut state = 7_u64;
        let mut uniform = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f64 / f64::from(1 << 24)
        };
        for y in 0..480 {
            for x in 0..360 {
                let normal = (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
                let ink = y % 50 < 12 && (x * 7 + y / 50 * 13) % 23 < 9;
                let level = if ink { 40.0 } else { 225.0 + x as f64 / 36.0 };
                picture.row_mut(y)[3 * x..3 * x + 3]
                    .fill((level + sigma * normal).round().clamp(0.0, 255.0) as u8);
            }
        }
        picture
    }

    #[test]
    fn known_noise_is_measured_within_a_tenth() {
        for sigma in [2.0, 5.0, 10.0, 20.0] {
            let found = grain(page(sigma).view());
            assert!(
                (found.noise_sigma / sigma - 1.0).abs() < 0.1,
                "{sigma}: {found:?}"
            );
        }
        assert!((grain(page(5.0).view()).noise_roughness - 1.0).abs() < 0.05);
        assert!(grain(page(0.0).view()).noise_sigma < 0.5);
    }

    #[test]
    fn steps_on_an_eight_pixel_grid_are_measured_wherever_it_lies() {
        for (dx, dy) in [(0, 0), (3, 5)] {
            let mut picture = page(2.0);
            for y in 0..480 {
                for x in 0..360 {
                    if ((x + dx) / 8 + (y + dy) / 8) % 2 == 0 {
                        picture.row_mut(y)[3 * x..3 * x + 3]
                            .iter_mut()
                            .for_each(|v| *v = v.saturating_add(6));
                    }
                }
            }
            let found = grain(picture.view());
            assert!((2.5..6.5).contains(&found.blocking), "{found:?}");
        }
        assert!(grain(page(4.0).view()).blocking < 0.5);
    }

    #[test]
    fn flat_paper_hides_no_blocks() {
        let blocky = |flat: bool| {
            let mut picture = page(2.0);
            for y in 0..480 {
                for x in 0..360 {
                    let pixel = &mut picture.row_mut(y)[3 * x..3 * x + 3];
                    if flat && y % 32 >= 12 {
                        pixel.fill(225);
                    } else if (x / 8 + y / 8) % 2 == 0 {
                        for v in pixel {
                            *v = v.saturating_add(6);
                        }
                    }
                }
            }
            grain(picture.view()).blocking
        };
        let share = blocky(true) / blocky(false);
        assert!(share > 0.5, "{share}");
    }

    #[test]
    fn pixels_written_several_times_are_counted() {
        let small = page(2.0);
        for k in [1, 2, 3, 4] {
            let mut large = Picture::zeros(small.width * k, small.height * k, 3);
            for y in 0..large.height {
                for x in 0..large.width {
                    let from = small.row(y / k)[x / k * 3];
                    large.row_mut(y)[3 * x..3 * x + 3].fill(from);
                }
            }
            assert_eq!(grain(large.view()).repeats, k);
        }
    }

    #[test]
    fn a_picture_smaller_than_a_tile_has_nothing_to_measure() {
        let found = grain(Picture::zeros(31, 90, 3).view());
        assert_eq!(
            (found.noise_sigma, found.blocking, found.repeats),
            (0.0, 0.0, 1)
        );
    }
}
