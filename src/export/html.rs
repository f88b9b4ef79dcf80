//! The report as one HTML file: no script that it needs, nothing loaded from anywhere, made for the screen and for paper.
//! The template is `assets/report/report.html`; it escapes everything, because names and values come from clusters and people.

use super::{ExportError, Material, Report};
use minijinja::{Environment, Value, value::Serde};

/// The name ends in `.html`, by which the engine knows that it must escape.
const NAME: &str = "report.html";
const TEMPLATE: &str = include_str!("../../assets/report/report.html");

/// The report of an assessment as HTML.
///
/// # Errors
/// Never in a released program: a test renders the template.
pub fn report_html(material: &Material) -> Result<String, ExportError> {
    render(&Report::new(material)).map_err(|e| ExportError::Internal(format!("the report's template: {e:#}")))
}

fn render(report: &Report) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    environment.add_filter("thousands", |n: usize| kassay_core::model::text::thousands(n));
    environment.add_filter("one", |n: usize, one: String, many: String| if n == 1 { one } else { many });
    // Direction marks and control characters in a name could make it read as another one.
    environment.add_filter("clean", |text: String| kassay_core::model::text::clean(&text));
    environment.add_template(NAME, TEMPLATE)?;
    environment.get_template(NAME)?.render(Value::from(Serde(report)))
}
