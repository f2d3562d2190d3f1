//! Marks on a page that somebody made by hand: seals, signatures, photographs, corrections, stamps.

use super::blobs::Blob;
use super::geometry::{Point, Quad, corners};
use super::inks::Inks;
use super::rings::Ring;
use super::scratch::Kept;
use super::strokes::{self, Strokes};
use super::{Picture, View, correction, photocopy, portrait, seal, stamp};
use crate::{Error, Result};

/// The ink of a seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// As the law wants it.
    Red,
    /// A seal of some companies and clinics.
    Blue,
    /// What a black and white copy leaves of a red one.
    Black,
}

/// A round seal in page pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seal {
    /// Its ink.
    pub colour: Colour,
    /// Centre.
    pub centre: Point,
    /// Radius.
    pub radius: f64,
    /// How sure it is that this is a seal, 0 to 1.
    pub quality: f64,
    /// Share of the rim that is inked, of what lies on the page.
    pub rim: f64,
    /// How much the hue of its ink varies; None where that is not judged. See [`photocopy`].
    pub hue_spread: Option<f64>,
    /// Share of the ink of the signature beside it that it covers; 0 without one.
    pub overlap: f64,
}

/// A handwritten signature in page pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Signature {
    /// The box around it.
    pub quad: Quad,
    /// How sure it is, 0 to 1.
    pub confidence: f64,
    /// Whether it is blue.
    pub blue: bool,
}

/// What was found, in page pixels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    /// Round seals.
    pub seals: Kept<Seal>,
    /// Handwritten signatures.
    pub signatures: Kept<Signature>,
    /// Photographs, with how sure it is.
    pub portraits: Kept<(Quad, f64)>,
    /// Framed stamps in coloured ink.
    pub stamps: Kept<Quad>,
    /// Words crossed out.
    pub strikes: Kept<Quad>,
    /// Patches of correction fluid.
    pub fluid: Kept<Quad>,
}

/// Find the marks on an upright RGB page of `dpi`.
///
/// # Errors
/// [`Error::Usage`] for a picture that is not RGB or a resolution that is no positive number.
pub fn find(page: View<'_>, dpi: f64) -> Result<Marks> {
    if page.channels != 3 || !(dpi.is_finite() && dpi > 0.0) {
        return Err(Error::Usage("an RGB page and its dpi are needed".into()));
    }
    let inks = Inks::new(page, dpi.clamp(50.0, 2400.0));
    // before the strokes, which lie in the room that the stamps need
    let mut stamps = stamp::find(&inks);
    let (red, blue) = seal::find(&inks);
    let mut portraits = portrait::find(&inks);
    let strokes = Strokes::new(&inks);
    let black = black_seals(&inks, &strokes, &red, &blue);
    let signatures = strokes::signatures(&inks, &strokes, |blob| {
        let mut rings = blue.iter().chain(&black).map(|s| &s.ring);
        rings.any(|ring| holds(ring, blob, inks.px(2.0)))
            || portraits.iter().any(|(quad, _)| middle_in(quad, blob))
    });
    let mut crossed = correction::strikes(&inks, &strokes.mask, |x, y| {
        let near =
            |q: &Quad| q[0].0 - 4.0 < x && x < q[2].0 + 4.0 && q[0].1 - 4.0 < y && y < q[2].1 + 4.0;
        red.iter()
            .chain(&blue)
            .chain(&black)
            .any(|s| (s.ring.x - x).hypot(s.ring.y - y) < s.ring.radius + 4.0)
            || stamps.iter().any(near)
            || portraits.iter().any(|(quad, _)| near(quad))
            || signatures.found.iter().any(|s| near(&around(s)))
    });
    let mut fluid = correction::fluid(&inks);
    fluid.retain(|q| {
        !portraits
            .iter()
            .any(|(p, _)| p[0].0 < q[2].0 && q[0].0 < p[2].0 && p[0].1 < q[2].1 && q[0].1 < p[2].1)
    });
    let by = inks.factor as f64;
    let sealed = |seal: &seal::Seal, colour| {
        let (centre, radius) = ((seal.ring.x, seal.ring.y), seal.ring.radius);
        let shares = signatures
            .found
            .iter()
            .map(|s| signatures.share_within(s, &strokes.ink, centre, radius));
        let (x, y) = (centre.0 * by, centre.1 * by);
        Seal {
            colour,
            centre: (x, y),
            radius: radius * by,
            quality: seal.quality,
            rim: seal.ring.rim,
            hue_spread: (colour == Colour::Red)
                .then(|| photocopy::hue_spread(page, (x, y), radius * by, inks.paper))
                .flatten(),
            overlap: shares.fold(0.0, f64::max),
        }
    };
    let mut seals = Kept::roomy(red.len() + blue.len() + black.len());
    for (of, colour) in [
        (&red, Colour::Red),
        (&blue, Colour::Blue),
        (&black, Colour::Black),
    ] {
        seals.extend(of.iter().map(|seal| sealed(seal, colour)));
    }
    let written = signatures.found.iter().map(|s| Signature {
        quad: scaled(&around(s), by),
        confidence: s.confidence,
        blue: s.blue,
    });
    let written = Kept::collect(signatures.found.len(), written);
    portraits
        .iter_mut()
        .for_each(|(quad, _)| *quad = scaled(quad, by));
    for quads in [&mut stamps, &mut crossed, &mut fluid] {
        quads.iter_mut().for_each(|quad| *quad = scaled(quad, by));
    }
    Ok(Marks {
        seals,
        signatures: written,
        portraits,
        stamps,
        strikes: crossed,
        fluid,
    })
}

