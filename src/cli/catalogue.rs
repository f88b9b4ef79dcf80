//! `kassay controls` and `kassay checks`: the catalogue for people, machines and documents.

use super::{Failure, print, tell};
use kassay_core::checks;
use kassay_core::guidance::{Guidance, paragraphs};
use kassay_core::judging::{Check, Need};
use kassay_core::report;
use std::fmt::Write as _;

/// Form of a catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// For people
    Text,
    /// For machines
    Json,
    /// For documents
    Markdown,
}

/// The catalogue that ships.
pub fn guidance() -> Result<&'static Guidance, Failure> {
    Guidance::shipped().map_err(|e| Failure::new(e.to_string()))
}

fn json<T: serde::Serialize>(rows: &T) -> Result<String, Failure> {
    serde_json::to_string_pretty(rows).map_err(|e| Failure::new(format!("the catalogue can't be written as JSON: {e}")))
}

/// Prints the controls.
pub fn controls(form: Form) -> Result<(), Failure> {
    let guidance = guidance()?;
    let text = match form {
        Form::Json => json(&report::control_rows(guidance))?,
        Form::Text | Form::Markdown => control_words(guidance, form == Form::Markdown),
    };
    if form == Form::Text { tell(&text) } else { print(&text) }
}

fn control_words(guidance: &Guidance, markdown: bool) -> String {
    let mut out = String::new();
    for area in &guidance.areas {
        let _ = if markdown {
            writeln!(out, "\n## {} {}\n\n{}\n", area.number, area.title, paragraphs(&area.summary).join("\n\n"))
        } else {
            writeln!(out, "\n{} {}", area.number, area.title)
        };
        for control in &area.controls {
            let ids = |list: Vec<&str>| list.join(", ");
            let checks = ids(checks::of_control(&control.id).map(|c| c.id).collect());
            let questions = ids(control.questions.iter().map(|q| q.id.as_str()).collect());
            if markdown {
                let _ = writeln!(out, "### {} {}\n", control.id, control.title);
                for practice in &control.practices {
                    let _ = writeln!(out, "- **{}** {}", practice.id, paragraphs(&practice.text).join(" "));
                }
                let _ = writeln!(
                    out,
                    "\nChecks: {}. Questions: {}. Related PCI DSS requirements: {}.\n",
                    or_none(&checks),
                    or_none(&questions),
                    control.dss.join(", ")
                );
            } else {
                let _ = writeln!(out, "  {:<5} {}", control.id, control.title);
                let _ = writeln!(out, "        checks     {}\n        questions  {}", or_none(&checks), or_none(&questions));
            }
        }
    }
    out.trim_start().to_owned()
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}

/// Prints the checks.
pub fn checks(form: Form) -> Result<(), Failure> {
    let text = match form {
        Form::Json => json(&report::check_rows())?,
        Form::Markdown => checks_markdown()?,
        Form::Text => checks::all().fold(String::new(), |mut out, check| {
            let _ = writeln!(out, "{:<34} {:<9} {}", check.id, check.severity.id(), check.title);
            out
        }),
    };
    if form == Form::Text { tell(&text) } else { print(&text) }
}

/// The catalogue of checks as a document.
///
/// # Errors
/// Where the guidance can't be read.
pub fn checks_markdown() -> Result<String, Failure> {
    let guidance = guidance()?;
    let mut out = String::from(
        "# The automated checks\n\nWhat each looks for, what it must be able to read, why it matters, how to mend what it finds, and what it can't see.\n\n\
         Words of Kubernetes are explained in [words.md](words.md).\n\n## Groups of lists\n\nMany checks need the same lists. They are named here once.\n\n",
    );
    for (name, need) in groups() {
        let _ = writeln!(out, "- **{name}**: {}", report::need(need).join(", "));
    }
    for area in &guidance.areas {
        let _ = writeln!(out, "\n## {} {}", area.number, area.title);
        for check in area.controls.iter().flat_map(|control| checks::of_control(&control.id)) {
            let _ = writeln!(
                out,
                "\n### `{}` {}\n\n{}\n\n- **Severity** {}{}\n- **Needs** {}\n- **Mend** {}\n- **Can't see** {}",
                check.id,
                check.title,
                check.why,
                check.severity.id(),
                if check.active { "; sends requests of its own, and asks first" } else { "" },
                needs(check),
                check.mend,
                check.blind_spots
            );
        }
    }
    Ok(out)
}

/// Each group of lists that some check needs, once, in the order of the checks.
fn groups() -> Vec<(&'static str, &'static Need)> {
    let mut found: Vec<(&str, &Need)> = Vec::new();
    for need in checks::all().flat_map(|check| check.needs) {
        if let Some(name) = need.group().filter(|name| !found.iter().any(|(known, _)| known == name)) {
            found.push((name, need));
        }
    }
    found
}

/// What a check needs, groups by their names.
fn needs(check: &Check) -> String {
    let mut words: Vec<String> = Vec::new();
    for need in check.needs {
        match need.group() {
            Some(name) => words.push(format!("{name} (see above)")),
            None => words.extend(report::need(need)),
        }
    }
    words.dedup();
    if words.is_empty() { "nothing; the credential in use".to_owned() } else { words.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_names_a_group_of_lists_once() {
        let text = checks_markdown().unwrap_or_else(|e| panic!("{e:?}"));
        let Some((head, body)) = text.split_once("\n## 1 ") else { panic!("no first area") };
        for (name, need) in groups() {
            let first = report::need(need).swap_remove(0);
            assert!(head.contains(&format!("- **{name}**: ")) && head.contains(&first), "{name} is not explained");
            assert!(body.contains(&format!("{name} (see above)")), "{name} is explained and not used");
        }
        // A line that repeats the pods' makers one by one would be the list that the group stands for.
        assert!(!body.contains("replicationcontrollers: list"), "workloads are spelled out");
        assert!(!body.contains("- **Needs** \n") && body.contains("- **Needs** nothing; the credential in use"));
    }
}
