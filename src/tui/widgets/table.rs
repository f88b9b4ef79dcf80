//! Rows with aligned cells. Widths are worked out once for a whole table; rows are made one by one, so that a list asks only for those in view.

use crate::tui::text;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use std::ops::Range;

/// How a column is filled and cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// Text: at the left, cut at its end.
    Words,
    /// Names: at the left, cut in the middle.
    Name,
    /// Numbers: at the right.
    Number,
}

/// A column: its title, how it is filled, the columns it wants and the fewest it lives with.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Title.
    pub title: &'static str,
    /// Fill.
    pub fill: Fill,
    /// Wanted columns.
    pub wanted: usize,
    /// Fewest columns.
    pub least: usize,
}

/// Rows that are looked at for how wide columns have to be, besides those in view: in a long list it must not take longer than drawing does, and widths
/// must not jump with each row that comes into view.
const LOOKED_AT: usize = 500;

/// Columns as wide as what they hold: of the first rows and those in view, each as the widths of its cells.
#[must_use]
pub fn holding<const N: usize>(
    columns: [Column; N],
    len: usize,
    view: Range<usize>,
    row: impl Fn(usize) -> Option<[usize; N]>,
) -> [Column; N] {
    let mut widest = columns.map(|column| text::width(column.title));
    for cells in (0..len.min(LOOKED_AT)).chain(view).filter_map(row) {
        for (widest, cell) in widest.iter_mut().zip(cells) {
            *widest = cell.max(*widest);
        }
    }
    let mut nth = 0;
    columns.map(|column| {
        let wanted = widest[nth];
        nth += 1;
        Column { wanted, least: column.least.min(wanted), ..column }
    })
}

/// Space between columns.
const GAP: usize = 2;

/// Widths that fit: columns shrink towards their least, the widest excess first; what still does not fit loses columns at the right.
#[must_use]
pub fn widths(columns: &[Column], room: usize) -> Vec<usize> {
    let mut kept = columns.len();
    while kept > 1 && columns[..kept].iter().map(|c| c.least.min(c.wanted) + GAP).sum::<usize>() > room + GAP {
        kept -= 1;
    }
    let mut widths: Vec<usize> = columns[..kept].iter().map(|c| c.wanted).collect();
    let gaps = GAP * kept.saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > room {
        let loosest = (0..kept).max_by_key(|i| (widths[*i].saturating_sub(columns[*i].least), widths[*i])).filter(|i| widths[*i] > 0);
        match loosest {
            Some(at) => widths[at] -= 1,
            None => break,
        }
    }
    widths
}

/// A row of cells, each with its style.
#[must_use]
pub fn row(columns: &[Column], widths: &[usize], cells: Vec<(String, Style)>) -> Line<'static> {
    let mut spans = Vec::with_capacity(cells.len() * 2);
    for (nth, ((cell, style), (column, wide))) in cells.into_iter().zip(columns.iter().zip(widths)).enumerate() {
        if nth > 0 {
            spans.push(Span::raw(" ".repeat(GAP)));
        }
        let filled = match column.fill {
            Fill::Words => text::left(&cell, *wide),
            Fill::Name => text::name(&cell, *wide),
            Fill::Number => text::right(&cell, *wide),
        };
        spans.push(Span::styled(filled, style));
    }
    Line::from(spans)
}

/// The row of titles.
#[must_use]
pub fn titles(columns: &[Column], widths: &[usize], style: Style) -> Line<'static> {
    row(columns, widths, columns.iter().map(|c| (c.title.to_owned(), style)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] = [
        Column { title: "Name", fill: Fill::Name, wanted: 40, least: 10 },
        Column { title: "Pods", fill: Fill::Number, wanted: 8, least: 8 },
        Column { title: "Why", fill: Fill::Words, wanted: 60, least: 10 },
    ];

    #[test]
    fn rows_fill_exactly_their_widths_at_every_size() {
        for room in 0..140 {
            let widths = widths(&COLUMNS, room);
            let cells = ["支払い-サービス-処理-とても長い", "12,345", "it is 🦀 what it is and goes on for long"];
            let line = row(&COLUMNS, &widths, cells.map(|c| (c.to_owned(), Style::default())).to_vec());
            let expected = widths.iter().sum::<usize>() + GAP * (widths.len() - 1);
            assert_eq!(text::width(&line.to_string()), expected);
            assert!(expected <= room, "{widths:?} in {room}");
        }
    }

    #[test]
    fn columns_are_as_wide_as_what_they_hold_and_take_no_more() {
        let rows = [[30, 2, 3], [12, 5, 50]];
        let of = |at: usize| rows.get(at).copied();
        let wanted = |columns: [Column; 3]| columns.map(|column| (column.wanted, column.least));
        assert_eq!(wanted(holding(COLUMNS, 2, 0..2, of)), [(30, 10), (5, 5), (50, 10)]);
        // A row far down counts once it is in view.
        let far = |at: usize| Some(if at == 9_000 { [70, 1, 1] } else { [1, 1, 1] });
        assert_eq!(wanted(holding(COLUMNS, 10_000, 0..20, far)), [(4, 4), (4, 4), (3, 3)]);
        assert_eq!(holding(COLUMNS, 10_000, 8_990..9_010, far)[0].wanted, 70);
    }

    #[test]
    fn numbers_stand_at_the_right() {
        let widths = widths(&COLUMNS, 120);
        let shown = row(&COLUMNS, &widths, vec![("a".into(), Style::default()), ("7".into(), Style::default())]).to_string();
        assert!(shown.ends_with("       7"), "{shown:?}");
    }
}
