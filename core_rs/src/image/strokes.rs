//! Handwriting: strokes of a pen that hang together over more than a letter, neither straight nor dense.

use super::blobs::{self, Blob, Ink};
use super::inks::Inks;
use super::scratch::Kept;
use super::{Picture, View};

/// Least black and least blue of a pen's stroke.
const BLACK: u8 = 22;
const BLUE: u8 = 12;

/// Strokes of black and blue ink, and what hangs together in them.
#[derive(Clone, Debug)]
pub struct Strokes {
    /// 1 where there is a stroke.
    pub mask: Picture,
    /// Its connected parts.
    pub ink: Ink,
    /// Blue pixels of each part.
    blue: Kept<u32>,
}

/// A signature, in pixels of [`Inks`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Signature {
    /// Left, top, right, bottom.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Lower edge.
    pub bottom: f64,
    /// How sure it is, 0 to 1.
    pub confidence: f64,
    /// Whether most of it is blue.
    pub blue: bool,
    /// Its name in [`Signatures`].
    name: u32,
}

/// Signatures, and which of the parts of [`Strokes`] they are made of.
#[derive(Clone, Debug)]
pub struct Signatures {
    /// From top to bottom.
    pub found: Kept<Signature>,
    /// For each part the name of its signature.
    names: Kept<Option<u32>>,
}

impl Strokes {
    /// Find the strokes of a page.
    #[must_use]
    pub fn new(inks: &Inks) -> Self {
        let (black, blue) = (&inks.black, &inks.blue);
        let dark = black
            .data
            .iter()
            .zip(&blue.data)
            .map(|(&k, &b)| u8::from(k >= BLACK || b >= BLUE));
        let mask = Picture {
            width: black.width,
            height: black.height,
            channels: 1,
            data: Kept::collect(black.data.len(), dark),
        };
        let ink = blobs::find(mask.view());
        let mut blues = Kept::<u32>::zeros(ink.blobs.len());
        for run in &ink.runs {
            let row = &blue.row(run.y as usize)[run.start as usize..run.end as usize];
            blues[run.blob as usize] += row.iter().filter(|&&b| b >= BLUE).count() as u32;
        }
        Self {
            mask,
            ink,
            blue: blues,
        }
    }

    /// The part alone, cut to its box.
    #[must_use]
    pub fn alone(&self, part: u32) -> Picture {
        let blob = self.ink.blobs[part as usize];
        let mut picture = Picture::zeros(blob.width() as usize, blob.height() as usize, 1);
        for run in self.ink.runs.iter().filter(|r| r.blob == part) {
            let (start, end) = (run.start - blob.x0, run.end - blob.x0);
            picture.row_mut((run.y - blob.y0) as usize)[start as usize..end as usize].fill(1);
        }
        picture
    }

    fn is_blue(&self, part: usize) -> bool {
        self.blue[part] * 2 > self.ink.blobs[part].area
    }
}

impl Signatures {
    /// Share of the ink of `signature`, which is one of these, that lies in a circle; `ink` is that of [`Strokes`].
    #[must_use]
    pub fn share_within(
        &self,
        signature: &Signature,
        ink: &Ink,
        (x, y): (f64, f64),
        radius: f64,
    ) -> f64 {
        let (mut all, mut within) = (0_u32, 0_u32);
        for run in &ink.runs {
            if self.names[run.blob as usize] == Some(signature.name) {
                all += run.end - run.start;
                let dy = f64::from(run.y) + 0.5 - y;
                let inside = |at: u32| (f64::from(at) + 0.5 - x).hypot(dy) <= radius;
                within += (run.start..run.end).filter(|&at| inside(at)).count() as u32;
            }
        }
        f64::from(within) / f64::from(all.max(1))
    }
}

