//! The catalogue: areas, controls, practices, questions, all words and no logic. The texts are in `src/core/assets/guidance`, one file an area;
//! they are parsed and checked here, and have digests, so that an answer remembers which wording it answered.

mod question;

pub use question::{Choice, ControlPlane, Question, QuestionKind, Satisfied};

use data_encoding::HEXLOWER;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// All sixteen areas.
#[derive(Clone, Debug)]
pub struct Guidance {
    /// Areas in the order of the guidance.
    pub areas: Vec<Area>,
    /// `sha256:` digest of all texts: which catalogue a workbook was made with.
    pub digest: String,
}

/// One area.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// 1 to 16.
    #[serde(rename = "area")]
    pub number: u8,
    /// Title.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// Controls.
    #[serde(rename = "control")]
    pub controls: Vec<Control>,
}

/// One control.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// `3.1`.
    pub id: String,
    /// Title.
    pub title: String,
    /// What goes wrong without it.
    pub threat: String,
    /// What it means on Kubernetes.
    pub kubernetes: String,
    /// What the API can prove.
    pub provable: String,
    /// What it can't.
    pub unprovable: String,
    /// How to mend.
    pub mend: String,
    /// Related PCI DSS v4.0.1 requirements; a cross-reference, never “satisfies”.
    pub dss: Vec<String>,
    /// Related sections of the CIS Kubernetes Benchmark v2.0.1. v1.10 numbers them alike but for 1.2.30 and 4.2.14, which it lacks, those of 5.2
    /// after 5.2.8, and its 5.7, which is 5.6 now.
    #[serde(default)]
    pub cis: Vec<String>,
    /// What an assessor would ask to see.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// Where to read on.
    #[serde(default)]
    pub links: Vec<Link>,
    /// Practices.
    #[serde(rename = "practice")]
    pub practices: Vec<Practice>,
    /// Questions.
    #[serde(rename = "question", default)]
    pub questions: Vec<Question>,
}

/// A reference to read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Title.
    pub title: String,
    /// Address.
    pub url: String,
}

/// One lettered practice: the unit of determination.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Practice {
    /// `3.1.a`.
    pub id: String,
    /// What is to be in place.
    pub text: String,
}

/// Why the catalogue can't be used.
#[derive(Debug, thiserror::Error)]
pub enum GuidanceError {
    /// A file has not the shape.
    #[error("guidance/{file}: {source}")]
    Shape {
        /// The file.
        file: &'static str,
        /// What the parser said, with line and column.
        source: toml::de::Error,
    },
    /// What it says does not hold together.
    #[error("the catalogue has faults: {}", .0.join("; "))]
    Faults(Vec<String>),
}

const FILES: &[(&str, &str)] = &[
    ("01-authentication.toml", include_str!("../assets/guidance/01-authentication.toml")),
    ("02-authorization.toml", include_str!("../assets/guidance/02-authorization.toml")),
    ("03-workload-security.toml", include_str!("../assets/guidance/03-workload-security.toml")),
    ("04-network-security.toml", include_str!("../assets/guidance/04-network-security.toml")),
    ("05-pki.toml", include_str!("../assets/guidance/05-pki.toml")),
    ("06-secrets-management.toml", include_str!("../assets/guidance/06-secrets-management.toml")),
    ("07-orchestration-auditing.toml", include_str!("../assets/guidance/07-orchestration-auditing.toml")),
    ("08-container-monitoring.toml", include_str!("../assets/guidance/08-container-monitoring.toml")),
    ("09-container-runtime-security.toml", include_str!("../assets/guidance/09-container-runtime-security.toml")),
    ("10-patching.toml", include_str!("../assets/guidance/10-patching.toml")),
    ("11-resource-management.toml", include_str!("../assets/guidance/11-resource-management.toml")),
    ("12-container-image-building.toml", include_str!("../assets/guidance/12-container-image-building.toml")),
    ("13-registry.toml", include_str!("../assets/guidance/13-registry.toml")),
    ("14-version-management.toml", include_str!("../assets/guidance/14-version-management.toml")),
    ("15-configuration-management.toml", include_str!("../assets/guidance/15-configuration-management.toml")),
    ("16-segmentation.toml", include_str!("../assets/guidance/16-segmentation.toml")),
];

