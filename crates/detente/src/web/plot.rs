//! Drawings made here: lines over time, told apart by shape as well as by colour. What a drawing shows stands in a
//! table below it too, so nothing is known from the drawing alone.

use detente_accord::Time;
use detente_accord::words::grouped;
use detente_accord::words::time::day;
use maud::{Markup, html};

/// One line.
pub(crate) struct Series {
    /// Its name, beside its mark in the key.
    pub(crate) name: &'static str,
    /// Its shape: a class of the style sheet, and the mark at each point.
    pub(crate) shape: Shape,
    /// Its points, in the order of time.
    pub(crate) points: Vec<(Time, u64)>,
}

/// How a line looks. Colour comes last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    /// A full line with circles.
    Ours,
    /// A broken line with squares.
    Theirs,
    /// A thick line with diamonds.
    Common,
}

/// What is drawn.
pub(crate) struct Plot {
    /// Tells drawings of one page apart in their ids: digits and letters of ours.
    pub(crate) id: String,
    /// What it is, in a line.
    pub(crate) title: String,
    /// What it shows, in a sentence with its numbers.
    pub(crate) desc: String,
    /// What is counted.
    pub(crate) unit: &'static str,
    /// The lines.
    pub(crate) series: Vec<Series>,
}

impl Plot {
    /// The drawing. Heights grow by powers of ten: a list of a million and three items in common are both seen.
    pub(crate) fn svg(&self) -> Markup {
        let (title, desc) = (format!("{}-title", self.id), format!("{}-desc", self.id));
        let frame = Frame::of(self);
        html! {
            svg.plot viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-labelledby={ (title) " " (desc) } {
                title id=(title) { (self.title) }
                desc id=(desc) { (self.desc) }
                (frame.axes(self.unit))
                @for series in &self.series { (frame.line(series)) }
                (key(&self.series))
            }
        }
    }

    /// Every time that a line has a point at, once.
    fn times(&self) -> Vec<Time> {
        let mut times: Vec<Time> =
            self.series.iter().flat_map(|series| series.points.iter().map(|(at, _)| *at)).collect();
        times.sort_unstable();
        times.dedup();
        times
    }
}

/// Where times and numbers stand.
struct Frame {
    from: u64,
    until: u64,
    powers: u32,
    times: Vec<Time>,
}

impl Frame {
    fn of(plot: &Plot) -> Frame {
        let times = plot.times();
        let at = |time: Option<&Time>| time.map_or(0, |time| time.0);
        let most = plot.series.iter().flat_map(|series| series.points.iter().map(|(_, n)| *n)).max();
        Frame { from: at(times.first()), until: at(times.last()), powers: powers(most.unwrap_or(0)), times }
    }

    fn x(&self, at: Time) -> u64 {
        let (span, width) = (self.until - self.from, RIGHT - LEFT);
        if span == 0 {
            return LEFT + width / 2;
        }
        // Inside by construction: `at` is one of the times that made the frame.
        LEFT + at.0.saturating_sub(self.from).min(span) * width / span
    }

    /// Nothing stands on the ground line, one item a step above it, and each power of ten as far above the last.
    fn y(&self, n: u64) -> u64 {
        let steps = u64::from(self.powers) + 1;
        let milli = if n == 0 { 0 } else { 1000 + thousandths(n) };
        GROUND - milli.min(steps * 1000) * (GROUND - TOP) / (steps * 1000)
    }

    fn axes(&self, unit: &str) -> Markup {
        let step = self.powers.div_ceil(4).max(1) as usize;
        let heights =
            std::iter::once(0).chain((0..=self.powers).step_by(step).map(|power| 10_u64.pow(power)));
        html! {
            g aria-hidden="true" {
                @for n in heights {
                    path.axis d={ "M" (LEFT) " " (self.y(n)) "H" (RIGHT) } {}
                    text x=(LEFT - 8) y=(self.y(n) + 4) text-anchor="end" { (grouped(n)) }
                }
                text x="4" y=(TOP - 14) { (unit) }
                @for (at, anchor) in self.dates() {
                    path.axis d={ "M" (self.x(at)) " " (GROUND) "v6" } {}
                    text x=(self.x(at)) y=(GROUND + 22) text-anchor=(anchor) { (day(at)) }
                }
            }
        }
    }

