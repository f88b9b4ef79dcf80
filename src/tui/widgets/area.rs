//! A text of several lines: wrapped at words, scrolled where it does not fit, edited with the keys of an editor, with its own undo. Text and
//! cursor are the session's; what is kept here is what only the screen knows (how wide it is, what is scrolled out of sight) and what was
//! typed in it so far. The session may change the text by itself: the area follows it.

use crate::tui::theme::Theme;
use kassay_core::session::{Action, Context, Field, Purpose, Session, Step, Typed};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget;
use ratatui_textarea::{CursorMove, DataCursor, TextArea, WrapMode};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// How many edits of a text can be taken back.
const LONGEST: usize = 1000;

thread_local! {
    static AREAS: RefCell<Areas> = RefCell::default();
}

/// The texts of the form that is open, by their rows.
#[derive(Default)]
struct Areas {
    of: Option<Purpose>,
    areas: BTreeMap<&'static str, Area>,
}

/// One of them.
struct Area {
    text: TextArea<'static>,
    /// How many rows of it are seen.
    height: usize,
    /// Edits as people see them (a word, a paste, a word deleted): how many single ones each is made of.
    done: Vec<usize>,
    undone: Vec<usize>,
    /// Whether the last edit was a letter, so that the next one belongs to the same word.
    in_word: bool,
}

/// Does something with the area of a row.
fn with<T>(of: &Purpose, row: &'static str, field: &Field, act: impl FnOnce(&mut Area) -> T) -> T {
    AREAS.with_borrow_mut(|areas| {
        if areas.of.as_ref() != Some(of) {
            *areas = Areas { of: Some(of.clone()), areas: BTreeMap::new() };
        }
        let area = areas.areas.entry(row).or_insert_with(|| Area::new(&field.text));
        area.follow(field);
        act(area)
    })
}

/// What a person does to a text of several lines, as one edit for the session; anything else as it is.
#[must_use]
pub fn heard(session: &Session, action: Action) -> Action {
    // What is typed behind a save is meant for whatever is open then.
    let (Some(form), Context::Lines, None) = (session.form(), session.context(), &session.pending) else { return action };
    let (Some(row), Some(field)) = (form.focused(), form.field()) else { return action };
    let whole = |area: &mut Area| {
        let (text, cursor) = area.told();
        Action::Type(Typed::Whole { text, cursor })
    };
    match &action {
        _ if form.saving => action,
        Action::Type(Typed::Whole { .. }) => action,
        Action::NewLine if !field.is_empty() => with(&form.purpose, row.id, field, |area| {
            area.hear(&Typed::Char('\n'), field);
            whole(area)
        }),
        Action::Type(typed) => with(&form.purpose, row.id, field, |area| {
            area.hear(typed, field);
            whole(area)
        }),
        Action::Step(step) => with(&form.purpose, row.id, field, |area| match (area.step(*step), step.is_back()) {
            (true, _) => whole(area),
            (false, true) => Action::PreviousField,
            (false, false) => Action::NextField,
        }),
        _ => action,
    }
}

impl Area {
    fn new(text: &str) -> Self {
        let mut area = TextArea::from(text.split('\n'));
        area.set_max_histories(LONGEST);
        area.set_wrap_mode(WrapMode::WordOrGlyph);
        // The terminal's own cursor shows where one is.
        area.set_cursor_style(Default::default());
        area.set_cursor_line_style(Default::default());
        Self { text: area, height: 1, done: vec![], undone: vec![], in_word: false }
    }

    /// Text, and characters before the cursor.
    fn told(&self) -> (String, usize) {
        let DataCursor(row, column) = self.text.cursor();
        let before: usize = self.text.lines().iter().take(row).map(|line| line.chars().count() + 1).sum();
        (self.text.lines().join("\n"), before + column)
    }

    /// Takes over what the session has.
    fn follow(&mut self, field: &Field) {
        let (text, cursor) = self.told();
        if text != field.text {
            self.text.move_cursor(CursorMove::Jump(0, 0));
            let taken = usize::from(self.text.delete_str(text.chars().count()));
            let put = usize::from(self.text.insert_str(&field.text));
            self.edited(taken + put);
        }
        if text != field.text || cursor != field.cursor {
            let (mut row, mut left) = (0, field.cursor);
            for line in field.text.split('\n') {
                let length = line.chars().count();
                if left <= length {
                    break;
                }
                (row, left) = (row + 1, left - length - 1);
            }
            let narrow = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
            self.text.move_cursor(CursorMove::Jump(narrow(row), narrow(left)));
            self.in_word = false;
        }
    }

    /// Counts an edit of so many single ones.
    fn edited(&mut self, single: usize) {
        if single > 0 {
            self.done.push(single);
            self.undone.clear();
        }
        self.in_word = false;
    }