impl Guidance {
    /// The catalogue that ships with the program, parsed once.
    ///
    /// # Errors
    /// Never in a released program: the catalogue test reads it whole.
    pub fn shipped() -> Result<&'static Self, &'static GuidanceError> {
        static SHIPPED: OnceLock<Result<Guidance, GuidanceError>> = OnceLock::new();
        SHIPPED.get_or_init(|| Self::parse(FILES)).as_ref()
    }

    fn parse(files: &[(&'static str, &str)]) -> Result<Self, GuidanceError> {
        let mut hash = Sha256::new();
        let mut areas = Vec::new();
        for (file, text) in files {
            hash.update(text.as_bytes());
            areas.push(toml::from_str::<Area>(text).map_err(|source| GuidanceError::Shape { file, source })?);
        }
        let guidance = Self { areas, digest: format!("sha256:{}", HEXLOWER.encode(&hash.finalize())) };
        let faults = guidance.faults();
        if faults.is_empty() { Ok(guidance) } else { Err(GuidanceError::Faults(faults)) }
    }

    /// Every control in order.
    pub fn controls(&self) -> impl Iterator<Item = &Control> {
        self.areas.iter().flat_map(|area| &area.controls)
    }

    /// Every practice in order.
    pub fn practices(&self) -> impl Iterator<Item = &Practice> {
        self.controls().flat_map(|control| &control.practices)
    }

    /// Every question in order.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.controls().flat_map(|control| &control.questions)
    }

    /// The control of that id.
    #[must_use]
    pub fn control(&self, id: &str) -> Option<&Control> {
        self.controls().find(|control| control.id == id)
    }

    /// The practice of that id.
    #[must_use]
    pub fn practice(&self, id: &str) -> Option<&Practice> {
        self.practices().find(|practice| practice.id == id)
    }

    /// The question of that id.
    #[must_use]
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions().find(|question| question.id == id)
    }

    /// What does not hold together: empty words, double ids, ids that don't fit their place, references to nothing.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut seen = BTreeSet::new();
        let mut once = |id: &str, faults: &mut Vec<String>| {
            if !seen.insert(id.to_owned()) {
                faults.push(format!("{id} stands twice"));
            }
        };
        for (at, area) in self.areas.iter().enumerate() {
            if usize::from(area.number) != at + 1 || area.title.trim().is_empty() || area.summary.trim().is_empty() {
                faults.push(format!("area {} is out of order or has empty words", area.number));
            }
            for (nth, control) in area.controls.iter().enumerate() {
                once(&control.id, &mut faults);
                if control.id != format!("{}.{}", area.number, nth + 1) {
                    faults.push(format!("control {} stands at the place of {}.{}", control.id, area.number, nth + 1));
                }
                for (what, words) in [
                    ("title", &control.title),
                    ("threat", &control.threat),
                    ("kubernetes", &control.kubernetes),
                    ("provable", &control.provable),
                    ("unprovable", &control.unprovable),
                    ("mend", &control.mend),
                ] {
                    if words.trim().is_empty() {
                        faults.push(format!("{}: {what} is empty", control.id));
                    }
                }
                if control.dss.is_empty() || control.practices.is_empty() {
                    faults.push(format!("{}: no practice, or no related requirement", control.id));
                }
                for (letter, practice) in ('a'..).zip(&control.practices) {
                    once(&practice.id, &mut faults);
                    if practice.id != format!("{}.{letter}", control.id) || practice.text.trim().is_empty() {
                        faults.push(format!("practice {} of {} has a wrong id or no words", practice.id, control.id));
                    }
                }
                for question in &control.questions {
                    once(&question.id, &mut faults);
                    if !question.id.starts_with(&format!("{}.", control.id)) {
                        faults.push(format!("question {} is not of {}", question.id, control.id));
                    }
                    if let Some(unknown) = question.practices.iter().find(|p| !control.practices.iter().any(|known| known.id == **p)) {
                        faults.push(format!("question {} names the unknown practice {unknown}", question.id));
                    }
                    faults.extend(question.faults());
                }
            }
        }
        faults
    }
}

/// Joins the lines of a catalogue text to paragraphs: a single newline is a space, an empty line a break, list items keep their lines.
#[must_use]
pub fn paragraphs(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            open = false;
        } else if let Some(last) = out.last_mut().filter(|_| open && !trimmed.starts_with("- ")) {
            last.push(' ');
            last.push_str(trimmed);
        } else {
            out.push(trimmed.to_owned());
            open = true;
        }
    }
    out
}
