//! What was crossed out or painted over (SPEC 1.4, R1).

use super::geometry::{Quad, corners};
use super::inks::Inks;
use super::scratch::Kept;
use super::{Picture, blobs, reduce};

/// Least colour, in levels, that paper must have so that white fluid on it can be seen.
const TINT: u8 = 8;
const RED: u8 = 14;
/// Least length of a line through words: letters that touch make shorter ones.
const LONG_MM: f64 = 10.0;

/// White patches on tinted paper, in pixels of [`Inks`].
#[must_use]
pub fn fluid(inks: &Inks) -> Kept<Quad> {
    let tint = spread(&inks.paper);
    if tint < TINT {
        return Kept::default();
    }
    let most = (f64::from(tint) * 0.45) as u8;
    let least = reduce::luma(&inks.paper).saturating_sub(4);
    // every second pixel of every second row is enough for patches of 3 mm
    let (w, h) = (inks.small.width / 2, inks.small.height / 2);
    let mut mask = Picture::zeros(w, h, 1);
    for y in 0..h {
        let row = inks.small.row(2 * y).chunks_exact(3).step_by(2);
        for (to, p) in mask.row_mut(y).iter_mut().zip(row) {
            *to = u8::from(spread(p) <= most && reduce::luma(p) >= least);
        }
    }
    let mm = |px: u32| f64::from(px) / inks.per_mm;
    let rim = inks.px(3.0);
    let (w, h) = (inks.small.width as f64, inks.small.height as f64);
    let blobs = blobs::find(mask.view()).blobs;
    let patches = blobs
        .iter()
        .map(|b| blobs::Blob {
            x0: 2 * b.x0,
            y0: 2 * b.y0,
            x1: 2 * b.x1,
            y1: 2 * b.y1,
            area: 4 * b.area,
        })
        .filter(|b| {
            let inside = f64::from(b.x0) > rim
                && f64::from(b.y0) > rim
                && f64::from(b.x1) < w - rim
                && f64::from(b.y1) < h - rim;
            let sized =
                (3.0..90.0).contains(&mm(b.width())) && (2.5..30.0).contains(&mm(b.height()));
            let dense = f64::from(b.area) > 0.45 * f64::from(b.width() * b.height());
            inside && sized && dense && on_paper(inks, b)
        })
        .map(|b| corners(b.x0.into(), b.y0.into(), b.x1.into(), b.y1.into()));
    let mut found = Kept::grown();
    found.extend(patches);
    found
}

/// Whether what lies around a patch is mostly paper: the gaps of a printed code are no patches.
fn on_paper(inks: &Inks, patch: &blobs::Blob) -> bool {
    let rim = inks.px(0.8) as usize;
    let (l, r) = (patch.x0 as usize - rim, patch.x1 as usize + rim);
    let rows = [patch.y0 as usize - rim, patch.y1 as usize + rim - 1];
    let around = rows.iter().flat_map(|&y| &inks.black.row(y)[l..r]);
    let dark = around.filter(|&&v| v >= 12).count();
    dark * 10 < 7 * (r - l)
}

fn spread(p: &[u8]) -> u8 {
    let high = p.iter().max().copied().unwrap_or(0);
    high - p.iter().min().copied().unwrap_or(0)
}

/// A piece of a nearly level line: row, and columns `start..end`.
#[derive(Clone, Copy)]
struct Piece {
    y: usize,
    start: usize,
    end: usize,
    /// Columns of the line up to here.
    length: usize,
    before: Option<usize>,
    /// The last piece of the same row that begins further left.
    beside: Option<usize>,
}

/// Lines drawn through words, in pixels of [`Inks`]: level to within 10 degrees, 10 mm and longer, crossed by letters.
///
/// `strokes` are the page's black and blue strokes; `elsewhere` tells places (x, y) that are something else.
#[must_use]
pub fn strikes(inks: &Inks, strokes: &Picture, elsewhere: impl Fn(f64, f64) -> bool) -> Kept<Quad> {
    let mut mask = strokes.clone();
    for (to, &red) in mask.data.iter_mut().zip(&inks.red.data) {
        *to |= u8::from(red >= RED);
    }
    let mut found = Kept::<Quad>::grown();
    for_chains(&mask, inks, |chain| {
        let (first, last) = (chain[0], chain[chain.len() - 1]);
        let at = |piece: &Piece| (piece.start as f64, piece.y as f64);
        if elsewhere(at(&first).0, at(&first).1) || elsewhere(last.end as f64, last.y as f64) {
            return;
        }
        let length = (last.end - first.start) as f64 / inks.per_mm;
        let crossings = crossings(&mask, chain, inks);
        if crossings < 4 || (crossings as f64) < 0.3 * length {
            return;
        }
        let top = chain.iter().map(|p| p.y).min().unwrap_or(0) as f64 - inks.px(1.5);
        let bottom = chain.iter().map(|p| p.y).max().unwrap_or(0) as f64 + inks.px(1.5);
        let (l, r) = (first.start as f64, last.end as f64);
        if share(&mask, l, top, r, bottom) > 0.43 {
            return;
        }
        let again = found
            .iter()
            .any(|q| q[0].0.max(l) < q[2].0.min(r) && q[0].1.max(top) < q[2].1.min(bottom));
        if !again {
            found.push(corners(l, top, r, bottom));
        }
    });
    found
}