    fn hear(&mut self, typed: &Typed, field: &Field) {
        let text = &mut self.text;
        let moved = |text: &mut TextArea<'_>, to: CursorMove| {
            text.move_cursor(to);
            0
        };
        let single = match typed {
            Typed::Char('\n') => {
                text.insert_newline();
                1
            }
            Typed::Char(c) => {
                let letters = field.taken(c.encode_utf8(&mut [0; 4]));
                let single = usize::from(text.insert_str(&letters));
                let in_word = !c.is_whitespace();
                match self.done.last_mut().filter(|_| self.in_word && single > 0) {
                    Some(word) => {
                        *word += single;
                        self.undone.clear();
                    }
                    None => self.edited(single),
                }
                self.in_word = in_word;
                return;
            }
            Typed::Text(pasted) => usize::from(text.insert_str(field.taken(pasted.strip_suffix('\n').unwrap_or(pasted)))),
            Typed::Backspace => usize::from(text.delete_char()),
            Typed::Delete => usize::from(text.delete_next_char()),
            Typed::BackspaceWord => usize::from(text.delete_word()),
            Typed::DeleteWord => usize::from(text.delete_next_word()),
            Typed::ToStart => usize::from(text.delete_line_by_head()),
            Typed::ToEnd => usize::from(text.delete_line_by_end()),
            Typed::Left => moved(text, CursorMove::Back),
            Typed::Right => moved(text, CursorMove::Forward),
            Typed::WordLeft => moved(text, CursorMove::WordBack),
            Typed::WordRight => moved(text, CursorMove::WordForward),
            Typed::Home => moved(text, CursorMove::Head),
            Typed::End => moved(text, CursorMove::End),
            Typed::Top => moved(text, CursorMove::Jump(0, 0)),
            Typed::Bottom => moved(text, CursorMove::Jump(u16::MAX, u16::MAX)),
            Typed::Undo => {
                self.turn(true);
                0
            }
            Typed::Redo => {
                self.turn(false);
                0
            }
            Typed::Whole { .. } => 0,
        };
        self.edited(single);
    }

    /// Takes an edit back, or does it again.
    fn turn(&mut self, back: bool) {
        let (from, to) = if back { (&mut self.done, &mut self.undone) } else { (&mut self.undone, &mut self.done) };
        let Some(single) = from.pop() else { return };
        for _ in 0..single {
            if back {
                self.text.undo()
            } else {
                self.text.redo()
            };
        }
        to.push(single);
    }

    /// Up and down by lines as they are wrapped; whether that stays within the text.
    fn step(&mut self, step: Step) -> bool {
        let (lines, to) = match step {
            Step::Up => (1, CursorMove::Up),
            Step::Down => (1, CursorMove::Down),
            Step::PageUp | Step::Top => (self.height.max(2) - 1, CursorMove::Up),
            Step::PageDown | Step::Bottom => (self.height.max(2) - 1, CursorMove::Down),
        };
        let before = self.text.cursor();
        let row = self.text.screen_cursor().row;
        for _ in 0..lines {
            self.text.move_cursor(to);
        }
        self.in_word = false;
        // A page that ends early is a page all the same.
        self.text.screen_cursor().row != row || (lines > 1 && before == self.text.cursor())
    }
}

/// How many rows a text takes in so many columns.
#[must_use]
pub fn rows(text: &str, columns: u16) -> usize {
    let mut area = Area::new(text).text;
    let place = Rect::new(0, 0, room(columns), 1);
    Widget::render(&area, place, &mut Buffer::empty(place));
    area.move_cursor(CursorMove::Jump(u16::MAX, u16::MAX));
    area.screen_cursor().row + 1
}

/// Columns of the text itself: the last one is for the cursor behind a full line, and for the signs that there is more.
const fn room(columns: u16) -> u16 {
    if columns > 1 { columns - 1 } else { 1 }
}

