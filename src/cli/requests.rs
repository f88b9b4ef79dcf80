//! `kassay requests`: what the entity is asked for, by role, for a mail or a spreadsheet.

use super::{Failure, Manners, folder, print, source, tell};
use crate::export::{self, Mail, Wanted};

/// Prints what is still needed of the entity, and what was asked for, by role
#[derive(Debug, clap::Args)]
pub struct Requests {
    #[command(flatten)]
    folder: folder::Folder,
    /// Form of the output
    #[arg(short, long, value_enum, default_value_t = Form::Markdown)]
    output: Form,
    /// Only what is still needed
    #[arg(long)]
    open: bool,
    /// Only requests of the assessment, and nothing that was not asked for yet
    #[arg(long)]
    kept: bool,
    /// Only what this role can provide
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// The day to tell what is overdue by, instead of the clock
    #[arg(long, value_name = "TIMESTAMP", value_parser = source::moment)]
    now: Option<jiff::Timestamp>,
}

/// Form of the requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// Plain text, for a mail
    Text,
    /// Markdown, by role
    Markdown,
    /// For spreadsheets: a line for each request
    Csv,
}

impl Requests {
    /// Carries it out.
    pub(super) fn run(self, manners: &Manners) -> Result<(), Failure> {
        let material = self.folder.load(self.now, manners)?;
        let wanted = Wanted { open: self.open, kept: self.kept, role: self.role.clone() };
        let requests = export::requests(&material, &wanted);
        if let (Some(role), true) = (&self.role, requests.is_empty()) {
            let all = export::requests(&material, &Wanted { role: None, ..wanted });
            let roles: std::collections::BTreeSet<&str> = all.iter().map(|r| r.role.as_str()).collect();
            if !roles.is_empty() && !roles.iter().any(|known| known.eq_ignore_ascii_case(role)) {
                let hint = format!("There is something for: {}.", roles.into_iter().collect::<Vec<_>>().join(", "));
                return Err(Failure::new(format!("nothing is asked of a role “{role}”")).hint(hint));
            }
        }
        print(&match self.output {
            Form::Markdown => export::requests_mail(&material, &requests, Mail::Markdown),
            Form::Text => return tell(&export::requests_mail(&material, &requests, Mail::Text)),
            Form::Csv => export::csv(&export::requests_table(&requests)),
        })
    }
}
