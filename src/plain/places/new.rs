//! A new assessment: engagement, cluster, scope, read; each step told with what is known by then.

use crate::plain::forms;
use crate::plain::namespaces::{counts, rows as namespaces};
use crate::plain::page::{List, Number, Page};
use crate::shell::words::counted;
use kassay_core::checks;
use kassay_core::kinds::distribution_words;
use kassay_core::session::{Contents, ContextRow, Flight, New, Preflight, Session, Source, SourceRow, Stage};
use kassay_core::workbook::Moment;

/// The step in work.
pub fn page(session: &Session) -> Page<'_> {
    let Some(new) = session.new.as_deref() else { return Page::new("No assessment is being made.") };
    let step = Stage::ALL.iter().position(|stage| *stage == new.stage).unwrap_or(0) + 1;
    let what = if new.adding { "A further cluster" } else { "New assessment" };
    let mut page = Page::new(format!("{what}, step {step} of {}: {}.", Stage::ALL.len(), new.stage.label()));
    match new.stage {
        Stage::Engagement => {
            page.line("Who is assessed, and by whom? Only the entity is required; everything can be changed later.");
            forms::rows(&mut page, &new.form);
            page
        }
        Stage::Cluster => cluster(page, new),
        Stage::Scope => {
            page.line(
                "What has to do with account data? Findings elsewhere are shown, but decide nothing. Everything is in scope until you say otherwise, \
                 and that is a good start. Enter goes on.",
            );
            page.all(counts(&new.scope));
            page.with(namespaces(&new.scope))
        }
        Stage::Read => {
            read(&mut page, new);
            page
        }
    }
}

fn cluster<'a>(mut page: Page<'a>, new: &'a New) -> Page<'a> {
    let chosen = new.source.as_ref().map(Source::words).unwrap_or_default();
    match (&new.flight, &new.contexts) {
        (Flight::Done(known), _) => {
            page.pair("Cluster", &chosen);
            facts(&mut page, new, known);
            rights(&mut page, known);
            page.line("Type enter to go on, or back to choose another.");
            return page;
        }
        (Flight::Running, _) => {
            page.line(format!("Asking {chosen} who we are and what we may read."));
            return page;
        }
        (Flight::Failed(why), _) => {
            page.line(format!("Error: {chosen} could not be asked. {why} Type enter to try again, or back to choose another."))
        }
        (Flight::None, None) => page.line("Looking for the contexts of the kubeconfig."),
        (Flight::None, Some(Err(why))) => page.line(format!("There are no contexts: {why}")),
        (Flight::None, Some(Ok(contexts))) if contexts.is_empty() => page.line("The kubeconfig has no contexts."),
        (Flight::None, Some(Ok(contexts))) => {
            page.line(format!("{}.", counted(contexts.len(), "context in the kubeconfig", "contexts in the kubeconfig")));
        }
    }
    if !new.filter.is_empty() {
        page.pair("Filter", new.filter.trimmed());
    }
    let sources = new.sources();
    let count = sources.len();
    page.with(
        List::new(("choice", "choices"), count, new.cursor.at, move |at| sources.get(at).map(words).unwrap_or_default())
            .numbered(Number::Opens),
    )
}

fn words(row: &SourceRow) -> String {
    match row {
        SourceRow::Context(ContextRow { name, server, current, kubeconfig }) => {
            let current = if *current && kubeconfig.is_none() { ", the current one" } else { "" };
            let file = kubeconfig.as_ref().map(|file| format!(", of {}", file.display())).unwrap_or_default();
            format!("Context {name}{current}: {server}{file}.")
        }
        SourceRow::Path => "Files: a snapshot, or files and folders of YAML or JSON.".to_owned(),
        SourceRow::Demo => "Demo cluster: a made-up payment company.".to_owned(),
        SourceRow::Without => "No cluster: questions and evidence only.".to_owned(),
    }
}

fn facts(page: &mut Page<'_>, new: &New, known: &Preflight) {
    let version = distribution_words(&known.cluster.distribution, &new.version_words(known));
    page.pair("Version", version.trim());
    page.pair("Nodes", &known.nodes.map_or_else(|| "may not be counted".to_owned(), |n| n.to_string()));
    if let Some(contents) = &known.contents {
        held(page, contents);
    }
    if let Some(caller) = &known.cluster.identity {
        let groups = if caller.groups.is_empty() { String::new() } else { format!(", groups {}", caller.groups.join(", ")) };
        page.pair("Identity", &format!("{}{groups}", caller.name));
    }
}

/// What files hold, what they lack, and which checks are blocked for that.
fn held(page: &mut Page<'_>, contents: &Contents) {
    let kinds: Vec<String> = contents.kinds.iter().map(|(kind, items)| format!("{items} {}", kind.id())).collect();
    page.pair("Holds", &format!("{}: {}", counted(contents.objects(), "object", "objects"), kinds.join(", ")));
    page.pair("Taken", &contents.taken.map_or_else(|| "not told".to_owned(), |at| Moment(at).to_string()));
    for lack in &contents.lacks {
        let blocked = counted(lack.blocked.len(), "check will be blocked", "checks will be blocked");
        page.line(format!("It lacks {}: {blocked}, {} can fail and not pass.", lack.need, lack.unsure.len()));
    }
}

/// What may be read, and what is blocked for what may not.
fn rights(page: &mut Page<'_>, known: &Preflight) {
    let refused = known.refused();
    let all = known.rights.len();
    match (all, refused.len()) {
        (0, _) => {}
        (_, 0) => page.line(format!("All {all} kinds may be read.")),
        (_, n) => page.line(format!("{} of {all} kinds may be read. What can't be read is never counted as passed:", all - n)),
    }
    for (right, blocked) in refused {
        let title = |id: &&'static str| checks::by_id(id).map_or_else(|| (*id).to_owned(), |c| format!("{} {}", c.control(), c.title));
        let titles: Vec<String> = blocked.iter().map(title).collect();
        let blocks = counted(blocked.len(), "check will be blocked", "checks will be blocked");
        let why = if right.why.is_empty() { String::new() } else { format!(" ({})", right.why) };
        page.line(format!("{} may not be read{why}; {blocks}: {}.", right.kind.id(), titles.join("; ")));
    }
}

/// All that was said, before it begins.
fn read(page: &mut Page<'_>, new: &New) {
    if !new.adding {
        page.pair("Entity", format!("{} {}", new.form.text("entity"), new.form.text("period")).trim());
    }
    page.pair("Cluster", &new.source.as_ref().map_or_else(|| "none: questions and evidence only".to_owned(), Source::words));
    if let Flight::Done(known) = &new.flight {
        facts(page, new, known);
        let refused = known.rights.iter().filter(|r| !r.allowed).count();
        if refused > 0 {
            page.pair("Readable", &format!("{} of {} kinds", known.rights.len() - refused, known.rights.len()));
        }
    }
    if !new.adding {
        page.all(counts(&new.scope));
    }
    page.line("All is said. Type enter to read now; reading can be cancelled at any time.");
}
