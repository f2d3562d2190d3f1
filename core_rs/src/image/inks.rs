//! Inks by their colour: how much red, blue and black lies on each place of a page, at about 100 dpi.
//!
//! Amounts are densities (40 times the natural logarithm of paper over pixel, 0 to 255). Transparent inks add up in
//! density (Lambert and Beer), so black text cancels out of the red that was stamped over it, and red out of the black.

use super::scratch::Kept;
use super::{Picture, View, reduce};

/// Dots an inch of the picture that marks are looked for in, at least.
const WORK_DPI: f64 = 90.0;

/// Amounts of ink, one byte a pixel.
#[derive(Clone, Debug)]
pub struct Inks {
    /// Page pixels to a pixel of these pictures.
    pub factor: usize,
    /// Pixels of these pictures to a millimetre.
    pub per_mm: f64,
    /// Density of green and blue over that of red: red ink.
    pub red: Picture,
    /// Density of red and green over that of blue: blue ink.
    pub blue: Picture,
    /// Density that all three have in common: black.
    pub black: Picture,
    /// The page in colour.
    pub small: Picture,
    /// The paper's own colour.
    pub paper: [u8; 3],
}

impl Inks {
    /// Part the inks of an RGB page of `dpi`.
    #[must_use]
    pub fn new(page: View<'_>, dpi: f64) -> Self {
        let factor = ((dpi / WORK_DPI) as usize).clamp(1, 16);
        let small = reduce::shrink(page, factor);
        let paper = paper(&small);
        let tables = paper.map(densities);
        let (w, h) = (small.width, small.height);
        let [mut red, mut blue, mut black] = [(); 3].map(|()| Kept::<u8>::zeros(w * h));
        let into = red.iter_mut().zip(&mut *blue).zip(&mut *black);
        for (((red, blue), black), p) in into.zip(small.data.chunks_exact(3)) {
            let (r, g, b) = (
                tables[0][p[0] as usize],
                tables[1][p[1] as usize],
                tables[2][p[2] as usize],
            );
            *red = g.min(b).saturating_sub(r);
            *blue = r.min(g).saturating_sub(b);
            *black = r.min(g).min(b);
        }
        let picture = |data| Picture {
            width: w,
            height: h,
            channels: 1,
            data,
        };
        Self {
            factor,
            per_mm: small_per_mm(dpi, factor),
            red: picture(red),
            blue: picture(blue),
            black: picture(black),
            small,
            paper,
        }
    }

    /// Millimetres as pixels of these pictures.
    #[must_use]
    pub fn px(&self, mm: f64) -> f64 {
        mm * self.per_mm
    }
}

fn small_per_mm(dpi: f64, factor: usize) -> f64 {
    (dpi / factor as f64 / 25.4).max(0.1)
}

/// The colour that three quarters of the page are no lighter than.
fn paper(small: &Picture) -> [u8; 3] {
    let mut counts = [[0_u32; 256]; 3];
    for p in small.data.chunks_exact(3).step_by(5) {
        for (count, &v) in counts.iter_mut().zip(p) {
            count[v as usize] += 1;
        }
    }
    counts.map(|count| {
        let total: u32 = count.iter().sum();
        let mut seen = 0;
        let level = count.iter().position(|&n| {
            seen += n;
            seen * 4 >= total * 3
        });
        level.unwrap_or(255).max(60) as u8
    })
}

fn densities(paper: u8) -> [u8; 256] {
    let mut table = [0; 256];
    for (v, to) in table.iter_mut().enumerate() {
        let ratio = f64::from(paper) / (v as f64).max(1.0);
        *to = (40.0 * ratio.ln()).round().clamp(0.0, 255.0) as u8;
    }
    table
}

/// Where an amount is at least `level` (1), and where not (0).
#[must_use]
pub fn at_least(amount: &Picture, level: u8) -> Picture {
    Picture {
        width: amount.width,
        height: amount.height,
        channels: 1,
        data: Kept::collect(
            amount.data.len(),
            amount.data.iter().map(|&v| u8::from(v >= level)),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn red_over_black_leaves_the_black_and_blue_is_neither() {
        let paper = [250_u8, 248, 240];
        let inks: [[u8; 3]; 4] = [[24, 24, 30], [196, 28, 42], [19, 3, 5], [28, 52, 150]];
        let mut page = Picture::zeros(40, 40, 3);
        for pixel in page.data.chunks_exact_mut(3) {
            pixel.copy_from_slice(&paper);
        }
        for (i, colour) in inks.iter().enumerate() {
            page.data[i * 3..i * 3 + 3].copy_from_slice(colour);
        }
        let found = Inks::new(page.view(), 100.0);
        assert_eq!(found.factor, 1);
        assert_eq!(found.paper, paper);
        let at = |picture: &Picture, i: usize| picture.data[i];
        assert!(at(&found.red, 0) < 4 && at(&found.red, 1) > 50 && at(&found.red, 2) > 40);
        assert!(at(&found.black, 0) > 80 && at(&found.black, 1) < 15 && at(&found.black, 2) > 80);
        assert!(at(&found.blue, 3) > 35 && at(&found.red, 3) == 0);
        assert_eq!(
            at(&found.red, 30) + at(&found.blue, 30) + at(&found.black, 30),
            0
        );
    }
}
