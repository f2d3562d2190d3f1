//! How far the edges of ink are blurred.

use super::scratch::Kept;
use super::{View, blobs, reduce};

/// Median blur of the edges of letters, along rows and along columns; the larger of both.
#[must_use]
pub fn blur(
    view: View<'_>,
    ink: &blobs::Ink,
    is_letter: &[bool],
    factor: usize,
    contrast: f64,
) -> f64 {
    if contrast < 8.0 {
        return 0.0;
    }
    let letters = || ink.runs.iter().filter(|r| is_letter[r.blob as usize]);
    let few = letters().count() < 200;
    let wanted = |r: &&blobs::Run| {
        if few {
            ink.blobs[r.blob as usize].area >= 12
        } else {
            is_letter[r.blob as usize]
        }
    };
    let runs = ink.runs.iter().filter(wanted);
    let count = runs.clone().count();
    let step = (count / 4000).max(1);
    let reach = 12 * factor;
    let (mut rows, mut columns) = (Kept::roomy(count / step + 1), Kept::roomy(count / step + 1));
    let mut line = Kept::roomy(2 * reach);
    for run in runs.step_by(step) {
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
    let middle = |mut values: Kept<f64>| {
        values.sort_unstable_by(f64::total_cmp);
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
    // The height and place at which the edge, walked from its steepest step, stops rising.
    let walk = |mut i: usize, forward: bool| {
        let (mut best, mut first, mut last) = (line[i] * sign, i, i);
        loop {
            let next = if forward { i + 1 } else { i.wrapping_sub(1) };
            let Some(&v) = line.get(next) else {
                return (best, f64::midpoint(first as f64, last as f64));
            };
            let gain = if forward {
                v * sign - best
            } else {
                best - v * sign
            };
            if gain > 0 {
                (best, first, last) = (v * sign, next, next);
            } else if gain == 0 {
                last = next;
            } else if -gain > NOISE {
                return (best, f64::midpoint(first as f64, last as f64));
            }
            i = next;
        }
    };
    let ((low, from), (high, to)) = (walk(steepest, false), walk(steepest + 1, true));
    let height = f64::from(high - low);
    if height < 0.5 * contrast {
        return None;
    }
    let apparent =
        height / (f64::from(slope(steepest).abs()) * (2.0 * std::f64::consts::PI).sqrt());
    let room = (steepest as f64 + 0.5 - from).min(to - steepest as f64 - 0.5);
    Some(apparent / reached(room / apparent))
}

/// The share of its blur that an edge of a thin stroke shows, by the room it has beside its steepest place, in deviations
/// as they appear.
///
/// A stroke thinner than three deviations never reaches the full depth of ink, so its edges look steeper for their
/// height than they are: to 0.66 of the blur in the limit, where half a stroke appears as 1.5 deviations; from 2.3 on
/// nothing is lost. Computed from the difference of two error functions, between these ends by a line.
fn reached(room: f64) -> f64 {
    (0.70 + 0.30 * (room - 1.4) / 0.9).clamp(0.70, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_thin_stroke_of_known_blur_is_measured() {
        // A stroke as the difference of two steps; Abramowitz and Stegun 7.1.25 for the error function.
        let step = |x: f64| {
            let t = 1.0 / (1.0 + 0.47047 * x.abs());
            let tail = t * (0.348_024_2 - t * (0.095_879_8 - t * 0.747_855_6)) * (-x * x).exp();
            if x > 0.0 { 2.0 - tail } else { tail }
        };
        for (width, sigma) in [(6.0, 1.0), (6.0, 2.0), (6.0, 3.0), (6.0, 4.0), (12.0, 4.0)] {
            let line: Vec<i32> = (0..80)
                .map(|x| {
                    let at =
                        |edge: f64| step((f64::from(x) + 0.5 - edge) / (sigma * 2.0_f64.sqrt()));
                    (230.0 - 100.0 * (at(40.0 - width / 2.0) - at(40.0 + width / 2.0))) as i32
                })
                .collect();
            let found = edge_blur(&line, 100.0).unwrap();
            assert!(
                (found / sigma - 1.0).abs() < 0.15,
                "{width} {sigma}: {found}"
            );
        }
    }
}
