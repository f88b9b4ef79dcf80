//! The files of a bag that tell about it: its description, its profile, how to check it.

use super::Material;
use super::redact::REDACTED;
use kassay_core::workbook::Moment;

/// The name of the profile that our bags follow.
pub(super) const PROFILE: &str = "urn:kassay:bagit-profile:1";
/// The profile itself, as BagIt Profiles 1.3.0 has it.
pub const BAG_PROFILE: &str = include_str!("../../assets/schema/bagit-profile-v1.json");
/// A script that checks a bag with stock programs.
pub(super) const SCRIPT_NAME: &str = "verify.sh";
/// What is in it.
pub(super) const SCRIPT: &str = include_str!("../../assets/bag/verify.sh");
/// RFC 8493, 2.1.1.
pub(super) const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// The label by which a bag says what was replaced by pseudonyms in it.
pub(super) const REDACTED_LABEL: &str = "Kassay-Redacted";

/// This program, as bags name it.
pub(super) fn agent() -> String {
    format!("kassay {}", env!("CARGO_PKG_VERSION"))
}

/// `bag-info.txt`.
pub(super) fn bag_info(material: &Material, octets: u64, streams: usize) -> String {
    let book = &material.workbook;
    let one_line = |text: &str| kassay_core::model::text::clean(text).trim().to_owned();
    let mut info = vec![format!("BagIt-Profile-Identifier: {PROFILE}")];
    let mut tell = |label: &str, value: String| {
        if !value.is_empty() {
            info.push(format!("{label}: {value}"));
        }
    };
    tell("Source-Organization", one_line(&book.engagement.company));
    tell("Contact-Name", one_line(&book.engagement.assessors.join(", ")));
    let title = format!("{} {}", book.engagement.entity, book.engagement.period);
    tell("External-Description", one_line(&format!("Assessment of containers and container orchestration: {title}")));
    for cluster in &book.clusters {
        let uid = if cluster.uid.is_empty() { "uid not known" } else { &cluster.uid };
        tell("External-Identifier", one_line(&format!("cluster {} {uid}", cluster.key)));
    }
    tell("Bagging-Date", Moment(material.now).to_string().chars().take(10).collect());
    tell("Bag-Software-Agent", agent());
    tell("Kassay-Catalogue", material.guidance.digest.clone());
    tell("Kassay-Exported-At", Moment(material.now).to_string());
    tell(REDACTED_LABEL, material.redacted.as_ref().map(|_| "names".to_owned()).unwrap_or_default());
    tell("Payload-Oxum", format!("{octets}.{streams}"));
    info.push(String::new());
    info.join("\n")
}

/// `README.txt`, for whoever opens the bag.
pub(super) fn readme(material: &Material) -> String {
    let book = &material.workbook;
    let title = kassay_core::model::text::clean(format!("{} {}", book.engagement.entity, book.engagement.period).trim());
    let redacted = material.redacted.is_some();
    let told = if redacted { format!("\n{REDACTED}\n") } else { String::new() };
    // The lines about files that a redacted bag has not, and where it ends otherwise.
    let (kept, read, anew, on) = if redacted { (LEFT_OUT, "", "", "") } else { (KEPT, READ, ANEW, GO_ON) };
    format!(
        "\
{title}
Assessment of containers and container orchestration, written by Kassay {version}, {at}
{told}
What is in here
  data/index.html              where to begin: evidence by its number in the register, what was read of each cluster, all files
  data/report.html             the report: open it in a browser, or print it
  data/findings.csv            every finding of every check
  data/evidence-register.csv   the register of evidence
  data/evidence-*.csv          the same by kind, as a report on compliance lists it: documents, interviews, observations, systems
  data/remediations.csv        what was found wrong and mended, and who tested again
  data/practices.csv, questions.csv   what is determined, proposed and answered, a line for each cluster
  data/exceptions.csv, scope.csv      what is excepted until when, and the category of each namespace
  data/determinations.csv      what was determined of each practice, what was proposed, who prepared it and who accepted it
  data/compensating-controls.csv, customized-approaches.csv, risk-analyses.csv, second-person.csv
                               worksheets, controls matrices, targeted risk analyses, the review by a second person; each where there is any
  data/samples.csv, data/sample-items.csv   sample sets, and what each of their items showed
  data/requests.csv            what was asked for, and how it stands
  data/fleet.csv, data/fleet-differences.csv   where there are several clusters: what each check says on each, and in what they differ
  data/withheld.csv            secrets and card numbers that were met and not kept: which detector, where, how often; never the value
{kept}  data/assessment-*.json       what the checks say of each cluster, for programs
  data/segmentation-*          who may connect to whom in each cluster: a picture (.svg), and the same for Graphviz (.dot)
  data/access-register.csv     who may do what in each cluster, by which role and binding
  data/segmentation.csv        which connections are possible between categories
  data/trial.csv               which pods that break a demand admission lets in, refuses, or could not be tried on; why, and by which policy
  data/tables-lack.txt         what these three tables lack, where they do
  data/readings/*.csv          how far each kind of object was read, what was refused or failed, in the server's words
{read}
Whether it is whole
  kassay verify PATH           checks all digests{anew} and signatures
  sh verify.sh [ALLOWED_SIGNERS [TSA_CERTIFICATES]]     checks digests and signatures with sha256sum, ssh-keygen and openssl alone
  Any BagIt program (RFC 8493) checks the digests, too; bagit-profile.json tells what such a bag has.
  tagmanifest-sha256.txt seals everything else: it is what people sign, in the folder signatures. Where nobody signed, write its
  SHA-256 down where nobody can change it.
{on}
The guidance that this follows adds no requirement to PCI DSS.
",
        version = env!("CARGO_PKG_VERSION"),
        at = Moment(material.now),
    )
}

const KEPT: &str = "  data/evidence/*              the files of the register, named by their SHA-256
  data/populations/*.txt       the names from which a sample was drawn; docs/sampling.md of Kassay tells how to draw it again
  data/workbook.toml           the assessment itself: scope, answers, determinations, outcomes
  data/journal.jsonl           who changed what, and when; each line holds the digest of the line before
";
const READ: &str =
    "  data/findings, data/snapshots   what was read of each cluster, without secrets; `kassay assess --from` judges a snapshot again\n";
const ANEW: &str = ", the journal, that report and tables are what the workbook makes,";
const GO_ON: &str = "\nTo go on with the assessment, copy the folder data to another place and open the copy: `kassay COPY`.";
const LEFT_OUT: &str =
    "  data/left-out.csv            files that are not in here: the workbook, the journal, what was read of each cluster, files of evidence
";
