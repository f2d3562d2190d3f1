//! What can be said of a page before anybody reads it.

use super::geometry::{Point, Quad, corners};
use super::survey::Work;
use super::{Picture, View, blobs, edge, grow, lines, paper, reduce, seal};
use crate::Result;

/// Measures of a page; lengths and places are in page pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Measures {
    /// Standard deviation, in pixels, of the blur that edges of ink have; 0 where there are none.
    pub blur_px: f64,
    /// Share of the page that is ink.
    pub ink_share: f64,
    /// Gray levels between paper and ink.
    pub contrast: f64,
    /// Median height of letters; 0 where there are none.
    pub text_height: f64,
    /// Sides (0 left, 1 top, 2 right, 3 bottom) at which text is cut, and where.
    pub cuts: Vec<(u8, Quad)>,
    /// Red round seals.
    pub seals: Vec<Quad>,
    /// Share of the page that is burnt out to pure white inside darker paper.
    pub glare_share: f64,
}

/// Measure an RGB page; `outline` is what the scan shows of the paper, in page pixels.
///
/// # Errors
/// Only those of a picture that is not RGB.
pub fn measure(view: View<'_>, outline: &Quad) -> Result<Measures> {
    let work = Work::new(view);
    let mask = work.ink()?;
    let ink = blobs::find(mask.view());
    let (is_letter, _) = lines::letters(&ink, mask.width, mask.height);
    let factor = work.factor as f64;
    let mut heights: Vec<u32> = ink
        .blobs
        .iter()
        .zip(&is_letter)
        .filter(|(_, l)| **l)
        .map(|(b, _)| b.height())
        .collect();
    heights.sort_unstable();
    let letters = heights.len();
    let text_height = if letters >= 12 {
        median(&heights) * factor
    } else {
        0.0
    };
    let ink_pixels: u64 = ink
        .blobs
        .iter()
        .filter(|b| b.area >= 6)
        .map(|b| u64::from(b.area))
        .sum();
    let contrast = contrast(&work.gray, &mask, &ink, &is_letter);
    let cuts = edge::cuts(
        &ink,
        &is_letter,
        text_height / factor,
        &scaled(outline, 1.0 / factor),
    )
    .into_iter()
    .map(|(side, quad)| (side, scaled(&quad, factor)))
    .collect();
    let seals = seal::find(work.small.view())
        .into_iter()
        .map(|(l, t, r, b)| scaled(&corners(l, t, r, b), work.small_factor as f64))
        .collect();
    Ok(Measures {
        blur_px: blur(view, &ink, &is_letter, work.factor, contrast),
        ink_share: ink_pixels as f64 / (mask.width * mask.height) as f64,
        contrast,
        text_height,
        cuts,
        seals,
        glare_share: glare(&work.small),
    })
}

fn scaled(quad: &Quad, by: f64) -> Quad {
    quad.map(|(x, y): Point| (x * by, y * by))
}

fn median(sorted: &[u32]) -> f64 {
    sorted.get(sorted.len() / 2).copied().map_or(0.0, f64::from)
}

/// Gray levels between the paper and the darker part of letters (of all ink, where there are no letters).
fn contrast(gray: &Picture, mask: &Picture, ink: &blobs::Ink, is_letter: &[bool]) -> f64 {
    let pick = |letters: bool| -> Vec<u8> {
        let mut values = Vec::new();
        for run in ink
            .runs
            .iter()
            .filter(|r| !letters || is_letter[r.blob as usize])
        {
            values
                .extend_from_slice(&gray.row(run.y as usize)[run.start as usize..run.end as usize]);
        }
        values
    };
    let mut dark = pick(true);
    if dark.len() < 50 {
        dark = pick(false);
    }
    if dark.len() < 20 {
        return 0.0;
    }
    let light: Vec<u8> = gray
        .data
        .iter()
        .zip(&mask.data)
        .step_by(7)
        .filter(|(_, m)| **m == 0)
        .map(|(&v, _)| v)
        .collect();
    f64::from(paper::level(&light, 0.5)) - f64::from(paper::level(&dark, 0.25))
}

/// Median blur of the edges of letters, along rows and along columns; the larger of both.
fn blur(view: View<'_>, ink: &blobs::Ink, is_letter: &[bool], factor: usize, contrast: f64) -> f64 {
    if contrast < 8.0 {
        return 0.0;
    }
    let mut runs: Vec<&blobs::Run> = ink
        .runs
        .iter()
        .filter(|r| is_letter[r.blob as usize])
        .collect();
    if runs.len() < 200 {
        runs = ink
            .runs
            .iter()
            .filter(|r| ink.blobs[r.blob as usize].area >= 12)
            .collect();
    }
    let step = (runs.len() / 4000).max(1);
    let reach = 12 * factor;
    let (mut rows, mut columns) = (Vec::new(), Vec::new());
    let mut line = Vec::with_capacity(4 * reach);
    for run in runs.iter().step_by(step) {
        let y = (run.y as usize * factor + factor / 2).min(view.height - 1);
        let (start, end) = (
            run.start as usize * factor,
            (run.end as usize * factor).min(view.width),
        );
        let (from, to) = (start.saturating_sub(reach), (start + reach).min(view.width));
        line.clear();
        line.extend(
            view.row(y)[from * 3..to * 3]
                .chunks_exact(3)
                .map(|p| i32::from(reduce::luma(p))),
        );
        rows.extend(edge_blur(&line, contrast));
        let x = usize::midpoint(start, end).min(view.width - 1);
        let (from, to) = (y.saturating_sub(reach), (y + reach).min(view.height));
        line.clear();
        line.extend((from..to).map(|y| i32::from(reduce::luma(&view.row(y)[x * 3..x * 3 + 3]))));
        columns.extend(edge_blur(&line, contrast));
    }
    let middle = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(0.0)
    };
    middle(rows).max(middle(columns))
}

