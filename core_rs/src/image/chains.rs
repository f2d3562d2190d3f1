//! Which letters stand beside each other on one level, and which marks belong to them.

use super::blobs::{Blob, Ink};
use super::scratch::Kept;

/// Letters are between so many sizes high.
const LETTER: (f32, f32) = (0.5, 4.5);

/// Left, top, right, bottom.
pub type Edges = [f32; 4];

/// Where a blob belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// To the line that this blob is the root of.
    Line(u32),
    /// It is larger than letters.
    Large,
    /// Specks, dots of leaders.
    None,
}

/// The edges of a blob.
#[must_use]
pub fn edges(b: &Blob) -> Edges {
    [b.x0 as f32, b.y0 as f32, b.x1 as f32, b.y1 as f32]
}

/// The home of each blob among letters of `size`; `is_rule` tells whether a rule crosses a row between two columns.
#[must_use]
pub fn homes(ink: &Ink, size: f32, is_rule: &dyn Fn(usize, usize, usize) -> bool) -> Kept<Home> {
    let count = ink.blobs.len();
    let mut chains = Chains {
        ink,
        size,
        is_rule,
        homes: Kept::filled(count, Home::None),
        parents: Kept::collect(count, 0..count as u32),
        letters: Kept::grown(),
        small: Kept::grown(),
        free: Kept::grown(),
    };
    chains.sort();
    chains.chain();
    chains.drop_pieces();
    chains.lower_lone();
    chains.attach();
    chains.bridge();
    chains.lead();
    for &i in chains.letters.iter().chain(chains.small.iter()) {
        if chains.homes[i as usize] != Home::Large {
            chains.homes[i as usize] = Home::Line(root(&mut chains.parents, i));
        }
    }
    for &i in &chains.free {
        chains.homes[i as usize] = Home::None;
    }
    chains.homes
}

fn root(parents: &mut [u32], mut at: u32) -> u32 {
    while parents[at as usize] != at {
        let up = parents[parents[at as usize] as usize];
        parents[at as usize] = up;
        at = up;
    }
    at
}

fn unite(parents: &mut [u32], a: u32, b: u32) {
    let (a, b) = (root(parents, a), root(parents, b));
    parents[a.max(b) as usize] = a.min(b);
}

/// Whether two letters stand on one level.
fn level(a: &Edges, b: &Edges) -> bool {
    let (one, two) = (a[3] - a[1], b[3] - b[1]);
    let (tall, low) = (one.max(two), one.min(two));
    a[3].min(b[3]) - a[1].max(b[1]) >= 0.45 * low && tall <= 2.8 * low
}

fn closer(old: Option<(f32, u32)>, new: (f32, u32)) -> (f32, u32) {
    old.filter(|old| old.0 <= new.0).unwrap_or(new)
}

struct Chains<'a> {
    ink: &'a Ink,
    size: f32,
    is_rule: &'a dyn Fn(usize, usize, usize) -> bool,
    homes: Kept<Home>,
    /// Each blob's way to the root of its line.
    parents: Kept<u32>,
    letters: Kept<u32>,
    small: Kept<u32>,
    /// Small ink that belongs to no letter.
    free: Kept<u32>,
}