    /// The first and the last time, and one in the middle where there is room.
    fn dates(&self) -> Vec<(Time, &'static str)> {
        match self.times.as_slice() {
            [] => Vec::new(),
            [only] => vec![(*only, "middle")],
            [first, .., last] => vec![(*first, "start"), (*last, "end")],
        }
    }

    fn line(&self, series: &Series) -> Markup {
        let points: Vec<(u64, u64)> = series.points.iter().map(|(at, n)| (self.x(*at), self.y(*n))).collect();
        let joined: Vec<String> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
        html! {
            g class=(series.shape.class()) {
                polyline points=(joined.join(" ")) {}
                @for (x, y) in points { (series.shape.mark(x, y)) }
            }
        }
    }
}

impl Shape {
    fn class(self) -> &'static str {
        match self {
            Shape::Ours => "ours",
            Shape::Theirs => "theirs",
            Shape::Common => "common",
        }
    }

    fn mark(self, x: u64, y: u64) -> Markup {
        html! {
            @match self {
                Shape::Ours => { circle cx=(x) cy=(y) r="4" {} }
                Shape::Theirs => { rect x=(x - 4) y=(y - 4) width="8" height="8" {} }
                Shape::Common => { path d={ "M" (x) " " (y - 6) "l6 6l-6 6l-6-6z" } {} }
            }
        }
    }
}

/// What the lines mean, below them.
fn key(series: &[Series]) -> Markup {
    let places = (0_u64..).map(|n| LEFT + n * KEY_STEP);
    html! {
        g aria-hidden="true" {
            @for (x, series) in places.zip(series) {
                g class=(series.shape.class()) {
                    path d={ "M" (x) " " (KEY) "h28" } {}
                    (series.shape.mark(x + 14, KEY))
                }
                text x=(x + 34) y=(KEY + 4) { (series.name) }
            }
        }
    }
}

/// The power of ten that is not below `most`.
fn powers(most: u64) -> u32 {
    (0..19).find(|power| 10_u64.pow(*power) >= most).unwrap_or(19)
}

/// A thousand times the decimal logarithm, for drawing alone.
fn thousandths(n: u64) -> u64 {
    // Logarithms of numbers from one on are neither negative nor large.
    ((n as f64).log10() * 1000.0).round() as u64
}

/// The drawing's own units; the style sheet says how large they are.
const WIDTH: u64 = 440;
const HEIGHT: u64 = 270;
const LEFT: u64 = 84;
const RIGHT: u64 = 430;
const TOP: u64 = 30;
const GROUND: u64 = 200;
const KEY: u64 = 252;
const KEY_STEP: u64 = 116;

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: u64 = 86_400_000;

    fn frame(points: Vec<(Time, u64)>) -> Frame {
        let series = vec![Series { name: "in common", shape: Shape::Common, points }];
        Frame::of(&Plot { id: "p".into(), title: String::new(), desc: String::new(), unit: "items", series })
    }

    #[test]
    fn nothing_stands_on_the_ground_and_powers_of_ten_are_evenly_apart() {
        let frame = frame(vec![(Time(0), 0), (Time(DAY_MS), 1_000)]);
        assert_eq!((frame.y(0), frame.y(1_000)), (GROUND, TOP));
        let steps: Vec<u64> = [1, 10, 100].map(|n| frame.y(n) - frame.y(n * 10)).to_vec();
        assert!(steps.windows(2).all(|pair| matches!(pair, [a, b] if a.abs_diff(*b) <= 1)), "{steps:?}");
        assert!(frame.y(1) < GROUND);
    }

    #[test]
    fn times_stand_from_left_to_right_and_one_alone_in_the_middle() {
        let two = frame(vec![(Time(DAY_MS), 5), (Time(3 * DAY_MS), 5)]);
        assert_eq!([1, 2, 3].map(|n| two.x(Time(n * DAY_MS))), [LEFT, (LEFT + RIGHT) / 2, RIGHT]);
        assert_eq!(frame(vec![(Time(DAY_MS), 5)]).x(Time(DAY_MS)), (LEFT + RIGHT) / 2);
    }

    #[test]
    fn a_drawing_of_nothing_has_axes_still() {
        let frame = frame(Vec::new());
        assert_eq!((frame.powers, frame.dates().len()), (0, 0));
        assert!(frame.axes("items").into_string().contains("class=\"axis\""));
    }
}
