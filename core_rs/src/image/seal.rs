//! Round seals: 36 mm for most offices (Circular 34/2024/TT-BCA knows 20 to 42 mm), red by law; blue ones are told apart.

use super::Picture;
use super::inks::Inks;
use super::rings::{self, Ring};
use super::scratch::Kept;

/// Least amount of ink (see [`super::inks`]) that may belong to a seal: a third of the usual, on worn pads.
const FAINT: u8 = 5;

/// Quality of a seal whose centre lies within another one.
const SECOND: f64 = 0.75;

/// A round seal, in pixels of [`Inks`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seal {
    /// Centre, radius and what was measured of the ring.
    pub ring: Ring,
    /// How sure it is that this is a seal, 0 to 1.
    pub quality: f64,
}

/// Red and blue round seals of a page.
#[must_use]
pub fn find(inks: &Inks) -> (Kept<Seal>, Kept<Seal>) {
    (
        of_ink(&inks.red, inks.per_mm),
        of_ink(&inks.blue, inks.per_mm),
    )
}

/// Round seals of one ink; `per_mm` pixels are a millimetre.
#[must_use]
pub fn of_ink(amount: &Picture, per_mm: f64) -> Kept<Seal> {
    let rings = rings::find(amount, per_mm, FAINT);
    let mut seals = Kept::<Seal>::roomy(rings.len());
    for seal in rings.iter().copied().filter_map(judged) {
        // pieces of a seal make poor rings within it; a second seal over the first is a good one
        let within = seals
            .iter()
            .any(|s| (s.ring.x - seal.ring.x).hypot(s.ring.y - seal.ring.y) < s.ring.radius);
        if !within || seal.quality >= SECOND {
            seals.push(seal);
        }
    }
    seals
}

/// A ring that is thin, written in, and alone, is a seal.
fn judged(ring: Ring) -> Option<Seal> {
    let alone = ring.filled < 0.45 && ring.outside < 0.2;
    let quality = ring.rim * (ring.written / 0.5).min(1.0) * (1.0 - ring.outside);
    (alone && quality >= 0.52).then_some(Seal { ring, quality })
}
