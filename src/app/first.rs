//! What is done first, for each way to start.

use super::Start;
use crate::collect::{Connect, SourceSpec};
use crate::store::holds_assessment;
use kassay_core::model::Scope;
use kassay_core::session::{self, Action, Effect, Source};
use kassay_core::workbook::{Engagement, Workbook};
use std::path::{Path, PathBuf};

/// The scope that goes with the built-in cluster.
const DEMO_SCOPE: &str = include_str!("../../assets/demo/scope.toml");

/// The first thing to do.
pub(super) enum First {
    Effect(Effect),
    Action(Action),
}

/// What is done first, for each way to start.
pub(super) fn first(start: Start) -> Vec<First> {
    match start {
        Start::Home => vec![First::Effect(Effect::ListHome)],
        Start::Open(dir) => vec![First::Effect(Effect::LoadWorkbook(dir)), First::Effect(Effect::ListHome)],
        Start::Demo { workbook: None } => vec![First::Effect(Effect::Demo)],
        Start::Demo { workbook: Some(dir) } => vec![demo(dir)],
        Start::New { workbook, .. } if is_there(&workbook) => vec![First::Effect(Effect::LoadWorkbook(workbook))],
        Start::New { workbook, source, complete } => {
            let source = match source {
                SourceSpec::Live(connect) if connect == Connect::default() => None,
                SourceSpec::Live(connect) => Some(Source::Context {
                    kubeconfig: connect.kubeconfig,
                    name: connect.context,
                    as_user: connect.as_user,
                    as_groups: connect.as_groups,
                    request_timeout: connect.request_timeout,
                    read_timeout: connect.read_timeout,
                }),
                SourceSpec::Paths(paths) => Some(Source::Paths { paths, complete }),
                SourceSpec::Demo => Some(Source::Demo),
            };
            vec![First::Action(Action::New(session::new::Action::Prepare { dir: workbook, source }))]
        }
        Start::Next { dir, workbook } => {
            vec![First::Action(Action::New(session::new::Action::PrepareNext { dir: Some(dir), workbook }))]
        }
    }
}

/// Whether there is an assessment in a folder. One that can't be looked into is opened too: that tells why.
fn is_there(dir: &Path) -> bool {
    holds_assessment(dir).unwrap_or(true)
}

/// The assessment of the built-in cluster: opened where it is there, else made.
pub(super) fn demo(dir: PathBuf) -> First {
    if is_there(&dir) {
        return First::Effect(Effect::LoadWorkbook(dir));
    }
    let mut workbook = Workbook::new(Engagement {
        entity: "AcmePay (demo)".to_owned(),
        purpose: "A company that does not exist, to try everything on.".to_owned(),
        ..Engagement::default()
    });
    workbook.scope = Scope::parse(DEMO_SCOPE).unwrap_or_default();
    First::Action(Action::New(session::new::Action::Begin { dir, workbook: Box::new(workbook), source: Some(Source::Demo) }))
}
