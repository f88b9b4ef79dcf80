//! The text of a workbook as it lies on the disk, changed where its rows are other: an edit changes one or two, and hundreds of kilobytes beside them stay
//! where they are in memory.

use std::sync::Arc;

/// The text of a row, or of a table of which there is one, with the line feed that divides it from the one before.
pub type Row = Arc<str>;

/// The text of a workbook.
#[derive(Clone, Debug, Default)]
pub struct Text {
    text: String,
    /// What it is made of, one behind the other; none where that is not known, as of a text that was read.
    rows: Vec<Row>,
}

/// What a text was before it became the one that it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// How many bytes both begin with.
    pub same: usize,
    /// What stood behind these.
    pub text: String,
    /// How many bytes both end with.
    pub behind: usize,
    rows: Vec<Row>,
    /// How many rows of the new text took the place of these, and of which on.
    from: usize,
    instead: usize,
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self { text, rows: vec![] }
    }
}

impl Text {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Makes it the text of these rows. Those that it has already, at its beginning and its end, are not touched.
    pub fn turn(&mut self, rows: &[&Row]) -> Before {
        let is_same = |(a, b): &(&Row, &&Row)| Arc::ptr_eq(a, b) || a == *b;
        let length = |rows: &[Row]| rows.iter().map(|row| row.len()).sum::<usize>();
        let from = self.rows.iter().zip(rows).take_while(is_same).count();
        let rest = (&self.rows[from..], &rows[from..]);
        let last = rest.0.iter().rev().zip(rest.1.iter().rev()).take_while(is_same).count();
        let (old, new) = (from..self.rows.len() - last, &rows[from..rows.len() - last]);
        let (same, behind) = (length(&self.rows[..from]), length(&self.rows[old.end..]));
        let text = self.put(same, behind, &new.iter().map(|row| &***row).collect::<String>());
        let before = self.rows.splice(old, new.iter().map(|row| Row::clone(row))).collect();
        Before { same, text, behind, rows: before, from, instead: new.len() }
    }

    /// Makes it what it was before it was turned the last time.
    pub fn turn_back(&mut self, before: Before) {
        self.put(before.same, before.behind, &before.text);
        self.rows.splice(before.from..before.from + before.instead, before.rows);
    }

    /// Puts a text in the place of what stands between bytes at the beginning and at the end, and hands that out.
    fn put(&mut self, same: usize, behind: usize, text: &str) -> String {
        let range = same..self.text.len() - behind;
        let before = self.text[range.clone()].to_owned();
        self.text.replace_range(range, text);
        before
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn turned(text: &mut Text, rows: &[Row]) -> Before {
        text.turn(&rows.iter().collect::<Vec<_>>())
    }

    #[test]
    fn what_is_the_same_stays_and_is_told() {
        let row = |text: &str| Row::from(text);
        let mut text = Text::from("a text of another program".to_owned());
        let rows = [row("head\n"), row("é\n"), row("c\n")];
        let before = turned(&mut text, &rows);
        assert_eq!((before.same, before.text.as_str(), before.behind), (0, "a text of another program", 0));
        let before = turned(&mut text, &[rows[0].clone(), row("è\n"), row("d\n"), rows[2].clone()]);
        assert_eq!(text.as_str(), "head\nè\nd\nc\n");
        assert_eq!((before.same, before.text.as_str(), before.behind), (5, "é\n", 2));
        // A row that was printed anew and is the same is no change.
        let before = turned(&mut text, &["head\n", "è\n", "d\n", "c\n"].map(row));
        assert_eq!(before.text, "");
    }

    proptest! {
        #[test]
        fn it_is_its_rows_and_can_be_turned_back(all in prop::collection::vec(prop::collection::vec("[ab]|é\n|", 0..6), 1..8), read in "[aé]{0,3}") {
            let mut text = Text::from(read);
            for rows in all {
                let was = text.as_str().to_owned();
                let rows: Vec<Row> = rows.into_iter().map(Row::from).collect();
                let before = turned(&mut text, &rows);
                let now = rows.iter().map(|row| &**row).collect::<String>();
                prop_assert_eq!(text.as_str(), &now);
                prop_assert_eq!([&now[..before.same], &before.text, &now[now.len() - before.behind..]].concat(), &*was);
                text.turn_back(before);
                prop_assert_eq!(text.as_str(), &was);
                turned(&mut text, &rows);
                prop_assert_eq!(text.as_str(), &now);
            }
        }
    }
}