/// Draws a text. In focus it is the one that is typed in, with the cursor; elsewhere it shows its beginning.
pub fn draw(frame: &mut Frame<'_>, place: Rect, (of, row): (&Purpose, &'static str), field: &Field, focused: bool, theme: &Theme) {
    if place.is_empty() {
        return;
    }
    frame.buffer_mut().set_style(place, theme.style(if focused { "input.focus" } else { "input" }));
    let text = Rect { width: room(place.width), ..place };
    let shown = if focused {
        with(of, row, field, |area| {
            area.height = place.height.into();
            frame.render_widget(&area.text, text);
            let first = usize::from(area.text.scroll_offset().0);
            let at = area.text.screen_cursor();
            let x = u16::try_from(at.col).unwrap_or(place.width).min(place.width - 1);
            let y = u16::try_from(at.row.saturating_sub(first)).unwrap_or(0).min(place.height - 1);
            frame.set_cursor_position((place.x + x, place.y + y));
            first
        })
    } else {
        frame.render_widget(&Area::new(&field.text).text, text);
        0
    };
    let more = rows(&field.text, place.width) > shown + usize::from(place.height);
    let sign = |frame: &mut Frame<'_>, y: u16, sign: &'static str| {
        let at = Rect { x: place.x + place.width - 1, y, width: 1, height: 1 };
        frame.render_widget(Line::styled(sign, theme.style("text.muted")), at);
    };
    if shown > 0 {
        sign(frame, place.y, "↑");
    }
    if more {
        sign(frame, place.y + place.height - 1, "↓");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Depth;
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    const OF: Purpose = Purpose::Engagement;

    /// A field, and what is typed into it by way of the area.
    fn typed(field: &mut Field, all: &[Typed]) {
        for typed in all {
            let (text, cursor) = with(&OF, "note", field, |area| {
                area.hear(typed, field);
                area.told()
            });
            field.apply(&Typed::Whole { text, cursor });
        }
    }

    fn letters(text: &str) -> Vec<Typed> {
        text.chars().map(Typed::Char).collect()
    }

    fn seen(field: &Field, width: u16, height: u16) -> (Vec<String>, (u16, u16)) {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let theme = Theme::fallback(Depth::True);
        terminal.draw(|frame| draw(frame, frame.area(), (&OF, "note"), field, true, &theme)).unwrap();
        let at = terminal.get_cursor_position().unwrap();
        let buffer = terminal.backend().buffer().clone();
        let line = |y| (0..width).map(|x| buffer[(x, y)].symbol().to_owned()).collect::<String>().trim_end().to_owned();
        ((0..height).map(line).collect(), (at.x, at.y))
    }

    #[test]
    fn words_are_taken_back_and_typed_again_one_by_one() {
        let mut field = Field::multiline("");
        typed(&mut field, &letters("one two\nthree"));
        typed(&mut field, &[Typed::Text(" pasted\nlines".into()), Typed::BackspaceWord]);
        assert_eq!(field.text, "one two\nthree pasted\n");
        let mut states = vec![];
        while !field.text.is_empty() {
            states.push(field.text.clone());
            typed(&mut field, &[Typed::Undo]);
            assert!(states.len() < 20, "{states:?}");
        }
        assert_eq!(states[..4], ["one two\nthree pasted\n", "one two\nthree pasted\nlines", "one two\nthree", "one two\n"]);
        for state in states.iter().rev() {
            typed(&mut field, &[Typed::Redo]);
            assert_eq!(field.text, *state);
        }
        // What is typed anew can't be done again another way.
        typed(&mut field, &[Typed::Undo, Typed::Char('x'), Typed::Redo]);
        assert_eq!(field.text, "one two\nthree pasted\nlinesx");
        // What the session put there by itself can be taken back too.
        field.set("by an editor");
        typed(&mut field, &[Typed::Undo]);
        assert_eq!(field.text, "one two\nthree pasted\nlinesx");
    }

    #[test]
    fn up_and_down_go_along_the_lines_that_one_sees_and_then_leave() {
        let mut field = Field::multiline("alpha beta gamma delta\nlast");
        let (lines, at) = seen(&field, 12, 4);
        assert_eq!(lines, ["alpha beta", "gamma delta", "last", ""]);
        assert_eq!(at, (4, 2));
        let mut step = |step| {
            let (inside, (text, cursor)) = with(&OF, "note", &field, |area| (area.step(step), area.told()));
            field.apply(&Typed::Whole { text, cursor });
            (inside, cursor)
        };
        assert_eq!([step(Step::Up), step(Step::Up)].map(|(inside, _)| inside), [true, true]);
        assert_eq!(step(Step::Up), (false, 4));
        assert!(step(Step::Down).0 && step(Step::Down).0 && !step(Step::Down).0);
    }

    #[test]
    fn a_text_longer_than_its_place_follows_the_cursor_and_says_that_there_is_more() {
        let text = (0..20).map(|n| format!("line {n}")).collect::<Vec<_>>().join("\n");
        let mut field = Field::multiline(text.clone());
        assert_eq!(rows(&text, 30), 20);
        let (lines, at) = seen(&field, 12, 3);
        assert_eq!((lines, at), (vec!["line 17    ↑".to_owned(), "line 18".into(), "line 19".into()], (7, 2)));
        field.cursor = 0;
        let (lines, at) = seen(&field, 12, 3);
        assert_eq!((lines, at), (vec!["line 0".to_owned(), "line 1".into(), "line 2     ↓".into()], (0, 0)));
    }

    #[test]
    fn what_would_steer_the_terminal_is_not_typed() {
        let mut field = Field::multiline("");
        typed(&mut field, &[Typed::Text("a\u{1b}[2J\tb\r\nc\u{202e}".into()), Typed::Char('\u{7}'), Typed::Char('\u{9b}')]);
        assert_eq!(field.text, "a[2J b\nc");
        assert_eq!(with(&OF, "note", &field, |area| area.told().0), field.text, "the area holds what the session holds");
    }

    #[test]
    fn the_cursor_is_on_the_screen_wherever_it_is() {
        for source in ["", "one two three four", "支払い 🦀 a-very-long-word-indeed x\n\nsecond paragraph \n", "  lead", "é́é́é́ ❤️❤️"]
        {
            for width in [2, 3, 7, 12, 23] {
                for height in [1, 3] {
                    let mut field = Field::multiline(source);
                    for cursor in 0..=source.chars().count() {
                        field.cursor = cursor;
                        let (_, (x, y)) = seen(&field, width, height);
                        assert!(x < width && y < height);
                        assert_eq!(with(&OF, "note", &field, |area| area.told()), (source.to_owned(), cursor));
                    }
                }
            }
        }
    }
}
