//! Framed stamps: words in a coloured box that a hand put there, at any slant.

use std::ops::RangeInclusive;

use super::geometry::{Point, Quad, distance, hull};
use super::inks::{Inks, at_least};
use super::scratch::Kept;
use super::{Picture, blobs, grow};

/// Density of red, or of blue and violet, from which on it is ink.
const INK: u8 = 5;
/// From here on it is as strong as printed titles are.
const PRINT: u8 = 25;
/// Black print has up to so many times the density of its own blue.
const PRINT_OVER_BLUE: u16 = 5;
/// Long and short side in millimetres.
const LONG_MM: (f64, f64) = (13.0, 90.0);
const SHORT_MM: (f64, f64) = (5.5, 26.0);
/// How far ink is grown before it is looked at what hangs together.
const GROWN_MM: [f64; 2] = [0.5, 0.13];
/// Share of a side that is left out at each end, where the frame turns.
const END: f64 = 0.06;
/// Words begin within that share of the height from the frame; in between a row is inked over at most `BLANK` of it.
const ROOM: f64 = 0.4;
const BLANK: f64 = 0.2;

/// Framed stamps in red, blue or violet ink, in pixels of [`Inks`]: four corners, clockwise from the reader's upper left.
///
/// A worn frame hangs together only when its ink is grown, a whole one beside a red title only when it is hardly grown,
/// and a worn one that a title crosses only without the title's full ink.
#[must_use]
pub fn find(inks: &Inks) -> Kept<Quad> {
    let mut found = Kept::grown();
    let least = (LONG_MM.0 + SHORT_MM.0) * inks.per_mm;
    // no blue title lies beside a stamp
    let masks: [fn(&Inks) -> Picture; 3] = [
        |inks| at_least(&inks.red, INK),
        |inks| worn(&inks.red),
        |inks| no_print(&inks.blue, &inks.black),
    ];
    for of in masks {
        let mask = of(inks);
        let inked: u32 = mask.data.iter().map(|&ink| u32::from(ink)).sum();
        if f64::from(inked) < least {
            continue; // half of the smallest frame's outline
        }
        for grown_mm in GROWN_MM {
            let by = inks.px(grown_mm);
            if by < 1.0 {
                find_among(inks, &mask, &mask, &mut found); // no pixel is reached
            } else if let Ok(grown) = grow::grow(mask.view(), by as f32) {
                find_among(inks, &mask, &grown, &mut found);
            }
        }
    }
    found
}

/// Where there is blue ink that is not print: the black of printers is bluish.
fn no_print(blue: &Picture, black: &Picture) -> Picture {
    let mut out = Picture::zeros(blue.width, blue.height, 1);
    for (to, (&blue, &black)) in out.data.iter_mut().zip(blue.data.iter().zip(&*black.data)) {
        *to = u8::from(blue >= INK && u16::from(blue) * PRINT_OVER_BLUE >= u16::from(black));
    }
    out
}

/// The ink of worn stamps: coloured, but not as strongly as print.
fn worn(amount: &Picture) -> Picture {
    let mut out = Picture::zeros(amount.width, amount.height, 1);
    for y in 0..amount.height {
        for (to, from) in out.row_mut(y).iter_mut().zip(amount.row(y)) {
            *to = u8::from((INK..PRINT).contains(from));
        }
    }
    out
}

/// The frames among the ink that hangs together in `grown`, except where one was found before.
fn find_among(inks: &Inks, mask: &Picture, grown: &Picture, found: &mut Kept<Quad>) {
    let ink = blobs::find(grown.view());
    let mm = |px: u32| f64::from(px) / inks.per_mm;
    for (index, blob) in ink.blobs.iter().enumerate() {
        let (w, h) = (mm(blob.width()), mm(blob.height()));
        if !(LONG_MM.0..LONG_MM.1).contains(&w) || !(SHORT_MM.0..SHORT_MM.1).contains(&h) {
            continue;
        }
        let mut points = Kept::<Point>::grown();
        for run in ink.runs.iter().filter(|r| r.blob as usize == index) {
            points.push((run.start.into(), run.y.into()));
            points.push((run.end.into(), f64::from(run.y) + 1.0));
        }
        let Some(quad) = slanted_box(&hull(&points)) else {
            continue;
        };
        let (long, short) = (
            distance(quad[0], quad[1]) / inks.per_mm,
            distance(quad[1], quad[2]) / inks.per_mm,
        );
        let sized = (LONG_MM.0..LONG_MM.1).contains(&long)
            && (SHORT_MM.0..SHORT_MM.1).contains(&short)
            && long > 1.15 * short;
        if sized
            && framed(mask, &quad, inks.px(1.2)) >= 0.72
            && words_apart(mask, &quad)
            && !found.iter().any(|other| within(&quad, other))
        {
            found.push(quad);
        }
    }
}

