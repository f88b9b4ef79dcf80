//! `kassay findings`: findings that fit some words, for the team that they concern.

use super::{Failure, Manners, folder, print, source, tell};
use crate::export::{self, Material};
use kassay_core::workbook::newness::READ_ONCE;
use kassay_core::workbook::query::Query;

/// Prints the findings of all checks on all clusters, or those that fit some words
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Words, of which every one must hold:\n  ns:pay sev:high check:3.1 rule:hostPath kind:pod name:agent cat:cde\n  cluster:eu dss:2.2 out:fail exc:no new:yes, or any text. - before a word turns it round."
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
        let material = if query.asks_what_is_new() { told(material, manners)? } else { material };
        print(&match self.output {
            Form::Text => return tell(&export::findings_text(&material, &query)),
            Form::Markdown => export::findings_markdown(&material, &query),
            Form::Csv => export::csv(&export::findings_fitting(&material, &query)),
        })
    }
}

/// What was found before, for who asks what is new; where nothing tells that of any cluster, it is no answer that nothing is.
fn told(material: Material, manners: &Manners) -> Result<Material, Failure> {
    let material = material.with_before();
    let read: Vec<&str> = material.assessments.iter().map(|(key, _)| key.as_str()).collect();
    let untold: Vec<&str> = read.iter().copied().filter(|key| !material.before.contains_key(*key)).collect();
    if !untold.is_empty() {
        let words = format!("what is new in {} can't be told: {READ_ONCE}", untold.join(", "));
        if untold.len() == read.len() {
            return Err(Failure::new(words).hint("Read it again (kassay assess --workbook, or R in the walk), and ask then."));
        }
        manners.say(&words);
    }
    Ok(material)
}
