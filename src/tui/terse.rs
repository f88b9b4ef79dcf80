//! Frames in few bytes: over a slow line these are the time from a key to what is seen. A colour or a mark is told where it changes and where it is seen,
//! a step to the right is a step, and all that changes before a character is one sequence.

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

/// Writes frames; everything else is left to the library.
pub struct Terse<W: Write> {
    rest: CrosstermBackend<W>,
    /// The frame as it is put together.
    frame: Vec<u8>,
}

impl<W: Write> Terse<W> {
    /// Writes to that.
    pub const fn new(to: W) -> Self {
        Self { rest: CrosstermBackend::new(to), frame: Vec::new() }
    }
}

impl<W: Write> Write for Terse<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.rest.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(&mut self.rest)
    }
}

/// Marks with the number that sets each, and the one that takes it away. Bold and dim are taken away together.
const MARKS: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// Marks by which a blank shows its ink.
const INKED: Modifier = Modifier::REVERSED.union(Modifier::UNDERLINED).union(Modifier::CROSSED_OUT);

/// What the terminal writes with.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Pen {
    ink: Color,
    ground: Color,
    marks: Modifier,
}

impl Pen {
    /// As it is after everything was reset.
    const RESET: Self = Self { ink: Color::Reset, ground: Color::Reset, marks: Modifier::empty() };

    /// Makes it fit a cell, and writes the sequence for that, where one is needed.
    fn take(&mut self, cell: &Cell, out: &mut Vec<u8>) -> io::Result<()> {
        let blank = cell.symbol() == " " && !cell.modifier.intersects(INKED);
        let ink = if blank { self.ink } else { cell.fg };
        // A blank is neither bold nor italic.
        let marks = if blank && !self.marks.intersects(INKED) { self.marks } else { cell.modifier };
        let wanted = Self { ink, ground: cell.bg, marks };
        if wanted == *self {
            return Ok(());
        }
        let mut codes = Codes(vec![]);
        if wanted == Self::RESET {
            codes.add(format_args!("0"))?;
        } else {
            let mut left = self.marks;
            for (mark, _, off) in MARKS {
                if left.contains(mark) && !wanted.marks.contains(mark) {
                    codes.add(format_args!("{off}"))?;
                    MARKS.iter().filter(|(_, _, other)| *other == off).for_each(|(other, ..)| left.remove(*other));
                }
            }
            for (mark, on, _) in MARKS {
                if wanted.marks.contains(mark) && !left.contains(mark) {
                    codes.add(format_args!("{on}"))?;
                }
            }
            if wanted.ink != self.ink {
                codes.colour(wanted.ink, 30)?;
            }
            if wanted.ground != self.ground {
                codes.colour(wanted.ground, 40)?;
            }
        }
        *self = wanted;
        write!(out, "\x1b[")?;
        out.extend_from_slice(&codes.0);
        out.push(b'm');
        Ok(())
    }
}

/// The numbers of a sequence, parted by semicolons.
struct Codes(Vec<u8>);

impl Codes {
    fn add(&mut self, code: std::fmt::Arguments<'_>) -> io::Result<()> {
        if !self.0.is_empty() {
            self.0.push(b';');
        }
        self.0.write_fmt(code)
    }

    /// A colour, of the ink (30) or the ground (40).
    fn colour(&mut self, colour: Color, of: u8) -> io::Result<()> {
        let index = match colour {
            Color::Reset => return self.add(format_args!("{}", of + 9)),
            Color::Rgb(r, g, b) => return self.add(format_args!("{};2;{r};{g};{b}", of + 8)),
            Color::Indexed(index) => index,
            Color::Black => 0,
            Color::Red => 1,
            Color::Green => 2,
            Color::Yellow => 3,
            Color::Blue => 4,
            Color::Magenta => 5,
            Color::Cyan => 6,
            Color::Gray => 7,
            Color::DarkGray => 8,
            Color::LightRed => 9,
            Color::LightGreen => 10,
            Color::LightYellow => 11,
            Color::LightBlue => 12,
            Color::LightMagenta => 13,
            Color::LightCyan => 14,
            Color::White => 15,
        };
        self.add(format_args!("{};5;{index}", of + 8))
    }
}

