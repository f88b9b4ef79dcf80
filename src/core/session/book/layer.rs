//! What lies on the desk: screens, and parts of one that lie over another.

use crate::analysis::rbac::Subject;
use crate::session::parts::cursor::{Cursor, Scroll};
use crate::session::parts::field::Field;
use crate::session::parts::form::Form;
use crate::session::parts::namespaces::ScopeEditor;
use crate::session::parts::picking::Picking;
use crate::session::parts::register::Register;

/// A screen, or a part of one that lies over another. The top one hears keys first.
#[derive(Clone, Debug)]
pub enum Layer {
    /// The list of assessments; its state is that of `home`.
    Home,
    /// A new assessment; its state is that of `new`.
    New,
    /// A cluster being read; its state is that of `reading`.
    Reading,
    /// The walk; its state is [`Book::walk`](super::assessment::Book::walk).
    Walk,
    /// The findings of a check; their state is that of `findings`.
    Findings(String),
    /// The findings of all checks on all clusters; their state is that of `all_findings`.
    AllFindings,
    /// One finding of a check.
    Finding {
        /// The check.
        check: String,
        /// The finding.
        id: String,
        /// How far it is scrolled.
        scroll: Scroll,
    },
    /// A form, shown where its matter is.
    Form(Box<Form>),
    /// The sixteen areas at a glance.
    Summary(Cursor),
    /// The connections between categories, in numbers.
    Segmentation(Cursor),
    /// The connections of one pair of categories; their state is that of `segmentation`.
    Flows,
    /// The access register; its state is that of `access`.
    Access,
    /// Policies on trial; their state is that of `trials`.
    Trial,
    /// One witness, with what became of it everywhere.
    Witness {
        /// Its name.
        id: &'static str,
        /// How far it is scrolled.
        scroll: Scroll,
    },
    /// The clusters side by side; their state is that of `fleet`.
    Fleet,
    /// The assessment beside another one; its state is that of `compare`.
    Compare,
    /// One subject of the register.
    Holder {
        /// Who.
        subject: Box<Subject>,
        /// How far it is scrolled.
        scroll: Scroll,
    },
    /// What active probes would send, or those that are being sent; their state is that of `probes`.
    Probes,
    /// A register; its state is that of [`Desk::registers`](super::desk::Desk::registers).
    Register(Register),
    /// A sample that is worked through.
    Sample {
        /// Its reference.
        reference: String,
        /// The selected item.
        cursor: Cursor,
    },
    /// A population from which a person chooses.
    Pick(Box<Picking>),
    /// The scope.
    Scope(Box<ScopeEditor>),
    /// The export; its state is that of `export`.
    Export,
    /// Keys and words.
    Help(Scroll),
    /// Every action, narrowed by what is typed.
    Palette {
        /// What is typed.
        query: Field,
        /// Which one.
        cursor: Cursor,
    },
    /// Controls, checks, questions and evidence, narrowed by what is typed.
    Find {
        /// What is typed.
        query: Field,
        /// Which one.
        cursor: Cursor,
    },
}

impl Layer {
    /// The check of which findings are shown.
    #[must_use]
    pub fn check(&self) -> Option<&str> {
        match self {
            Self::Findings(check) | Self::Finding { check, .. } => Some(check),
            _ => None,
        }
    }
}
