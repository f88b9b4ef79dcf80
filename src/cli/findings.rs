//! `kassay findings`: findings that fit some words, for the team that they concern.

use super::{Failure, Manners, folder, print, source};
use crate::export;
use kassay_core::workbook::query::Query;

/// Prints the findings of all checks on all clusters, or those that fit some words
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Words, of which every one must hold:\n  ns:pay sev:high check:3.1 rule:hostPath kind:pod name:agent cat:cde\n  cluster:eu dss:2.2 out:fail exc:no, or any text. - before a word turns it round."
)]
pub struct Findings {
    #[command(flatten)]
    folder: folder::Folder,
    /// Only what fits these words
    #[arg(long, value_name = "WORDS", default_value = "", hide_default_value = true, allow_hyphen_values = true)]
    query: String,
    /// Form of the output
    #[arg(short, long, value_enum, default_value_t = Form::Text)]
    output: Form,
    /// The day to tell which exceptions hold by, instead of the clock
    #[arg(long, value_name = "TIMESTAMP", value_parser = source::moment)]
    now: Option<jiff::Timestamp>,
}

/// Form of the findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// A line each
    Text,
    /// Tables by cluster and namespace, for a ticket or a mail
    Markdown,
    /// For spreadsheets: a line each
    Csv,
}

impl Findings {
    /// Carries it out.
    pub(super) fn run(self, manners: &Manners) -> Result<(), Failure> {
        let material = self.folder.load(self.now, manners)?;
        let query = Query::read(&self.query);
        print(&match self.output {
            Form::Text => export::findings_text(&material, &query),
            Form::Markdown => export::findings_markdown(&material, &query),
            Form::Csv => export::csv(&export::findings_fitting(&material, &query)),
        })
    }
}
