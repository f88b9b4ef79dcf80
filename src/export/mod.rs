//! What leaves an assessment: the bag that anyone can verify, the report, tables, JSON, SARIF, Markdown. Everything is made from the files of
//! the folder and a time that is handed in, never from the clock, so the same workbook gives the same bytes.

mod bundle;
mod csv;
mod error;
mod findings;
mod html;
mod json;
mod judgement;
mod markdown;
mod material;
mod papers;
mod picture;
mod read;
mod registers;
mod report;
mod requests;
mod samples;
mod sarif;
mod second;
mod standing;
mod table;
mod tables;
mod tree;
mod verify;
mod view;

pub use bundle::{Form, Step, Written, bag};
pub use csv::csv;
pub use error::ExportError;
pub use findings::{findings, findings_of};
pub use html::report_html;
pub use json::{access_json, assessment_json, pretty, reach_json, write_assessment};
pub use judgement::judgements;
pub use markdown::report_markdown;
pub use material::{Material, Pictured, put_file};
pub use papers::{documents, evidence_register, interviews, mended, observations, system_evidence};
pub use picture::{Dress, Subject, dot as segmentation_dot, svg as segmentation_svg};
pub use read::{Contents, contents};
pub use registers::{access, access_csv, flows, reach_csv};
pub use requests::{Mail, RequestView, Wanted, requests, requests_mail, requests_table};
pub use samples::{sample_items, samples};
pub use sarif::{Excepted, sarif};
pub use table::{Cell, Column, ColumnKind, Table};
pub use tables::{exceptions, practices, questions, scope, tables};
pub use verify::{Verified, VerifyError, What, holds_assessment, verify, workbook_text};
pub use view::Report;
