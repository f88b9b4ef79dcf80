//! What leaves an assessment: the bag that anyone can verify, the report, tables, JSON, SARIF, Markdown. Everything is made from the files of
//! the folder and a time that is handed in, never from the clock, so the same workbook gives the same bytes.

mod bundle;
mod csv;
mod error;
mod html;
mod json;
mod judgement;
mod markdown;
mod material;
mod papers;
mod picture;
mod read;
mod report;
mod requests;
mod samples;
mod sarif;
mod second;
mod standing;
mod tables;
mod tree;
mod verify;
mod view;

pub use bundle::{Form, Step, Written, bag};
pub use csv::{access_csv, evidence_csv, findings_csv, findings_csv_of, reach_csv};
pub use error::ExportError;
pub use html::report_html;
pub use json::{access_json, assessment_json, pretty, reach_json, write_assessment};
pub use judgement::judgement_csvs;
pub use markdown::report_markdown;
pub use material::{Material, Pictured, put_file};
pub use papers::{documents_csv, interviews_csv, observations_csv, remediations_csv, system_evidence_csv};
pub use picture::{Dress, Subject, dot as segmentation_dot, svg as segmentation_svg};
pub use read::{Contents, contents};
pub use requests::{Mail, RequestView, Wanted, requests, requests_csv, requests_mail};
pub use samples::{sample_items_csv, samples_csv};
pub use sarif::{Excepted, sarif};
pub use tables::{exceptions_csv, practices_csv, questions_csv, scope_csv};
pub use verify::{Verified, VerifyError, What, holds_assessment, verify, workbook_text};
pub use view::Report;
