//! Signs of a colour copy: a printer's screen in what should be one ink.
//!
//! A stamp lays down one ink, so that its densities of green and blue stay in one proportion however thick it lies. A
//! printer mixes magenta and yellow dots on screens of different angles: the proportion changes from pixel to pixel.

use super::View;
use super::scratch::Kept;

/// Least mean density (natural logarithm) of a seal that is judged: noise shifts the hue of a faint one.
const LEAST: f64 = 0.45;
/// Pixels of ink that are needed.
const PIXELS: usize = 400;

/// Standard deviation of the hue of the red ink in a circle of `page`, as a share of its density; None where there is
/// too little ink. Pixels with black or blue over the red are left out.
#[must_use]
pub fn hue_spread(page: View<'_>, (x, y): (f64, f64), radius: f64, paper: [u8; 3]) -> Option<f64> {
    let tables = paper.map(densities);
    let clip = |v: f64, side: usize| (v.max(0.0) as usize).min(side);
    let (left, right) = (clip(x - radius, page.width), clip(x + radius, page.width));
    let (top, bottom) = (clip(y - radius, page.height), clip(y + radius, page.height));
    let mut inks = Kept::<[f32; 3]>::grown();
    for row in top..bottom {
        let pixels = page.row(row)[left * 3..right * 3].chunks_exact(3);
        for (column, p) in pixels.enumerate() {
            if ((left + column) as f64 - x).hypot(row as f64 - y) <= radius {
                let [r, g, b] = [0, 1, 2].map(|i: usize| tables[i][p[i] as usize]);
                let red = g.min(b) - r;
                if red > 0.1 && r < 0.5 {
                    inks.push([red, g, b]);
                }
            }
        }
    }
    if inks.len() < PIXELS {
        return None;
    }
    let place = inks.len() * 9 / 10;
    let (_, thick, _) = inks.select_nth_unstable_by(place, |a, b| a[0].total_cmp(&b[0]));
    let level = 0.45 * thick[0];
    inks.retain(|ink| ink[0] >= level);
    let n = inks.len() as f64;
    let mean = |i: usize| inks.iter().map(|ink| f64::from(ink[i])).sum::<f64>() / n;
    let (green, blue) = (mean(1), mean(2));
    let density = f64::midpoint(green, blue);
    if inks.len() < PIXELS || density < LEAST {
        return None;
    }
    let ratio = blue / green;
    let squares: f64 = inks
        .iter()
        .map(|ink| (f64::from(ink[2]) - ratio * f64::from(ink[1])).powi(2))
        .sum();
    Some((squares / n).sqrt() / density)
}

fn densities(paper: u8) -> [f32; 256] {
    let mut table = [0.0; 256];
    for (v, to) in table.iter_mut().enumerate() {
        *to = (f32::from(paper) / (v as f32).max(1.0)).ln().max(0.0);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Picture;

    const PAPER: [u8; 3] = [250, 248, 240];

    fn page(colour: impl Fn(usize, usize) -> [u8; 3]) -> Picture {
        let mut page = Picture::zeros(120, 120, 3);
        for (i, pixel) in page.data.chunks_exact_mut(3).enumerate() {
            pixel.copy_from_slice(&colour(i % 120, i / 120));
        }
        page
    }

    #[test]
    fn one_ink_of_any_thickness_has_one_hue_and_a_screen_has_many() {
        let stamp = page(|x, _| {
            let thick = 0.4 + (x % 40) as f64 / 66.0;
            let at = |p: u8, ink: f64| (f64::from(p) * (-ink * thick).exp()).round() as u8;
            [at(250, 0.24), at(248, 2.1), at(240, 1.7)]
        });
        // Dots of magenta and yellow on screens of different angles, as a scanner's lens blurs them.
        let screen = page(|x, y| {
            let dots = |u: f64, v: f64| 1.0 + 0.5 * (u.sin() * v.sin());
            let (x, y) = (x as f64, y as f64);
            let magenta = dots(1.2 * x + 0.3 * y, 1.2 * y - 0.3 * x);
            let yellow = dots(1.1 * x, 1.1 * y);
            let at = |p: u8, ink: f64| (f64::from(p) * (-ink).exp()).round() as u8;
            [236, at(248, 1.8 * magenta), at(240, 1.6 * yellow)]
        });
        let spread = |p: &Picture| hue_spread(p.view(), (60.0, 60.0), 55.0, PAPER);
        assert!(spread(&stamp).unwrap() < 0.03);
        assert!(spread(&screen).unwrap() > 0.15);
    }

    #[test]
    fn little_ink_and_faint_ink_are_not_judged() {
        let blank = page(|_, _| PAPER);
        let faint = page(|_, _| [246, 205, 200]);
        for picture in [blank, faint] {
            assert_eq!(hue_spread(picture.view(), (60.0, 60.0), 55.0, PAPER), None);
        }
    }
}