/// Share of a box that is ink: text with a line through it leaves more paper than a printed code.
fn share(mask: &Picture, left: f64, top: f64, right: f64, bottom: f64) -> f64 {
    let (l, r) = (left.max(0.0) as usize, (right as usize).min(mask.width));
    let (t, b) = (top.max(0.0) as usize, (bottom as usize).min(mask.height));
    let ink: usize = (t..b)
        .map(|y| {
            mask.row(y)[l..r]
                .iter()
                .map(|&v| usize::from(v))
                .sum::<usize>()
        })
        .sum();
    ink as f64 / ((r - l) * (b - t)).max(1) as f64
}

/// Tell the chains of level pieces of [`LONG_MM`] and more, the longest first.
fn for_chains(mask: &Picture, inks: &Inks, mut tell: impl FnMut(&[Piece])) {
    let least = (1.2 * inks.per_mm) as usize;
    let mut pieces = Kept::<Piece>::grown();
    for y in 0..mask.height {
        let row = mask.row(y);
        let mut x = 0;
        while let Some(start) = row[x..].iter().position(|&v| v == 1).map(|n| n + x) {
            let end = row[start..]
                .iter()
                .position(|&v| v == 0)
                .map_or(row.len(), |n| n + start);
            if end - start >= least && thin(mask, y, start, end, inks) {
                pieces.push(Piece {
                    y,
                    start,
                    end,
                    length: end - start,
                    before: None,
                    beside: None,
                });
            }
            x = end;
        }
    }
    pieces.sort_unstable_by_key(|p| (p.start, p.y));
    // The last piece of each row so far.
    let mut rows = Kept::<Option<usize>>::filled(mask.height, None);
    for i in 0..pieces.len() {
        let mut piece = pieces[i];
        let (above, below) = (
            piece.y.saturating_sub(1),
            (piece.y + 1).min(mask.height - 1),
        );
        for &row in &rows[above..=below] {
            for k in std::iter::successors(row, |&k| pieces[k].beside).take(4) {
                let other = pieces[k];
                let joins = other.end + 2 >= piece.start && other.end < piece.end;
                let length = other.length + piece.end - other.end.max(piece.start);
                if joins && length > piece.length {
                    piece.length = length;
                    piece.before = Some(k);
                }
            }
        }
        piece.beside = rows[piece.y].replace(i);
        pieces[i] = piece;
    }
    let long = (LONG_MM * inks.per_mm) as usize;
    let ends = (0..pieces.len()).filter(|&i| pieces[i].length >= long);
    let mut ends = Kept::collect(pieces.len(), ends);
    ends.sort_unstable_by_key(|&i| (std::cmp::Reverse(pieces[i].length), i));
    let mut used = Kept::filled(pieces.len(), false);
    let mut chain = Kept::<Piece>::grown();
    for &end in &ends {
        chain.clear();
        let mut at = Some(end);
        let mut fresh = true;
        while let Some(i) = at {
            fresh &= !used[i];
            used[i] = true;
            chain.push(pieces[i]);
            at = pieces[i].before;
        }
        chain.reverse();
        if fresh {
            tell(&chain);
        }
    }
}

/// Whether most of a run is no thicker than a pen's line.
fn thin(mask: &Picture, y: usize, start: usize, end: usize, inks: &Inks) -> bool {
    let most = (1.1 * inks.per_mm).ceil() as usize;
    let samples = 7.min(end - start);
    let thin = (0..samples).filter(|i| {
        let x = start + (end - start) * (2 * i + 1) / (2 * samples);
        let reach = |down: bool| {
            (1..=most)
                .take_while(|&d| {
                    let at = if down {
                        y.checked_add(d)
                    } else {
                        y.checked_sub(d)
                    };
                    at.is_some_and(|v| v < mask.height && mask.row(v)[x] == 1)
                })
                .count()
        };
        reach(true) + reach(false) < most
    });
    thin.count() * 4 >= samples
}

/// How often letters go through the chain, from above it to below it.
fn crossings(mask: &Picture, chain: &[Piece], inks: &Inks) -> usize {
    let (near, far) = (
        (0.4 * inks.per_mm).round() as usize,
        (0.6 * inks.per_mm).round() as usize,
    );
    let (mut count, mut last) = (0, None::<usize>);
    for piece in chain {
        if piece.y < far || piece.y + far >= mask.height {
            continue;
        }
        for x in piece.start..piece.end {
            let ink = |y: usize| mask.row(y)[x] == 1;
            let through =
                (near..=far).all(|d| ink(piece.y - d)) && (near..=far).all(|d| ink(piece.y + d));
            if through {
                if last.is_none_or(|l| x > l + 1) {
                    count += 1;
                }
                last = Some(x);
            }
        }
    }
    count
}
