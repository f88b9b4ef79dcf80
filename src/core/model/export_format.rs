//! The forms in which an assessment leaves: the one list that the command line, the export screen and the exporter follow.

/// What is told of a form before it is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// The value of `--format`. It never changes: people's scripts name it.
    pub id: &'static str,
    /// The ending of its file, with the dot; a folder has none. Where a name that is typed fits two, the longer one counts.
    pub ending: &'static str,
    /// What it is, in one line, without a capital at its beginning.
    pub label: &'static str,
    /// What its file is called among other files.
    pub part: &'static str,
    /// What goes in, in a few words.
    pub holds: &'static str,
}

/// Makes the list from one row for each form, so that none can be named in one place and forgotten in another.
macro_rules! forms {
    ($($(#[doc = $doc:literal])+ $name:ident: [$id:literal, $ending:literal, $label:literal, $part:literal, $holds:literal];)+) => {
        /// A form in which an assessment leaves.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ExportFormat {
            $($(#[doc = $doc])+ $name,)+
        }

        impl ExportFormat {
            /// All, in the order in which people choose among them.
            pub const ALL: [Self; [$($id),+].len()] = [$(Self::$name),+];

            /// What is told of it.
            #[must_use]
            pub const fn about(self) -> About {
                match self {
                    $(Self::$name => About { id: $id, ending: $ending, label: $label, part: $part, holds: $holds },)+
                }
            }
        }
    };
}

forms! {
    /// Evidence bundle as one zip file.
    BagZip: ["bag-zip", ".zip", "evidence bundle, one zip file", "evidence bundle", "a BagIt bag with everything, and the digests of everything"];
    /// Evidence bundle as a folder.
    Bag: ["bag", "", "evidence bundle, a folder", "evidence bundle", "a BagIt bag with everything, and the digests of everything"];
    /// Report to read.
    Html: ["html", ".html", "report to read (HTML)", "report.html", "the report, for reading and printing"];
    /// Report for paper.
    Pdf: ["pdf", ".pdf", "report for paper (PDF)", "report.pdf", "the report with contents and bookmarks, tagged for screen readers"];
    /// Tables to work with.
    Xlsx: ["xlsx", ".xlsx", "tables to work with (Excel)", "workbook", "practices, tables for a report on compliance, findings, registers"];
    /// Tables to write a report from.
    Docx: ["docx", ".docx", "tables to write a report from (Word)", "document", "practices, tables for a report on compliance, worksheets, findings"];
    /// Findings as a table.
    Csv: ["csv", ".csv", "findings as a table (CSV)", "findings.csv", "every finding, for a spreadsheet"];
    /// Assessment results for systems of governance.
    Oscal: ["oscal", ".oscal.json", "assessment results for GRC systems (OSCAL)", "assessment results", "determinations, observations and risks, for systems that gather them"];
    /// Assessment for machines.
    Json: ["json", ".json", "assessment for machines (JSON)", "assessment.json", "what the checks say of one cluster, for programs"];
    /// Evaluation log for systems of governance.
    Gemara: ["gemara", ".gemara.yaml", "evaluation log for GRC systems (Gemara)", "evaluation log", "what came of each practice and how, for systems that gather it"];
    /// Statement about the clusters as they were read.
    InToto: ["in-toto", ".intoto.json", "statement on what was read, to be signed (in-toto)", "statement", "practices that are determined in place, with the digests of the snapshots"];
    /// Findings for code scanning.
    Sarif: ["sarif", ".sarif", "findings for code scanning (SARIF)", "findings.sarif", "findings of one cluster, for what shows alerts"];
    /// Determinations as a text.
    Markdown: ["markdown", ".md", "determinations for a pull request (Markdown)", "determinations.md", "how it stands and what was determined, for a wiki or a pull request"];
    /// The register of evidence as a table.
    EvidenceCsv: ["evidence-csv", ".evidence.csv", "register of evidence as a table (CSV)", "evidence-register.csv", "every piece of evidence with its digest"];
}

impl ExportFormat {
    /// The name of the flag's value.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.about().id
    }

    /// What it is, for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        self.about().label
    }

    /// The ending of its file; a folder has none.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        self.about().ending
    }

    /// The form of that name.
    #[must_use]
    pub fn by_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.id() == id)
    }

    /// The form whose file ends so; of several the one with the longest ending.
    #[must_use]
    pub fn of_file(name: &str) -> Option<Self> {
        let fit = Self::ALL.into_iter().filter(|format| !format.ending().is_empty() && name.ends_with(format.ending()));
        fit.max_by_key(|format| format.ending().len())
    }
}

#[cfg(test)]
mod tests {
    use super::ExportFormat;
    use std::collections::BTreeSet;

    #[test]
    fn each_has_a_name_and_an_ending_of_its_own() {
        let all = ExportFormat::ALL.map(ExportFormat::about);
        for told in [|a: &super::About| a.id, |a: &super::About| a.ending, |a: &super::About| a.label] {
            assert_eq!(all.iter().map(told).collect::<BTreeSet<_>>().len(), all.len(), "{all:?}");
        }
        for format in ExportFormat::ALL {
            assert_eq!(ExportFormat::by_id(format.id()), Some(format));
            let file = format!("acme{}", format.ending());
            assert!(format.ending().is_empty() || ExportFormat::of_file(&file) == Some(format), "{file}");
        }
        assert_eq!(ExportFormat::of_file("acme.txt"), None);
    }
}
