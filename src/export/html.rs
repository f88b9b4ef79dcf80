//! The report as one HTML file: no script that it needs, nothing loaded from anywhere, made for the screen and for paper.
//! The templates are in `assets/report`; they escape everything, because names and values come from clusters and people.

use super::visible::Shown;
use super::{ExportError, Material, Report};
use minijinja::{Environment, Value, value::Serde};
use serde::Serialize;
use std::io::Write;

/// The name ends in `.html`, by which the engine knows that it must escape.
const NAME: &str = "report.html";
const TEMPLATES: [(&str, &str); 6] = [
    ("fleet.html", include_str!("../../assets/report/fleet.html")),
    (NAME, include_str!("../../assets/report/report.html")),
    ("executive.html", include_str!("../../assets/report/executive.html")),
    ("charts.html", include_str!("../../assets/report/charts.html")),
    ("report.css", include_str!("../../assets/report/report.css")),
    ("report.js", include_str!("../../assets/report/report.js")),
];

/// The report of an assessment as HTML.
///
/// # Errors
/// Never in a released program: a test renders the template.
pub fn report_html(material: &Material) -> Result<String, ExportError> {
    let mut page = Vec::new();
    write_html(material, &mut page)?;
    String::from_utf8(page).map_err(|e| ExportError::Internal(e.to_string()))
}

/// The same, written while it is laid out.
///
/// # Errors
/// Where it can't be written.
pub(super) fn write_html(material: &Material, to: &mut dyn Write) -> Result<(), ExportError> {
    page(NAME, &Report::new(material), to)
}

/// Lays out one of the pages.
pub(super) fn page(name: &str, view: &impl Serialize, to: &mut dyn Write) -> Result<(), ExportError> {
    render(name, view, to).map_err(|e| ExportError::Internal(format!("the template {name}: {e:#}")))
}

fn render(page: &str, view: &impl Serialize, to: &mut dyn Write) -> Result<(), minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    environment.add_filter("thousands", |n: usize| kassay_core::model::text::thousands(n));
    environment.add_filter("one", |n: usize, one: String, many: String| if n == 1 { one } else { many });
    // Direction marks and control characters in a name could make it read as another one.
    environment.add_filter("clean", |text: String| kassay_core::model::text::clean(&text));
    environment.add_filter("ticks", |text: String| Value::from_safe_string(ticks(&text)));
    environment.add_filter("anchor", |text: String| anchor(&text));
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    environment.get_template(page)?.render_captured_to(Value::from(Serde(view)), Shown(to)).map(drop)
}

/// A reference as the name of a place in the page: names of places have no blanks, and a workbook may be written by hand.
fn anchor(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_') { c } else { '-' }).collect()
}

/// Words of the catalogue as HTML: escaped, with what stands between backticks set as code.
fn ticks(text: &str) -> String {
    let escaped = minijinja::HtmlEscape(text).to_string();
    let parts: Vec<&str> = escaped.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped;
    }
    parts.iter().enumerate().map(|(i, part)| if i % 2 == 1 { format!("<code>{part}</code>") } else { (*part).to_owned() }).collect()
}

#[cfg(test)]
mod tests {
    use super::{anchor, ticks};

    #[test]
    fn code_is_set_and_everything_is_escaped() {
        assert_eq!(ticks("the `default` <b> one"), "the <code>default</code> &lt;b&gt; one");
        assert_eq!(ticks("a ` alone"), "a ` alone");
    }

    #[test]
    fn a_reference_by_hand_is_the_name_of_one_place() {
        assert_eq!(anchor("E-0001"), "E-0001");
        assert_eq!(anchor("E 1\"><b>"), "E-1---b-");
    }
}
