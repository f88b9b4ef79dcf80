//! From older formats to this one: a step for each, so that a workbook of any age is read. A step changes the TOML tree, which still has words
//! that the types know no more.

use toml::{Table, Value};

/// Steps from format 1 on: the first leads to 2.
const STEPS: [fn(&mut Table); 1] = [to_2];

/// Brings the words of a workbook to the newest format, but for its number.
pub(super) fn migrate(table: &mut Table, format: u32) {
    for step in STEPS.iter().skip((format as usize).saturating_sub(1)) {
        step(table);
    }
}

/// Format 1 kept a note of any length as the title of a piece of evidence. Format 2 knows what was seen, and titles fit a line; a piece that was
/// taken back said so in its title, and does so in a table of its own now.
fn to_2(table: &mut Table) {
    let Some(Value::Array(pieces)) = table.get_mut("evidence") else { return };
    for piece in pieces.iter_mut().filter_map(Value::as_table_mut) {
        let text = |key: &str, piece: &Table| piece.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let title = text("title", piece);
        if let Some(rest) = title.strip_prefix("withdrawn: ") {
            let mut withdrawn = Table::new();
            withdrawn.insert("by".to_owned(), Value::String(text("by", piece)));
            if let Some(at) = piece.get("obtained") {
                withdrawn.insert("at".to_owned(), at.clone());
            }
            piece.insert("title".to_owned(), Value::String(rest.to_owned()));
            piece.insert("withdrawn".to_owned(), Value::Table(withdrawn));
        }
        if text("kind", piece) == "observation" && text("file", piece).is_empty() {
            let seen = text("title", piece);
            piece.insert("title".to_owned(), Value::String(super::title_of(&seen)));
            let observation = Table::from_iter([("seen".to_owned(), Value::String(seen))]);
            piece.insert("observation".to_owned(), Value::Table(observation));
        }
    }
}