/// Whether the middle of `quad` lies in the upright box around `other`.
fn within(quad: &Quad, other: &Quad) -> bool {
    let middle = |f: fn(&Point) -> f64| quad.iter().map(f).sum::<f64>() / 4.0;
    let inside = |f: fn(&Point) -> f64, at: f64| {
        other.iter().any(|p| f(p) <= at) && other.iter().any(|p| f(p) >= at)
    };
    inside(|p| p.0, middle(|p| p.0)) && inside(|p| p.1, middle(|p| p.1))
}

/// The smallest box around a hull, as far as it is slanted by at most 30 degrees; its longer side is the upper one.
fn slanted_box(hull: &[Point]) -> Option<Quad> {
    let mut best: Option<(f64, Quad)> = None;
    for (i, a) in hull.iter().enumerate() {
        let b = hull[(i + 1) % hull.len()];
        let length = distance(*a, b);
        if length < 3.0 {
            continue;
        }
        let (mut ux, mut uy) = ((b.0 - a.0) / length, (b.1 - a.1) / length);
        if ux.abs() < uy.abs() {
            (ux, uy) = (uy, -ux);
        }
        if ux < 0.0 {
            (ux, uy) = (-ux, -uy);
        }
        if uy.abs() > 0.5 {
            continue;
        }
        let span = |f: &dyn Fn(&Point) -> f64| {
            hull.iter()
                .map(f)
                .fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)))
        };
        let (u0, u1) = span(&|p| p.0 * ux + p.1 * uy);
        let (v0, v1) = span(&|p| p.1 * ux - p.0 * uy);
        let area = (u1 - u0) * (v1 - v0);
        if best.as_ref().is_none_or(|(least, _)| area < *least) {
            let at = |u: f64, v: f64| (u * ux - v * uy, u * uy + v * ux);
            best = Some((area, [at(u0, v0), at(u1, v0), at(u1, v1), at(u0, v1)]));
        }
    }
    best.map(|(_, quad)| quad).filter(|q| q[1].0 - q[0].0 > 0.0)
}

/// Share of the box's outline along which there is ink within `deep` pixels inside; a side with hardly any spoils it.
fn framed(mask: &Picture, quad: &Quad, deep: f64) -> f64 {
    let shares = [0, 1, 2, 3].map(|side| inked(mask, quad, side, 0..=deep as usize));
    let weakest = shares.iter().copied().fold(1.0, f64::min);
    (shares.iter().sum::<f64>() / 4.0).min(weakest + 0.35)
}

/// Whether the words stand off the frame above and below: a row of blank, where bare capitals have their stems.
fn words_apart(mask: &Picture, quad: &Quad) -> bool {
    let room = (ROOM * distance(quad[1], quad[2])) as usize;
    [0, 2]
        .iter()
        .all(|&side| (1..=room).any(|depth| inked(mask, quad, side, depth..=depth) <= BLANK))
}

/// Share of a side, its ends left out, at which there is ink at one of these depths (pixels inward).
fn inked(mask: &Picture, quad: &Quad, side: usize, depths: RangeInclusive<usize>) -> f64 {
    let (a, b) = (quad[side], quad[(side + 1) % 4]);
    let length = distance(a, b).max(1.0);
    let (ux, uy) = ((b.0 - a.0) / length, (b.1 - a.1) / length);
    let (first, last) = ((END * length) as usize, ((1.0 - END) * length) as usize);
    let hit = (first..last).filter(|step| {
        let (x, y) = (
            a.0 + ux * (*step as f64 + 0.5),
            a.1 + uy * (*step as f64 + 0.5),
        );
        depths.clone().any(|depth| {
            // the corners run clockwise, so inward is to the right
            let (px, py) = (x - uy * depth as f64, y + ux * depth as f64);
            px >= 0.0
                && py >= 0.0
                && (px as usize) < mask.width
                && (py as usize) < mask.height
                && mask.row(py as usize)[px as usize] == 1
        })
    });
    hit.count() as f64 / last.saturating_sub(first).max(1) as f64
}
