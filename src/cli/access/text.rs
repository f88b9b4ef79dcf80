//! The access register as people read it: those whose rights open ways to further rights first, each with its roles and the places where it
//! holds them.

use crate::cli::lines::wrapped;
use crate::tui::text::{counted, cut};
use kassay_core::analysis::rbac::SubjectKind;
use kassay_core::analysis::rbac::folded::{Entry, Folded};
use kassay_core::kinds::Inventory;
use kassay_core::model::text::clean;
use std::cmp::Reverse;
use std::io::{self, Write};

/// Places and bindings named of a role before the rest is counted.
const NAMED: usize = 8;

/// Writes it.
///
/// # Errors
/// Where the target can't be written.
pub(super) fn write(folded: &Folded, inventory: &Inventory, missing: &[String], columns: usize, out: &mut impl Write) -> io::Result<()> {
    let cluster = &inventory.cluster;
    let named = if cluster.server.is_empty() { "files" } else { &cluster.server };
    writeln!(out, "{}", cut(&format!("{}  {} {}", clean(named), clean(&cluster.distribution), clean(&cluster.version)), columns))?;
    let kinds = [
        (SubjectKind::User, "user", "users"),
        (SubjectKind::Group, "group", "groups"),
        (SubjectKind::ServiceAccount, "account", "accounts"),
    ];
    let counts: Vec<String> = kinds.iter().map(|(kind, one, many)| counted(folded.count(*kind), one, many)).collect();
    wrapped(out, columns, "", &format!("{} hold {}", counts.join(", "), counted(folded.rows, "rule", "rules")))?;
    for words in missing {
        wrapped(out, columns, "⊘ ", &format!("Not complete: {words}. Rights may be missing here."))?;
    }
    let mut order: Vec<&Entry> = folded.subjects.iter().collect();
    order.sort_by_key(|entry| (entry.worst().is_none(), entry.worst(), Reverse(entry.paths.len())));
    order.into_iter().try_for_each(|entry| subject(folded, entry, columns, out))
}

fn subject(folded: &Folded, entry: &Entry, columns: usize, out: &mut impl Write) -> io::Result<()> {
    let reaches: Vec<&str> = entry.categories.iter().map(|category| category.label()).collect();
    writeln!(out)?;
    wrapped(out, columns, "", &format!("{} ({})", entry.subject, reaches.join(", ")))?;
    if let Some(worst) = entry.worst() {
        wrapped(out, columns, "  ! ", &format!("{}: {}", worst.id(), entry.path_names().join(", ")))?;
    }
    for (role, held) in entry.by_role() {
        let Some(rights) = folded.role(role) else { continue };
        let mut places: Vec<&str> = held.iter().map(|held| held.place()).collect();
        places.dedup();
        let by: Vec<&str> = held.iter().map(|held| held.binding.as_str()).collect();
        let place = if places == ["everywhere"] { places[0].to_owned() } else { format!("in {}", some(&places)) };
        wrapped(out, columns, "  ", &format!("{} {place}, by {}", rights.role, some(&by)))?;
        if rights.rules.is_empty() {
            wrapped(out, columns, "      ", "no rule: the role is empty, does not exist, or could not be read")?;
        }
        rights.rules.iter().try_for_each(|rule| wrapped(out, columns, "      ", rule))?;
    }
    Ok(())
}

/// The first of some names, and how many more there are.
fn some(names: &[&str]) -> String {
    let first = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