impl Chains<'_> {
    fn edges(&self, i: u32) -> Edges {
        edges(&self.ink.blobs[i as usize])
    }

    /// Whether a rule stands between two letters.
    fn ruled(&self, a: &Edges, b: &Edges) -> bool {
        let y = f32::midpoint(a[1].max(b[1]), a[3].min(b[3])) as usize;
        let (from, to) = (a[2] as usize, b[0] as usize);
        from < to && (self.is_rule)(y, from, to)
    }

    /// Letters, what may be marks, and what is larger than letters.
    fn sort(&mut self) {
        for (i, b) in (0..).zip(self.ink.blobs.iter()) {
            let (w, h) = (b.width() as f32 / self.size, b.height() as f32 / self.size);
            let frame =
                (b.area as f32) < 0.14 * (b.width() * b.height()) as f32 && (w > 3.0 || h > 1.75);
            if h > LETTER.1 || frame || (w < 0.1 * h && h > 2.5) {
                self.homes[i as usize] = Home::Large;
            } else if h >= LETTER.0 {
                self.letters.push(i);
            } else if b.area >= 3 && w <= 3.0 {
                self.small.push(i);
            }
        }
    }

    /// Letters that a level crosses, from left to right: each is held against the one before.
    fn chain(&mut self) {
        let step = (self.size / 2.0).max(2.0);
        let mut bands = Kept::<(u32, u32, u32)>::grown();
        for &i in &self.letters {
            let [x0, y0, _, y1] = self.edges(i);
            let rim = 0.15 * (y1 - y0);
            let (first, last) = (((y0 + rim) / step) as u32, ((y1 - rim) / step) as u32);
            bands.extend((first..=last).map(|band| (band, x0 as u32, i)));
        }
        bands.sort_unstable();
        let mut last: Option<(u32, u32)> = None;
        for &(band, _, i) in &bands {
            let here = self.edges(i);
            if let Some((_, j)) = last.filter(|&(b, _)| b == band) {
                let there = self.edges(j);
                let reach = 1.1 * (here[3] - here[1]).max(there[3] - there[1]) + 0.5 * self.size;
                let near = here[0] - there[2] < reach;
                if near && level(&there, &here) && !self.ruled(&there, &here) {
                    unite(&mut self.parents, i, j);
                }
                if there[2] > here[2] {
                    continue;
                }
            }
            last = Some((band, i));
        }
    }

    /// A piece of a rule is thin and much taller than the letters beside it.
    fn drop_pieces(&mut self) {
        let mut groups = Kept::<(u32, u32, u32)>::grown();
        for &i in &self.letters {
            let height = self.ink.blobs[i as usize].height();
            groups.push((root(&mut self.parents, i), height, i));
        }
        groups.sort_unstable();
        for group in groups.chunk_by(|a, b| a.0 == b.0) {
            let usual = group[group.len() / 2].1 as f32;
            for &(_, height, i) in group {
                let (h, w) = (height as f32, self.ink.blobs[i as usize].width() as f32);
                if h > 1.75 * usual && w < 0.25 * h {
                    self.homes[i as usize] = Home::Large;
                }
            }
        }
    }

    /// What stands alone and is low may be a large comma or mark.
    fn lower_lone(&mut self) {
        let mut members = Kept::<u32>::zeros(self.ink.blobs.len());
        for &i in &self.letters {
            members[root(&mut self.parents, i) as usize] += 1;
        }
        let low = 0.9 * self.size;
        let is_lone = |i: u32| {
            let height = self.ink.blobs[i as usize].height() as f32;
            self.parents[i as usize] == i && members[i as usize] == 1 && height < low
        };
        let lone = Kept::collect(
            self.letters.len(),
            self.letters.iter().copied().filter(|&i| is_lone(i)),
        );
        self.letters.retain(|&i| !is_lone(i));
        self.small.extend_from_slice(&lone);
    }

    /// Marks go to the nearest letter; low ink that finds none stays a line of its own, smaller ink is free.
    fn attach(&mut self) {
        let pitch = 4.0 * self.size;
        let mut columns = Kept::<(u32, u32)>::grown();
        for &i in &self.letters {
            let [x0, _, x1, _] = self.edges(i);
            let first = ((x0 - self.size).max(0.0) / pitch) as u32;
            let last = ((x1 + self.size) / pitch) as u32;
            columns.extend((first..=last).map(|column| (column, i)));
        }
        columns.sort_unstable();
        let free = LETTER.0 * self.size;
        for n in 0..self.small.len() {
            let i = self.small[n];
            let mark = self.edges(i);
            let column = (f32::midpoint(mark[0], mark[2]) / pitch) as u32;
            let from = columns.partition_point(|c| c.0 < column);
            let near = columns[from..].iter().take_while(|c| c.0 == column);
            let best = near
                .filter_map(|&(_, j)| Some((self.distance(&mark, &self.edges(j))?, j)))
                .min_by(|a, b| a.0.total_cmp(&b.0));
            if let Some((_, j)) = best {
                self.parents[i as usize] = j;
            } else if mark[3] - mark[1] < free {
                self.free.push(i);
            }
        }
    }

    /// How far a mark is from a letter, where it may belong to it.
    fn distance(&self, mark: &Edges, letter: &Edges) -> Option<f32> {
        let beside = (letter[0] - mark[2]).max(mark[0] - letter[2]).max(0.0);
        let (above, below) = (
            (letter[1] - mark[3]).max(0.0),
            (mark[1] - letter[3]).max(0.0),
        );
        let apart = above + below;
        if apart > 0.0 && mark[2] - mark[0] > 1.2 * self.size {
            return None; // a piece of a rule
        }
        // Below stands the dot alone; what is wider belongs to the next line.
        let dot = (mark[2] - mark[0]).max(mark[3] - mark[1]) <= 0.4 * self.size;
        let most = if apart == 0.0 { 1.0 } else { 0.35 };
        let fits = beside <= most * self.size
            && above <= 0.7 * self.size
            && (below == 0.0 || (dot && below <= 0.35 * self.size));
        let open = fits && !self.ruled(mark, letter) && !self.ruled(letter, mark);
        // Over a letter is nearer than beside one, which may be the tail of a letter of the line before.
        let aside = if beside > 0.0 { 0.2 * self.size } else { 0.0 };
        open.then_some(0.6 * above + below + 0.7 * beside + aside)
    }

    /// A dash with room on both sides stands between two words of one line: “2015 - 2016”.
    fn bridge(&mut self) {
        let reach = 1.1 * self.size;
        for n in 0..self.small.len() {
            let dash = self.edges(self.small[n]);
            let (w, h) = (dash[2] - dash[0], dash[3] - dash[1]);
            if w < 1.5 * h || w < 0.25 * self.size || w > 1.5 * self.size {
                continue;
            }
            let middle = f32::midpoint(dash[1], dash[3]);
            let through = |e: &Edges| {
                let rim = 0.2 * (e[3] - e[1]);
                (e[1] + rim..e[3] - rim).contains(&middle)
            };
            let near = |gap: f32| gap > -0.3 * self.size && gap < reach;
            let (mut before, mut after) = (None, None);
            for &i in &self.letters {
                let e = self.edges(i);
                let (left, right) = (dash[0] - e[2], e[0] - dash[2]);
                if !through(&e) {
                    continue;
                }
                if near(left) && !self.ruled(&e, &dash) {
                    before = Some(closer(before, (left, i)));
                } else if near(right) && !self.ruled(&dash, &e) {
                    after = Some(closer(after, (right, i)));
                }
            }
            let (Some((_, a)), Some((_, b))) = (before, after) else {
                continue;
            };
            if level(&self.edges(a), &self.edges(b)) {
                unite(&mut self.parents, a, b);
                let i = self.small[n];
                self.free.retain(|&free| free != i);
                self.parents[i as usize] = root(&mut self.parents, a);
            }
        }
    }

    /// Rows of dots lead from one line to the next on its level: these are one.
    fn lead(&mut self) {
        let mut ends = Kept::<(u32, u32)>::grown();
        for &i in &self.letters {
            ends.push((root(&mut self.parents, i), i));
        }
        ends.sort_unstable_by_key(|&(line, i)| (line, self.ink.blobs[i as usize].x1));
        // The rightmost letter of each line, and the leftmost.
        let mut rights = Kept::<(Edges, u32)>::grown();
        let mut lefts = Kept::<(Edges, u32)>::grown();
        for group in ends.chunk_by(|a, b| a.0 == b.0) {
            let left = group
                .iter()
                .min_by_key(|(_, i)| self.ink.blobs[*i as usize].x0);
            if let (Some(right), Some(left)) = (group.last(), left) {
                rights.push((self.edges(right.1), right.0));
                lefts.push((self.edges(left.1), left.0));
            }
        }
        let size = self.size;
        let most = 0.3 * size.max(8.0);
        let mut dots = Kept::copy(&self.free);
        dots.sort_unstable_by_key(|&i| self.ink.blobs[i as usize].x0);
        let mut led = Kept::<u32>::zeros(rights.len());
        for dot in dots.iter().map(|&i| self.edges(i)) {
            if dot[2] - dot[0] > most || dot[3] - dot[1] > most {
                continue;
            }
            for ((end, _), count) in rights.iter_mut().zip(led.iter_mut()) {
                let gap = dot[0] - end[2];
                let grounded = (dot[3] - end[3]).abs() < 0.35 * size;
                if gap > -0.2 * size && gap < 1.1 * size && grounded {
                    end[2] = dot[2];
                    *count += 1;
                }
            }
        }
        for ((end, line), _) in rights.iter().zip(&led).filter(|(_, count)| **count >= 4) {
            for (start, next) in &lefts {
                let gap = start[0] - end[2];
                if gap > -size && gap < 1.5 * size && level(end, start) {
                    unite(&mut self.parents, *line, *next);
                }
            }
        }
    }
}
