//! Lines of print found by connected ink: letters of like height beside each other, and the marks that belong to them.
//!
//! Rules of tables and frames are taken off first, so that no line goes through one and none is read as a stroke.

use super::blobs::{self, Blob, Ink};
use super::chains::{Edges, Home, edges, homes};
use super::grow::grow;
use super::scratch::Kept;
use super::threshold::sauvola;
use super::{Picture, View, rules};
use crate::{Error, Result};

/// Window and k of Sauvola's threshold: 2.6 mm at 300 dpi.
const WINDOW: (usize, f32) = (31, 0.3);
/// Ink is coloured where its channels differ by more than that.
const COLOUR: u8 = 45;
/// Colour is made deeper by that: of dark blue print the channels differ by 60, which is faint beside paper.
const DEEP: u8 = 2;
/// Colour that print has at its edges after JPEG.
const FAINT: u8 = 36;
/// Black print is darker than that.
const PRINT: u8 = 110;
/// Coloured ink larger than so many sizes of black print is a seal: two of them weigh more than a small red title.
const LARGEST: f32 = 4.5;
/// Owner of rules of tables and frames.
pub const RULE: u16 = u16::MAX;
/// Owner of black ink that is too large for letters.
pub const LARGE: u16 = RULE - 1;
/// Owner of coloured ink that is too large for letters.
pub const PAINT: u16 = RULE - 2;

/// A line of print on a page.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TextLine {
    /// Middle of its ink.
    pub middle: (f32, f32),
    /// Along the line, in pixels.
    pub length: f32,
    /// Across the line, marks included.
    pub height: f32,
    /// Clockwise slant in degrees.
    pub slant: f32,
    /// How many letters it has.
    pub letters: u32,
    /// Median height of its letters.
    pub size: f32,
    /// Whether its ink is coloured: seals, stamps, pens, red titles.
    pub coloured: bool,
}

/// The lines of a page, and whose each pixel of ink is.
#[derive(Debug)]
pub struct TextLines {
    /// In no particular order.
    pub lines: Kept<TextLine>,
    /// For each pixel the line's number plus one, [`RULE`], [`LARGE`], [`PAINT`], or 0 for paper and all else.
    pub owners: Kept<u16>,
    /// Gray of the page without its coloured ink.
    pub black: Picture,
}

/// Find the lines of an RGB page whose print runs along its rows: those in black ink as if nothing coloured lay on them,
/// then those in coloured ink.
///
/// # Errors
/// [`crate::Error::Usage`] for a picture that is not RGB.
pub fn text_lines(view: View<'_>) -> Result<TextLines> {
    if view.channels != 3 {
        return Err(Error::Usage("an RGB picture is needed".into()));
    }
    let mut gray = Picture::zeros(view.width, view.height, 1);
    let mut found = TextLines {
        lines: Kept::default(),
        owners: Kept::zeros(view.width * view.height),
        black: gray.clone(),
    };
    black(view.data, &mut found.black.data);
    let inked = tint(view.data, &mut gray.data);
    let painted = inked * 5000 > view.width * view.height;
    if painted {
        rim(&gray, &mut found.black)?;
    }
    let mask = sauvola(found.black.view(), WINDOW.0, WINDOW.1)?;
    let black = add(&mut found, mask, false, None);
    if painted {
        let mut mask = sauvola(gray.view(), WINDOW.0, WINDOW.1)?;
        for (ink, &v) in mask.data.iter_mut().zip(gray.data.iter()) {
            *ink &= u8::from(v < 255 - DEEP * COLOUR);
        }
        add(
            &mut found,
            mask,
            true,
            (black > 0.0).then_some(LARGEST * black),
        );
    }
    Ok(found)
}

