//! Everything that can happen to a session: what a person does, and what comes back from the world. What all lists, texts and forms hear stands
//! here; each feature has its own. `shell/keymap.rs` maps keys to what a person does; `app.rs` sends the rest.

use super::parts::cursor::Step;
use super::parts::field::Typed;
use super::{
    access, all_findings, answer, book, compare, determine, engagement, evidence, exceptions, export, findings, fleet, help, home, new,
    palette, probes, reading, registers, remediation, requests, review, samples, scope, search, segmentation, sign_off, summary, trial,
    walk,
};
use jiff::Timestamp;

/// What happens to a session.
#[derive(Clone, Debug)]
pub enum Action {
    // What a person does to whatever lies on top.
    /// Moves in the list or text that has the focus.
    Step(Step),
    /// Moves in what is told of the selected row, where that is longer than its place.
    Detail(Step),
    /// To the left: the previous tab, the list of areas, the choice before.
    Left,
    /// To the right.
    Right,
    /// Opens, accepts, saves: what stands beside ↵.
    Enter,
    /// ↵ in a text of several lines: a new line; where nothing is written yet, what ↵ does elsewhere.
    NewLine,
    /// Forgets what was typed in the form, and closes it.
    Forget,
    /// Takes the text in focus to the editor of the user.
    Edit,
    /// What the editor left of the text in focus; none where it was left as it was.
    Edited(Option<String>),
    /// Closes the top layer, or dismisses a message.
    Back,
    /// The next field of a form.
    NextField,
    /// The field before.
    PreviousField,
    /// Types.
    Type(Typed),
    /// Chooses by a single key.
    Choose(char),
    /// Chooses the nth option of the focused choice, from 0.
    ChooseNth(usize),
    /// Selects a row of the list in focus (mouse).
    Select(usize),
    /// Focuses a row of a form (mouse).
    Focus(usize),
    /// Begins to type filter words.
    Filter,
    /// Folds what is of the platform into a line, or shows it one by one.
    Fold,
    /// Copies the kubectl command of a finding, the role that the pre-flight asks for, or the digest of an export.
    CopyCommand,
    /// Opens the reference, file or report.
    Reference,
    /// Runs what was chosen in the palette.
    Run(Box<Self>),
    /// Closes the assessment: to the list of them.
    Close,
    /// Leaves.
    Quit,
    /// The program is being ended from outside.
    End,
    /// Leaves now, whatever is open.
    Abort,
    /// Stops the program until the shell lets it go on.
    Suspend,
    /// Leaves the mouse to the terminal, or takes it again.
    Mouse,

    // The open assessment, and each thing that a person does.
    /// The open assessment as a whole.
    Book(book::Action),
    /// The list of assessments.
    Home(home::Action),
    /// A new assessment, or a further cluster.
    New(new::Action),
    /// A cluster being read.
    Reading(reading::Action),
    /// The walk.
    Walk(walk::Action),
    /// Findings of a check.
    Findings(findings::Action),
    /// All findings.
    AllFindings(all_findings::Action),
    /// Answers.
    Answer(answer::Action),
    /// Determinations.
    Determine(determine::Action),
    /// The review by a second person.
    SignOff(sign_off::Action),
    /// The engagement.
    Engagement(engagement::Action),
    /// Evidence.
    Evidence(evidence::Action),
    /// Exceptions.
    Exceptions(exceptions::Action),
    /// Samples.
    Samples(samples::Action),
    /// Requests.
    Requests(requests::Action),
    /// What was found wrong and mended.
    Remediation(remediation::Action),
    /// The registers.
    Registers(registers::Action),
    /// Reviews.
    Review(review::Action),
    /// The scope.
    Scope(scope::Action),
    /// The flows between categories.
    Segmentation(segmentation::Action),
    /// The access register.
    Access(access::Action),
    /// Policies on trial.
    Trial(trial::Action),
    /// The clusters side by side.
    Fleet(fleet::Action),
    /// The assessment beside another one.
    Compare(compare::Action),
    /// Active probes.
    Probes(probes::Action),
    /// The export.
    Export(export::Action),
    /// The summary.
    Summary(summary::Action),
    /// The search.
    Search(search::Action),
    /// Every action.
    Palette(palette::Action),
    /// Help.
    Help(help::Action),

    // What comes back.
    /// Time goes on.
    Tick(Timestamp),
    /// A typed path was completed: the longest common text, and the names that fit.
    Completed {
        /// The text to put in place.
        text: String,
        /// What fits.
        fits: Vec<String>,
    },
    /// Something small was done: copied, opened. A sentence.
    Told(String),
    /// Something small could not be done.
    NotDone(String),
}

impl Action {
    /// Whether a person did it.
    #[must_use]
    pub const fn is_by_person(&self) -> bool {
        match self {
            Self::Tick(_) | Self::Completed { .. } | Self::Told(_) | Self::NotDone(_) => false,
            Self::Book(action) => action.is_by_person(),
            Self::Home(action) => action.is_by_person(),
            Self::New(action) => action.is_by_person(),
            Self::Reading(action) => action.is_by_person(),
            Self::Evidence(action) => action.is_by_person(),
            Self::Segmentation(action) => action.is_by_person(),
            Self::Access(action) => action.is_by_person(),
            Self::Trial(action) => action.is_by_person(),
            Self::Fleet(action) => action.is_by_person(),
            Self::Compare(action) => action.is_by_person(),
            Self::Probes(action) => action.is_by_person(),
            Self::Export(action) => action.is_by_person(),
            _ => true,
        }
    }

    /// Whether another row may be selected after it, or the same one in another place; then what is told of it begins at its start.
    pub(super) const fn may_select(&self) -> bool {
        let within = matches!(
            self,
            Self::Detail(_)
                | Self::Type(_)
                | Self::NewLine
                | Self::Choose(_)
                | Self::ChooseNth(_)
                | Self::NextField
                | Self::PreviousField
                | Self::Focus(_)
                | Self::CopyCommand
                | Self::Suspend
                | Self::Mouse
        );
        !within && self.is_by_person()
    }

    /// Whether it changes nothing that a save under way could overwrite, so that it need not wait for that.
    pub(super) const fn is_heard_at_once(&self) -> bool {
        matches!(
            self,
            Self::Book(
                book::Action::Saved(_) | book::Action::SavedOddly { .. } | book::Action::Disputed { .. } | book::Action::SaveFailed { .. }
            ) | Self::Tick(_)
                | Self::Reading(reading::Action::Progress(_))
                | Self::Probes(probes::Action::Progress(..))
                | Self::Export(export::Action::Progress { .. })
                | Self::Abort
                | Self::Suspend
                | Self::Mouse
        )
    }
}
