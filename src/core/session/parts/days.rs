//! Days as people type them.

use crate::model::Interval;
use crate::workbook::accept::read_day;
use jiff::civil::Date;

/// A day that is not in the future.
///
/// # Errors
/// Where it is none, in words for the person who typed it.
pub fn past(text: &str, today: Date) -> Result<Date, String> {
    let day = read_day(text, today).map_err(|e| e.to_string())?;
    if day > today { Err(format!("{day} is in the future")) } else { Ok(day) }
}

/// A day that has not passed: a date, or how far ahead (`+6m`).
///
/// # Errors
/// Where it is none, in words for the person who typed it.
pub fn coming(text: &str, today: Date) -> Result<Date, String> {
    let day = match text.strip_prefix('+') {
        Some(ahead) => ahead.parse::<Interval>().ok().and_then(|interval| interval.after(today)),
        None => read_day(text, today).ok(),
    };
    match day {
        None => Err(format!("“{text}” is not a day: write 2027-03-31 or +6m")),
        Some(day) if day < today => Err(format!("{day} has passed already")),
        Some(day) => Ok(day),
    }
}