/// How sure a black seal must be: codes, heads and tables make rings too.
const BLACK_QUALITY: f64 = 0.72;

/// Round black seals: only looked for where black ink hangs together over the size of a seal.
fn black_seals(
    inks: &Inks,
    strokes: &Strokes,
    red: &[seal::Seal],
    blue: &[seal::Seal],
) -> Kept<seal::Seal> {
    let mm = |px: u32| f64::from(px) / inks.per_mm;
    let sized = |b: &&Blob| {
        let (w, h) = (mm(b.width()), mm(b.height()));
        let open = f64::from(b.area) < 0.36 * f64::from(b.width() * b.height());
        open && (18.0..75.0).contains(&w) && (18.0..75.0).contains(&h) && w < 2.2 * h && h < 2.2 * w
    };
    let mut found = Kept::grown();
    for blob in strokes.ink.blobs.iter().filter(sized).take(8) {
        let cut = cut(&inks.black, blob);
        for mut seal in seal::of_ink(&cut, inks.per_mm).iter().copied() {
            seal.ring.x += f64::from(blob.x0);
            seal.ring.y += f64::from(blob.y0);
            let again = red
                .iter()
                .chain(blue)
                .any(|s| (s.ring.x - seal.ring.x).hypot(s.ring.y - seal.ring.y) < seal.ring.radius);
            if !again && seal.quality >= BLACK_QUALITY && seal.ring.filled < 0.36 {
                found.push(seal);
            }
        }
    }
    found
}

fn cut(picture: &Picture, blob: &Blob) -> Picture {
    let mut out = Picture::zeros(blob.width() as usize, blob.height() as usize, 1);
    for y in 0..out.height {
        let row = picture.row(y + blob.y0 as usize);
        out.row_mut(y)
            .copy_from_slice(&row[blob.x0 as usize..blob.x1 as usize]);
    }
    out
}

fn holds(ring: &Ring, blob: &Blob, slack: f64) -> bool {
    let far = [
        (blob.x0, blob.y0),
        (blob.x1, blob.y0),
        (blob.x0, blob.y1),
        (blob.x1, blob.y1),
    ];
    let reach = ring.radius + slack;
    let middle = (
        f64::from(blob.x0 + blob.x1) / 2.0,
        f64::from(blob.y0 + blob.y1) / 2.0,
    );
    (middle.0 - ring.x).hypot(middle.1 - ring.y) < ring.radius
        && far.iter().all(|&(x, y)| {
            (f64::from(x) - ring.x).abs() < reach && (f64::from(y) - ring.y).abs() < reach
        })
}

fn middle_in(quad: &Quad, blob: &Blob) -> bool {
    let (x, y) = (
        f64::from(blob.x0 + blob.x1) / 2.0,
        f64::from(blob.y0 + blob.y1) / 2.0,
    );
    quad[0].0 < x && x < quad[2].0 && quad[0].1 < y && y < quad[2].1
}

fn around(signature: &strokes::Signature) -> Quad {
    let s = signature;
    corners(s.left, s.top, s.right, s.bottom)
}

fn scaled(quad: &Quad, by: f64) -> Quad {
    quad.map(|(x, y)| (x * by, y * by))
}