/// Gray as if coloured ink were paper: it is light in one channel at least, black ink in none.
fn black(rgb: &[u8], gray: &mut [u8]) {
    for (to, p) in gray.iter_mut().zip(rgb.chunks_exact(3)) {
        let (high, low) = (p[0].max(p[1]).max(p[2]), p[0].min(p[1]).min(p[2]));
        let chroma = high - low;
        *to = high.saturating_add(chroma.saturating_sub(FAINT).saturating_mul(2));
    }
}

/// Dark where there is colour, the darker the deeper; how many pixels have it.
fn tint(rgb: &[u8], gray: &mut [u8]) -> usize {
    let mut inked = 0;
    for (to, p) in gray.iter_mut().zip(rgb.chunks_exact(3)) {
        let (high, low) = (p[0].max(p[1]).max(p[2]), p[0].min(p[1]).min(p[2]));
        *to = 255 - (high - low).saturating_mul(DEEP);
        inked += usize::from(high - low > COLOUR);
    }
    inked
}

/// Strokes of coloured ink have a rim that is dark and hardly coloured: it becomes paper, black print does not.
fn rim(tint: &Picture, black: &mut Picture) -> Result<()> {
    let mut mask = Picture::zeros(tint.width, tint.height, 1);
    for (ink, &v) in mask.data.iter_mut().zip(tint.data.iter()) {
        *ink = u8::from(v < 255 - DEEP * COLOUR);
    }
    let near = grow(mask.view(), 2.0)?;
    for (v, &near) in black.data.iter_mut().zip(near.data.iter()) {
        if near != 0 && *v > PRINT {
            *v = 255;
        }
    }
    Ok(())
}

/// Add the lines of `mask` to what was found; ink that is somebody's already stays theirs. Gives the size of most
/// letters, 0 without any; what is larger than `most` is none.
fn add(found: &mut TextLines, mut mask: Picture, coloured: bool, most: Option<f32>) -> f32 {
    let mut ink = blobs::find(mask.view());
    let tallest = mask.width.max(mask.height) as f32 / 16.0;
    let size = letter_size(&ink, most.map_or(tallest, |most| tallest.min(most)));
    if size < 3.0 {
        return 0.0;
    }
    let rule = if coloured { PAINT } else { RULE };
    if rules::take(&mut mask, &ink, size, rule, &mut found.owners) {
        ink = blobs::find(mask.view());
    }
    let owners = &found.owners;
    let is_rule =
        |y: usize, from: usize, to: usize| owners[y * mask.width..][from..to].contains(&RULE);
    let homes = homes(&ink, size, &is_rule);
    let before = found.lines.len();
    let names = lines(&ink, &homes, &mut found.lines);
    (found.lines[before..].iter_mut()).for_each(|line| line.coloured = coloured);
    for run in &ink.runs {
        let owner = match homes[run.blob as usize] {
            Home::Line(root) => names[root as usize],
            Home::Large if coloured => PAINT,
            Home::Large => LARGE,
            Home::None => continue,
        };
        let here = run.y as usize * mask.width;
        for at in &mut found.owners[here..][run.start as usize..run.end as usize] {
            if *at == 0 {
                *at = owner;
            }
        }
    }
    size
}

/// Median height of what may be letters, large ones counting more, as specks outnumber letters on a noisy page.
fn letter_size(ink: &Ink, most: f32) -> f32 {
    let most = most as u32;
    let like = |b: &&Blob| {
        let (w, h) = (b.width(), b.height());
        h >= 4 && h <= most && 5 * w >= h && w <= 4 * h
    };
    let mut sizes = Kept::collect(
        ink.blobs.len(),
        ink.blobs.iter().filter(like).map(Blob::height),
    );
    sizes.sort_unstable();
    let total: u64 = sizes.iter().map(|&s| u64::from(s)).sum();
    let mut seen = 0;
    let half = sizes.iter().find(|&&s| {
        seen += u64::from(s);
        seen * 2 >= total
    });
    half.map_or(0.0, |&s| s as f32)
}