/// Signatures on a page, but for those that `elsewhere` (a box in pixels of [`Inks`]) says are something else.
#[must_use]
pub fn signatures(inks: &Inks, strokes: &Strokes, elsewhere: impl Fn(&Blob) -> bool) -> Signatures {
    let mm = |px: u32| f64::from(px) / inks.per_mm;
    let mut found = Kept::<Signature>::grown();
    let mut names = Kept::filled(strokes.ink.blobs.len(), None);
    for (part, blob) in strokes.ink.blobs.iter().enumerate() {
        let (w, h) = (mm(blob.width()), mm(blob.height()));
        let blue = strokes.is_blue(part);
        let (least_w, least_h) = if blue { (5.0, 3.5) } else { (14.0, 5.0) };
        let sized = (least_w..110.0).contains(&w) && (least_h..60.0).contains(&h) && w < 7.5 * h;
        if !sized || elsewhere(blob) {
            continue;
        }
        let shape = Shape::of(strokes.alone(part as u32).view(), inks.per_mm);
        if shape.filled > 0.3 || shape.straight > 0.45 || shape.thick_mm > 1.2 {
            continue;
        }
        let curved = 1.0 - shape.straight / 0.45;
        let large = (w / 18.0).min(1.0);
        let confidence = if blue { 0.7 } else { 0.4 } + 0.15 * curved + 0.15 * large;
        found.push(Signature {
            left: f64::from(blob.x0),
            top: f64::from(blob.y0),
            right: f64::from(blob.x1),
            bottom: f64::from(blob.y1),
            confidence,
            blue,
            name: part as u32,
        });
        names[part] = Some(part as u32);
    }
    joined(Signatures { found, names }, inks.px(2.5))
}

/// Parts that lie within `gap` pixels of each other are one signature.
fn joined(
    Signatures {
        mut found,
        mut names,
    }: Signatures,
    gap: f64,
) -> Signatures {
    let mut out = Kept::<Signature>::roomy(found.len());
    while let Some(mut one) = found.pop() {
        let mut i = 0;
        while i < found.len() {
            let other = &found[i];
            let apart = (other.left - one.right).max(one.left - other.right);
            let below = (other.top - one.bottom).max(one.top - other.bottom);
            if apart.max(below) <= gap && other.blue == one.blue {
                let other = found.swap_remove(i);
                one.left = one.left.min(other.left);
                one.top = one.top.min(other.top);
                one.right = one.right.max(other.right);
                one.bottom = one.bottom.max(other.bottom);
                one.confidence = one.confidence.max(other.confidence);
                for name in names.iter_mut().filter(|name| **name == Some(other.name)) {
                    *name = Some(one.name);
                }
                i = 0;
            } else {
                i += 1;
            }
        }
        out.push(one);
    }
    out.sort_by(|a, b| a.top.total_cmp(&b.top).then(a.left.total_cmp(&b.left)));
    Signatures { found: out, names }
}

/// How a connected part looks.
struct Shape {
    /// Share of its box that is ink.
    filled: f64,
    /// Share of its ink that lies in level or upright stretches of 6 mm and more: frames and rules.
    straight: f64,
    /// Twice its area over its outline: how thick its strokes are.
    thick_mm: f64,
}

impl Shape {
    fn of(part: View<'_>, per_mm: f64) -> Self {
        let (w, h) = (part.width, part.height);
        let long = (6.0 * per_mm) as usize;
        let mut straight = Kept::filled(w * h, false);
        let (mut area, mut rim) = (0_u32, 0_u32);
        let at = |x: usize, y: usize| part.data[y * w + x] == 1;
        for y in 0..h {
            stretch(w, long, |x| at(x, y), |x| straight[y * w + x] = true);
        }
        for x in 0..w {
            stretch(h, long, |y| at(x, y), |y| straight[y * w + x] = true);
        }
        for y in 0..h {
            for x in 0..w {
                if at(x, y) {
                    area += 1;
                    let edge = x == 0 || y == 0 || x + 1 == w || y + 1 == h;
                    let open = || !at(x - 1, y) || !at(x + 1, y) || !at(x, y - 1) || !at(x, y + 1);
                    rim += u32::from(edge || open());
                }
            }
        }
        let area_f = f64::from(area.max(1));
        Self {
            filled: area_f / (w * h) as f64,
            straight: straight.iter().filter(|&&s| s).count() as f64 / area_f,
            thick_mm: 2.0 * area_f / f64::from(rim.max(1)) / per_mm,
        }
    }
}

/// Tell each place of `0..len` that lies in a stretch of ink of at least `long`.
fn stretch(len: usize, long: usize, ink: impl Fn(usize) -> bool, mut tell: impl FnMut(usize)) {
    let mut start = 0;
    for i in 0..=len {
        if i == len || !ink(i) {
            if i - start >= long {
                (start..i).for_each(&mut tell);
            }
            start = i + 1;
        }
    }
}
