//! `kassay access`: the access register, which is the population from which an access review samples.

mod text;

use super::{Failure, Manners, lines, output_failed, signs_of, source};
use crate::collect::{Options, judging_time};
use crate::export;
use crate::tables::tables;
use kassay_core::judging::{View, access_by_subject, access_register};
use kassay_core::model::Kind;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

/// Prints the access register: who may do what, where, and by which binding
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub struct AccessVerb {
    #[command(flatten)]
    source: source::SourceArgs,
    /// Scope file: categories of namespaces
    #[arg(long, value_name = "FILE")]
    scope: Option<PathBuf>,
    /// Form of the output
    #[arg(short, long, value_enum, default_value_t = Form::Text)]
    output: Form,
}

const EXIT_CODES: &str =
    "Exit codes: 0 done; 2 it could not be done; 3 done, but roles or bindings could not all be read, so that rights are missing.";

/// Form of the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// For people: by subject and role, those with ways to further rights first
    Text,
    /// For machines: kassay/access/v1, a row for each rule granted
    Json,
    /// For spreadsheets: a line for each subject, role and place
    Csv,
}

/// Lists that the register rests on.
const LISTS: [Kind; 4] = [Kind::Roles, Kind::ClusterRoles, Kind::RoleBindings, Kind::ClusterRoleBindings];

impl AccessVerb {
    /// Carries it out; the exit code.
    pub(super) fn run(self, manners: &Manners) -> Result<u8, Failure> {
        let scope = self.scope.as_deref().map(source::scope).transpose()?.unwrap_or_default();
        // Rights are those of RBAC; no Secret says anything about them.
        let inventory = self.source.read(&Options { without_secrets: true, ..Options::default() }, manners)?;
        let tables = tables(None).map_err(|e| Failure::new(e.to_string()))?;
        let view = View::new(&inventory, &scope, judging_time(&inventory, None, jiff::Timestamp::now()), &tables);
        let missing: Vec<String> =
            LISTS.iter().filter_map(|kind| lines::unread(&inventory, *kind, || format!("there is no list of {}", kind.id()))).collect();
        let mut out = BufWriter::new(io::stdout().lock());
        let written = match self.output {
            Form::Json => export::access_json(&access_register(&view), &mut out),
            Form::Csv => export::access_csv(&access_by_subject(&view), &mut out),
            Form::Text => {
                let mut text = Vec::new();
                text::write(&access_by_subject(&view), &inventory, &missing, lines::columns(), &mut text)
                    .and_then(|()| out.write_all(signs_of(&io::stdout()).written(&String::from_utf8_lossy(&text)).as_bytes()))
            }
        };
        written.and_then(|()| out.flush()).map_err(|e| output_failed(&e))?;
        // The other forms have no place for it, and who takes them must not believe them to be whole.
        if self.output != Form::Text {
            missing.iter().for_each(|words| manners.say(&format!("not complete: {words}")));
        }
        Ok(if view.rbac().complete { 0 } else { 3 })
    }
}