/// The lines, and for each blob that is the root of one its number plus one.
fn lines(ink: &Ink, homes: &[Home], found: &mut Kept<TextLine>) -> Kept<u16> {
    let mut members = Kept::<(u32, u32)>::grown();
    for (i, home) in homes.iter().enumerate() {
        if let Home::Line(root) = home {
            members.push((*root, i as u32));
        }
    }
    members.sort_unstable();
    let mut names = Kept::<u16>::zeros(ink.blobs.len());
    for group in members.chunk_by(|a, b| a.0 == b.0) {
        if found.len() + 1 >= usize::from(PAINT) {
            break;
        }
        let boxes = || group.iter().map(|&(_, i)| edges(&ink.blobs[i as usize]));
        found.push(line(&boxes));
        names[group[0].0 as usize] = found.len() as u16;
    }
    names
}

fn all(numbers: impl Iterator<Item = f32>) -> Kept<f32> {
    let mut kept = Kept::grown();
    kept.extend(numbers);
    kept
}

fn median(numbers: &mut [f32]) -> f32 {
    numbers.sort_unstable_by(f32::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(0.0)
}

/// The line of these boxes.
fn line<I: Iterator<Item = Edges>>(boxes: &dyn Fn() -> I) -> TextLine {
    let mut heights = all(boxes().map(|b| b[3] - b[1]));
    let tallest = heights.iter().copied().fold(0.0, f32::max);
    heights.retain(|&h| h > 0.4 * tallest);
    let letters = heights.len() as u32;
    let size = median(&mut heights);
    let left = boxes().map(|b| b[0]).fold(f32::MAX, f32::min);
    let right = boxes().map(|b| b[2]).fold(0.0, f32::max);
    let mut slope = 0.0;
    if letters >= 8 && right - left > 12.0 * size {
        // where letters stand in the first and in the last third
        let foot = |from: f32, to: f32| {
            let within = |b: &Edges| b[3] - b[1] > 0.6 * size && (from..to).contains(&b[0]);
            let mut feet = all(boxes().filter(within).map(|b| b[3]));
            let middle = |b: Edges| f32::midpoint(b[0], b[2]);
            let mut places = all(boxes().filter(within).map(middle));
            (feet.len() >= 3).then(|| (median(&mut places), median(&mut feet)))
        };
        let third = (right - left) / 3.0;
        if let (Some(a), Some(b)) = (foot(left, left + third), foot(right - third, right)) {
            slope = (b.1 - a.1) / (b.0 - a.0).max(1.0);
        }
        if slope.abs() * (right - left) < 0.12 * size || slope.abs() > 0.1 {
            slope = 0.0;
        }
    }
    let (sin, cos) = slope.atan().sin_cos();
    let (mut low, mut high) = ([f32::MAX; 2], [f32::MIN; 2]);
    for [x0, y0, x1, y1] in boxes() {
        let x = f32::midpoint(x0, x1);
        for (x, y) in [
            (x, y0),
            (x, y1),
            (x0, f32::midpoint(y0, y1)),
            (x1, f32::midpoint(y0, y1)),
        ] {
            for (i, v) in [x * cos + y * sin, y * cos - x * sin]
                .into_iter()
                .enumerate()
            {
                low[i] = low[i].min(v);
                high[i] = high[i].max(v);
            }
        }
    }
    let (u, v) = (
        f32::midpoint(low[0], high[0]),
        f32::midpoint(low[1], high[1]),
    );
    TextLine {
        middle: (u * cos - v * sin, u * sin + v * cos),
        length: high[0] - low[0],
        height: high[1] - low[1],
        slant: slope.atan().to_degrees(),
        letters,
        size,
        coloured: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLACK: [u8; 3] = [30, 30, 34];
    const RED: [u8; 3] = [205, 30, 50];

    fn draw(page: &mut Picture, (x, y): (usize, usize), (w, h): (usize, usize), colour: [u8; 3]) {
        for row in y..y + h {
            for column in x..x + w {
                page.data[(row * page.width + column) * 3..][..3].copy_from_slice(&colour);
            }
        }
    }

    /// Letters of 10 x 14 pixels with a mark over every second.
    fn word(page: &mut Picture, x: usize, y: usize, count: usize, colour: [u8; 3]) {
        for i in 0..count {
            draw(page, (x + 14 * i, y), (10, 14), colour);
            if i % 2 == 1 {
                draw(page, (x + 14 * i + 2, y - 6), (5, 3), colour);
            }
        }
    }

    fn page() -> Picture {
        let mut page = Picture::zeros(600, 400, 3);
        page.data.fill(240);
        page
    }

    fn found(page: &Picture) -> Vec<(f32, f32, u32, bool)> {
        let mut lines: Vec<_> = (text_lines(page.view()).unwrap().lines.iter())
            .map(|l| (l.middle.0 - l.length / 2.0, l.height, l.letters, l.coloured))
            .collect();
        lines.sort_by(|a, b| a.0.total_cmp(&b.0));
        lines
    }

    #[test]
    fn words_are_one_line_with_their_marks_and_a_rule_parts_them() {
        let mut page = page();
        word(&mut page, 40, 100, 5, BLACK);
        word(&mut page, 125, 100, 5, BLACK);
        assert_eq!(found(&page), [(40.0, 20.0, 10, false)]);
        draw(&mut page, (116, 40), (2, 300), BLACK);
        assert_eq!(
            found(&page),
            [(40.0, 20.0, 5, false), (125.0, 20.0, 5, false)]
        );
    }

    #[test]
    fn columns_far_apart_are_two_lines() {
        let mut page = page();
        word(&mut page, 40, 100, 5, BLACK);
        word(&mut page, 300, 100, 5, BLACK);
        assert_eq!(found(&page).len(), 2);
    }

    #[test]
    fn a_dash_with_room_on_both_sides_is_within_its_line() {
        let mut page = page();
        word(&mut page, 40, 100, 5, BLACK);
        word(&mut page, 136, 100, 5, BLACK);
        assert_eq!(found(&page).len(), 2);
        draw(&mut page, (118, 106), (6, 2), BLACK);
        assert_eq!(found(&page), [(40.0, 20.0, 10, false)]);
    }

    #[test]
    fn a_small_red_title_is_found_beside_large_seals() {
        let mut page = Picture::zeros(1100, 400, 3);
        page.data.fill(240);
        word(&mut page, 40, 100, 12, BLACK);
        word(&mut page, 60, 200, 4, RED);
        for x in [60, 200] {
            draw(&mut page, (x, 300), (66, 66), RED);
        }
        assert!(found(&page).contains(&(60.0, 20.0, 4, true)));
    }

    #[test]
    fn dark_blue_print_is_found() {
        let mut page = page();
        word(&mut page, 40, 100, 12, BLACK);
        word(&mut page, 60, 200, 12, [50, 60, 120]);
        assert!(found(&page).contains(&(60.0, 20.0, 12, true)));
    }

    #[test]
    fn black_print_is_found_as_if_no_coloured_stroke_lay_on_it() {
        let mut page = page();
        draw(&mut page, (150, 60), (6, 120), RED);
        word(&mut page, 40, 100, 12, BLACK);
        word(&mut page, 60, 300, 8, RED);
        let lines = found(&page);
        assert_eq!(lines[0], (40.0, 20.0, 12, false));
        assert!(lines.iter().any(|line| line.3 && line.2 == 8));
        let owners = text_lines(page.view()).unwrap().owners;
        assert_eq!((owners[70 * 600 + 152], owners[0]), (PAINT, 0));
    }

    #[test]
    fn a_blank_page_and_noise_have_no_lines() {
        assert!(found(&page()).is_empty());
        assert!(
            text_lines(View::new(1, 1, 3, &[0, 0, 0]).unwrap())
                .unwrap()
                .lines
                .is_empty()
        );
        assert!(text_lines(View::new(1, 1, 1, &[0]).unwrap()).is_err());
    }
}
