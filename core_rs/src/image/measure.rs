//! What can be said of a page before anybody reads it.

use super::geometry::{Point, Quad};
use super::scratch::Kept;
use super::survey::Work;
use super::threshold::sauvola;
use super::{Picture, View, blobs, blur, content, edge, glare, lines, paper, shadow};
use crate::Result;

/// Radius and k of Sauvola's threshold for faded print, which is looked for where there is hardly any other ink.
const FAINT: (usize, f32) = (15, 0.1);

/// Measures of a page; lengths and places are in page pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Measures {
    /// Standard deviation, in pixels, of the blur that edges of ink have; 0 where there are none.
    pub blur_px: f64,
    /// Share of the page that is ink.
    pub ink_share: f64,
    /// Share of the page that is ink but neither specks nor rules and frames.
    pub content_share: f64,
    /// Gray levels between paper and ink.
    pub contrast: f64,
    /// Median height of letters; 0 where there are none.
    pub text_height: f64,
    /// Where text is cut at the left, the top, the right and the bottom.
    pub cuts: [Option<Quad>; 4],
    /// Share of the page that is burnt out to pure white inside darker paper.
    pub glare_share: f64,
    /// Boxes of what is burnt out.
    pub glare: Kept<Quad>,
    /// Share of the page that lies in shadow.
    pub shadow_share: f64,
    /// How much darker a quarter of the shadow is at least: 0 as the paper, 1 black.
    pub shadow_depth: f64,
    /// Boxes of the shadows, largest first.
    pub shadows: Kept<Quad>,
}

/// Measure an RGB page; `outline` is what the scan shows of the paper, in page pixels.
///
/// # Errors
/// Only those of a picture that is not RGB.
pub fn measure(view: View<'_>, outline: &Quad) -> Result<Measures> {
    let work = Work::new(view);
    let Written {
        mask,
        ink,
        is_letter,
        ..
    } = written(&work)?;
    let factor = work.factor as f64;
    let letters = ink.blobs.iter().zip(&is_letter).filter(|(_, l)| **l);
    let mut heights = Kept::collect(ink.blobs.len(), letters.map(|(b, _)| b.height()));
    heights.sort_unstable();
    let text_height = if heights.len() >= 12 {
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
    .map(|side| side.map(|quad| scaled(&quad, factor)));
    let small = work.small_factor as f64;
    let enlarged = |mut quads: Kept<Quad>| {
        (quads.iter_mut()).for_each(|quad| *quad = scaled(quad, small));
        quads
    };
    let (glare_share, glare) = glare::find(&work.small);
    let shadow = shadow::find(&work.small, &scaled(outline, 1.0 / small));
    Ok(Measures {
        blur_px: blur::blur(view, &ink, &is_letter, work.factor, contrast),
        ink_share: ink_pixels as f64 / (mask.width * mask.height) as f64,
        content_share: content::share(&ink, mask.width * mask.height),
        contrast,
        text_height,
        cuts,
        glare_share,
        glare: enlarged(glare),
        shadow_share: shadow.share,
        shadow_depth: shadow.depth,
        shadows: enlarged(shadow.quads),
    })
}

/// Ink, and which of it is writing.
struct Written {
    mask: Picture,
    ink: blobs::Ink,
    is_letter: Kept<bool>,
    letters: usize,
}

/// The ink of a page; faint ink too where the usual threshold finds next to no writing and the fainter one does.
fn written(work: &Work) -> Result<Written> {
    let with = |mask: Picture| {
        let ink = blobs::find(mask.view());
        let (is_letter, _) = lines::letters(&ink, mask.width, mask.height);
        let letters = content::letters_in_lines(&ink, &is_letter);
        Written {
            mask,
            ink,
            is_letter,
            letters,
        }
    };
    let usual = with(work.ink()?);
    if usual.letters >= content::ENOUGH / 3 {
        return Ok(usual);
    }
    let faint = with(sauvola(work.gray.view(), FAINT.0, FAINT.1)?);
    let more = faint.letters >= content::ENOUGH / 2 && faint.letters > usual.letters;
    Ok(if more { faint } else { usual })
}

fn scaled(quad: &Quad, by: f64) -> Quad {
    quad.map(|(x, y): Point| (x * by, y * by))
}

fn median(sorted: &[u32]) -> f64 {
    sorted.get(sorted.len() / 2).copied().map_or(0.0, f64::from)
}

/// Gray levels between the paper and the darker part of letters (of all ink, where there are no letters).
fn contrast(gray: &Picture, mask: &Picture, ink: &blobs::Ink, is_letter: &[bool]) -> f64 {
    let pick = |letters: bool| {
        let mut values = Kept::roomy(ink.runs.iter().map(|r| (r.end - r.start) as usize).sum());
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
    let light = gray
        .data
        .iter()
        .zip(&mask.data)
        .step_by(7)
        .filter(|(_, m)| **m == 0)
        .map(|(&v, _)| v);
    let light = Kept::collect(mask.data.len() / 7 + 1, light);
    f64::from(paper::level(&light, 0.5)) - f64::from(paper::level(&dark, 0.25))
}
