//! The access register as people read it: those whose rights open ways to further rights first, each with its roles and the places where it
//! holds them.

use crate::cli::lines::wrapped;
use crate::tui::text::{counted, cut};
use kassay_core::analysis::rbac::SubjectKind;
use kassay_core::analysis::rbac::folded::{Entry, Folded, Told};
use kassay_core::kinds::Inventory;
use kassay_core::model::text::clean;
use std::io::{self, Write};

/// Writes it.
///
/// # Errors
/// Where the target can't be written.
pub(super) fn write(folded: &Folded, inventory: &Inventory, missing: &[String], columns: usize, out: &mut impl Write) -> io::Result<()> {
    let cluster = &inventory.cluster;
    let named = if cluster.server.is_empty() { "files" } else { &cluster.server };
    writeln!(out, "{}", cut(&format!("{}  {}", clean(named), clean(&cluster.words())), columns))?;
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
    folded.worst_first().into_iter().try_for_each(|at| subject(folded, &folded.subjects[at], columns, out))
}

fn subject(folded: &Folded, entry: &Entry, columns: usize, out: &mut impl Write) -> io::Result<()> {
    let reaches: Vec<&str> = entry.categories.iter().map(|category| category.label()).collect();
    writeln!(out)?;
    wrapped(out, columns, "", &format!("{} ({})", entry.subject, reaches.join(", ")))?;
    folded.told(entry).iter().try_for_each(|line| match line {
        Told::Paths(words) => wrapped(out, columns, "  ! ", words),
        Told::Role(words) => wrapped(out, columns, "  ", words),
        Told::Rule(words) => wrapped(out, columns, "      ", words),
    })
}