impl<W: Write> Backend for Terse<W> {
    type Error = io::Error;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, cells: I) -> io::Result<()> {
        let out = &mut self.frame;
        out.clear();
        // Where the terminal writes next; none where that depends on how wide it takes a character to be.
        let mut at: Option<(u16, u16)> = None;
        let mut pen = Pen::RESET;
        for (x, y, cell) in cells {
            match at {
                Some((column, row)) if row == y && column == x => {}
                Some((column, row)) if row == y && column + 1 == x => write!(out, "\x1b[C")?,
                Some((column, row)) if row == y && column < x => write!(out, "\x1b[{}C", x - column)?,
                _ if x == 0 => write!(out, "\x1b[{}H", y + 1)?,
                _ => write!(out, "\x1b[{};{}H", y + 1, x + 1)?,
            }
            pen.take(cell, out)?;
            out.extend_from_slice(cell.symbol().as_bytes());
            at = (cell.symbol().is_ascii() || cell.symbol().width() == 1).then_some((x + 1, y));
        }
        if pen != Pen::RESET {
            out.extend_from_slice(b"\x1b[0m");
        }
        self.rest.write_all(&self.frame)
    }

    fn append_lines(&mut self, n: u16) -> io::Result<()> {
        self.rest.append_lines(n)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.rest.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.rest.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.rest.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.rest.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.rest.clear()
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.rest.clear_region(region)
    }

    fn size(&self) -> io::Result<Size> {
        self.rest.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.rest.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    /// Numbers as a die gives them, the same in each run.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, n: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(self.0 >> 33).unwrap() % n
        }
    }

    const AREA: Rect = Rect { x: 0, y: 0, width: 24, height: 6 };

    fn scribble(buffer: &mut Buffer, dice: &mut Dice) {
        let colours = [Color::Reset, Color::Red, Color::Indexed(200), Color::Rgb(1, 2, 3), Color::Rgb(200, 2, 3), Color::White];
        let marks = [
            Modifier::empty(),
            Modifier::BOLD,
            // Not both: the terminal of this test keeps the one that came last, where others show both.
            Modifier::DIM,
            Modifier::REVERSED,
            Modifier::UNDERLINED | Modifier::ITALIC,
            Modifier::BOLD | Modifier::REVERSED,
        ];
        let words = ["a", "     ", "hello", " · ", "支払い", "━━━", "x y  z"];
        for _ in 0..=dice.below(12) {
            let (x, y) = (dice.below(AREA.width.into()), dice.below(AREA.height.into()));
            let style = Style::new()
                .fg(colours[dice.below(colours.len())])
                .bg(colours[dice.below(colours.len())])
                .remove_modifier(Modifier::all())
                .add_modifier(marks[dice.below(marks.len())]);
            buffer.set_string(u16::try_from(x).unwrap(), u16::try_from(y).unwrap(), words[dice.below(words.len())], style);
        }
    }

    /// What a terminal shows of a cell: of a blank without marks the ink is not seen, nor whether it is bold.
    fn seen(screen: &vt100::Screen, row: u16, column: u16) -> String {
        let cell = screen.cell(row, column).unwrap();
        let inked = !cell.contents().trim().is_empty() || cell.inverse() || cell.underline();
        let ink = inked.then(|| (cell.fgcolor(), cell.bold(), cell.dim(), cell.italic()));
        format!("{:?} {ink:?} {:?} {} {}", cell.contents().trim(), cell.bgcolor(), cell.inverse(), cell.underline())
    }

    #[test]
    fn a_terminal_shows_the_same_as_by_the_library_and_gets_fewer_bytes() {
        let (mut dice, mut bytes) = (Dice(7), [0, 0]);
        for _ in 0..300 {
            let size = |of: u16| std::num::NonZeroU16::new(of).unwrap();
            let mut terminals = [0, 1].map(|_| vt100::Parser::new(size(AREA.height), size(AREA.width), 0));
            let mut before = Buffer::empty(AREA);
            for _ in 0..6 {
                let mut after = before.clone();
                scribble(&mut after, &mut dice);
                let changes = before.diff(&after);
                let (mut terse, mut library) = (vec![], vec![]);
                Terse::new(&mut terse).draw(changes.iter().copied()).unwrap();
                CrosstermBackend::new(&mut library).draw(changes.iter().copied()).unwrap();
                for ((terminal, written), bytes) in terminals.iter_mut().zip([&terse, &library]).zip(&mut bytes) {
                    terminal.process(written);
                    *bytes += written.len();
                }
                for (row, column) in (0..AREA.height).flat_map(|row| (0..AREA.width).map(move |column| (row, column))) {
                    let [ours, theirs] = terminals.each_ref().map(|terminal| seen(terminal.screen(), row, column));
                    assert_eq!(ours, theirs, "row {row}, column {column}: {:?}", String::from_utf8_lossy(&terse));
                }
                before = after;
            }
        }
        assert!(bytes[0] * 5 < bytes[1] * 4, "{bytes:?}");
    }

    #[test]
    fn a_blank_needs_no_ink() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 5, 1));
        buffer.set_string(0, 0, "a", Style::new().fg(Color::Red));
        buffer.set_string(1, 0, " ", Style::new().fg(Color::Green));
        buffer.set_string(2, 0, "b", Style::new().fg(Color::Red));
        let cells: Vec<(u16, u16, &Cell)> = (0..5).map(|x| (x, 0, &buffer[(x, 0)])).collect();
        let mut written = vec![];
        Terse::new(&mut written).draw(cells.into_iter()).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), "\x1b[1H\x1b[38;5;1ma b  \x1b[0m");
    }
}