/// Blur of the steepest edge of `line`: for a Gaussian of deviation s a step of height a has slope a / (s sqrt(2 pi)).
fn edge_blur(line: &[i32], contrast: f64) -> Option<f64> {
    const NOISE: i32 = 6;
    if line.len() < 5 {
        return None;
    }
    let slope = |i: usize| line[i + 1] - line[i];
    let steepest = (0..line.len() - 1).max_by_key(|&i| slope(i).abs())?;
    let sign = slope(steepest).signum();
    let walk = |mut i: usize, forward: bool| {
        let mut best = line[i] * sign;
        loop {
            let next = if forward { i + 1 } else { i.wrapping_sub(1) };
            let Some(&v) = line.get(next) else {
                return best;
            };
            let better = if forward {
                v * sign > best
            } else {
                v * sign < best
            };
            let lost = if forward {
                best - v * sign
            } else {
                v * sign - best
            };
            if better {
                best = v * sign;
            } else if lost > NOISE {
                return best;
            }
            i = next;
        }
    };
    let (low, high) = (walk(steepest, false), walk(steepest + 1, true));
    let height = f64::from(high - low);
    if height < 0.5 * contrast {
        return None;
    }
    Some(height / (f64::from(slope(steepest).abs()) * (2.0 * std::f64::consts::PI).sqrt()))
}

/// Share of pixels that a lamp, mirrored in foil or gloss, has burnt out: white spots that fade into darker paper.
/// What is white with a sharp edge was printed or laid so; on white paper glare cannot be told.
fn glare(small: &Picture) -> f64 {
    const LEAST: f64 = 0.003;
    let gray = reduce::gray(small.view());
    let paper = paper::level(&gray.data, 0.5);
    let total = gray.data.len() as f64;
    let mut mask = Picture::zeros(gray.width, gray.height, 1);
    for (to, &v) in mask.data.iter_mut().zip(&gray.data) {
        *to = u8::from(v >= 253);
    }
    if paper > 242 || mask.data.iter().map(|&v| f64::from(v)).sum::<f64>() < LEAST * total {
        return 0.0;
    }
    let ink = blobs::find(mask.view());
    let mut burnt = 0.0;
    for (index, blob) in ink.blobs.iter().enumerate() {
        if f64::from(blob.area) >= LEAST * total
            && fades(&gray, &ink, index as u32, f64::from(paper))
        {
            burnt += f64::from(blob.area);
        }
    }
    burnt / total
}

/// Whether the paper some pixels away from a white spot is still lighter than elsewhere.
fn fades(gray: &Picture, ink: &blobs::Ink, index: u32, paper: f64) -> bool {
    let mut spot = Picture::zeros(gray.width, gray.height, 1);
    for run in ink.runs.iter().filter(|r| r.blob == index) {
        spot.row_mut(run.y as usize)[run.start as usize..run.end as usize].fill(1);
    }
    let (Ok(inner), Ok(outer)) = (grow::grow(spot.view(), 8.0), grow::grow(spot.view(), 10.0))
    else {
        return false;
    };
    let rim = gray.data.iter().zip(&inner.data).zip(&outer.data);
    let values: Vec<u8> = rim
        .filter(|((_, a), b)| **a == 0 && **b == 1)
        .map(|((&v, _), _)| v)
        .collect();
    !values.is_empty() && f64::from(paper::level(&values, 0.5)) - paper >= 0.2 * (255.0 - paper)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(soft: f64) -> Picture {
        let mut picture = Picture::zeros(300, 400, 3);
        for (i, pixel) in picture.data.chunks_exact_mut(3).enumerate() {
            let r = ((i % 300) as f64 - 150.0).hypot((i / 300) as f64 - 200.0);
            let share = ((40.0 + soft - r) / soft).clamp(0.0, 1.0);
            pixel.fill((205.0 + 50.0 * share) as u8);
        }
        picture
    }

    #[test]
    fn a_spot_that_fades_is_glare_and_a_white_box_is_not() {
        assert!(glare(&spot(30.0)) > 0.03);
        assert_eq!(glare(&spot(0.5)), 0.0);
        let mut white = spot(30.0);
        white.data.fill(250);
        assert_eq!(glare(&white), 0.0);
    }

    #[test]
    fn a_step_of_known_blur_is_measured() {
        for sigma in [1.0, 2.0, 4.0] {
            let line: Vec<i32> = (0..60)
                .map(|x| {
                    // The logistic curve of the same steepest slope stands in for the error function.
                    let t =
                        (f64::from(x) - 29.5) * 4.0 / (sigma * (2.0 * std::f64::consts::PI).sqrt());
                    (30.0 + 200.0 / (1.0 + (-t).exp())) as i32
                })
                .collect();
            let found = edge_blur(&line, 200.0).unwrap();
            assert!((found / sigma - 1.0).abs() < 0.1, "{sigma}: {found}");
        }
        assert_eq!(edge_blur(&[200; 40], 200.0), None);
    }
}
