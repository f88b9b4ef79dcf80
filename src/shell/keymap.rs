//! One table of keys: where, which, what it is called, one sentence, what it does. The hint bar, the help, the palette and the commands of plain
//! text are made from it, so nothing can promise a key that does nothing. Arrows and vim keys do the same; a text that is being typed takes every
//! character.

use super::fuzzy::{self, Hit};
use kassay_core::model::Determined;
use kassay_core::session::{Action, Context, Layer, Session, Step, Tab, Typed};
use kassay_core::session::{
    access, all_findings, answer, book, compare, determine, engagement, evidence, exceptions, export, findings, fleet, help, home, new,
    palette, probes, reading, registers, remediation, requests, review, samples, scope, search, segmentation, sign_off, summary, trial,
    walk,
};
use kassay_core::workbook::ItemResult;

/// A row of the table.
#[derive(Clone, Copy)]
pub struct Binding {
    /// Where it holds.
    pub contexts: &'static [Context],
    /// Keys, the one that is shown first.
    pub keys: &'static [&'static str],
    /// What it is called in the hint bar and the palette; "" keeps it out of both.
    pub name: &'static str,
    /// One sentence for the help.
    pub words: &'static str,
    /// What it does.
    pub action: fn() -> Action,
    /// Its place in the hint bar, the smallest first; 0 keeps it out.
    pub hint: u8,
}

use Context::{
    Access, AllFindings, Areas, Checks, Choice, Cluster, Compare, Evidence, Export, Exporting, Filter, Finding, Findings, Fleet, Flows,
    Guidance, Help, Holder, Home, Lines, Palette, Pick, Preview, Probes, Probing, Questions, Reading, Ready, Register, Result as Outcome,
    Sample, Scope, Segmentation, Summary, Text, Trial, Witness,
};

/// All of these places but some, each of which must be among them, or nothing compiles.
const fn all_but<const N: usize>(of: &[Context], left_out: &[Context]) -> [Context; N] {
    let (mut places, mut kept, mut at) = ([Home; N], 0, 0);
    while at < of.len() {
        let mut nth = 0;
        while nth < left_out.len() && left_out[nth] as u8 != of[at] as u8 {
            nth += 1;
        }
        if nth == left_out.len() {
            places[kept] = of[at];
            kept += 1;
        }
        at += 1;
    }
    assert!(kept == N, "what is left out must be among the places");
    places
}

/// These places and those.
const fn joined<const N: usize>(these: &[Context], those: &[Context]) -> [Context; N] {
    let (mut places, mut at) = ([Home; N], 0);
    while at < N {
        places[at] = if at < these.len() { these[at] } else { those[at - these.len()] };
        at += 1;
    }
    places
}

macro_rules! places {
    ($of:expr, but $($left_out:ident),+) => { &all_but::<{ $of.len() - [$($left_out),+].len() }>($of, &[$($left_out),+]) };
    ($these:expr, and $($those:ident),+) => { &joined::<{ $these.len() + [$($those),+].len() }>($these, &[$($those),+]) };
}

const WALK: &[Context] = &[Areas, Guidance, Checks, Questions, Evidence, Outcome];
const WORK: &[Context] = places!(WALK, but Areas);
/// What a second person looks at.
const SIGNED: &[Context] = &[Areas, Questions, Outcome];
/// Where edits are made and seen.
const UNDO: &[Context] = places!(WALK, and Findings, Finding, Register, Sample);
/// There `u` undoes; in the result it determines.
const UNDO_BY_LETTER: &[Context] = places!(UNDO, but Outcome);
/// Where everything that an assessment has is a key away.
const BOOK: &[Context] = places!(WALK, and Summary);
/// Screens that lie over the walk, or over the list of assessments.
const OVER: &[Context] = &[
    Findings,
    Finding,
    Summary,
    Segmentation,
    Flows,
    AllFindings,
    Access,
    Holder,
    Trial,
    Witness,
    Fleet,
    Compare,
    Register,
    Sample,
    Export,
    Help,
];
/// Those that show one cluster of several.
const OF_A_CLUSTER: &[Context] =
    places!(WALK, and Findings, Finding, Summary, Segmentation, Flows, AllFindings, Access, Trial, Register, Export);
/// Where it may be told that something could not be saved.
const SAVED: &[Context] =
    places!(places!(OVER, but Compare, Help), and Home, Areas, Guidance, Checks, Questions, Evidence, Outcome, Probing, Exporting);
const FORM: &[Context] = &[Text, Lines, Choice];
const TYPING: &[Context] = &[Text, Lines, Filter, Palette];
/// Everywhere but where characters are text.
const EVERYWHERE: &[Context] = places!(Context::ALL_OF_THEM, but Text, Lines, Filter, Palette);
/// Where there are rows, or a text that can be scrolled.
const LISTS: &[Context] = places!(EVERYWHERE, but Ready, Reading, Choice, Exporting);

/// Where something is told of the selected row below or beside the list.
const DETAILS: &[Context] =
    &[Checks, Questions, Evidence, Outcome, Findings, AllFindings, Flows, Access, Trial, Fleet, Compare, Preview, Register, Sample, Export];

macro_rules! keys {
    ($($contexts:expr, [$($key:literal),+], $name:literal, $words:literal, $hint:literal => $action:expr;)+) => {
        /// The table.
        pub const KEYMAP: &[Binding] = &[$(Binding {
            contexts: $contexts, keys: &[$($key),+], name: $name, words: $words, action: || $action, hint: $hint,
        },)+];
    };
}

keys! {
    // The heart of the walk first: what is told first in help.
    WALK, ["tab"], "next open", "Goes to the next thing that needs you, anywhere, in order: a check to review, a question, then the determination that rests on them.", 1 => Action::Walk(walk::Action::NextOpen);
    &[Findings, Finding, Summary], ["tab"], "next open", "Goes to the next thing that needs you.", 9 => Action::Walk(walk::Action::NextOpen);
    WALK, ["shift-tab"], "previous open", "Goes to the thing before that needs you.", 0 => Action::Walk(walk::Action::PreviousOpen);
    &[Home], ["enter"], "open", "Opens the assessment.", 1 => Action::Enter;
    &[Cluster], ["enter"], "go on", "Chooses the cluster and connects; then goes on.", 1 => Action::Enter;
    &[Ready], ["enter"], "read now", "Reads the cluster; nothing is ever written to it.", 1 => Action::Enter;
    &[Ready], ["v"], "version", "Tells the version of the cluster, where its files do not; your name is kept with it.", 0 => Action::New(new::Action::Version);
    &[Reading], ["enter"], "work on meanwhile", "Shows the walk while reading goes on.", 2 => Action::Enter;
    &[Preview], ["enter"], "take it", "Takes what was read into the assessment; nothing that a person wrote is touched.", 1 => Action::Enter;
    &[Areas], ["enter"], "open", "Goes into the control.", 2 => Action::Enter;
    &[Guidance], ["enter"], "checks", "Goes on to the checks.", 4 => Action::Enter;
    &[Checks], ["enter"], "findings", "Shows the findings of the check, why it matters, how to mend.", 2 => Action::Enter;
    &[Questions], ["enter", "a"], "answer", "Answers the question, or changes the answer.", 2 => Action::Enter;
    &[Evidence], ["enter"], "go there", "Goes to the practice or question that the piece serves.", 3 => Action::Enter;
    &[Outcome], ["enter"], "determine, or go there", "On a practice: determines it. On a line below: goes to what stands in the way.", 3 => Action::Enter;
    &[Findings], ["enter"], "open", "Shows the finding with the lines of the object.", 1 => Action::Enter;
    &[Scope], ["enter"], "accept", "Saves the scope; every cluster is judged in it.", 1 => Action::Enter;
    &[Segmentation], ["enter"], "connections", "Shows the connections one by one, with the policies that let them through.", 1 => Action::Enter;
    &[Summary], ["enter"], "go there", "Goes to the area.", 1 => Action::Enter;
    &[Access], ["enter"], "open", "Shows all that the subject holds: roles, where, by which binding, rule by rule.", 1 => Action::Enter;
    &[Trial], ["enter"], "open", "Shows the witness: its words, what became of it everywhere and why, its object.", 1 => Action::Enter;
    &[Sample], ["enter"], "note", "Opens result, note and evidence of the selected item.", 4 => Action::Enter;
    &[Pick], ["enter"], "draw these", "Draws the items that are chosen.", 1 => Action::Enter;
    &[Register], ["enter"], "open", "Opens the selected row, to read all of it or change it; a new one where there is none.", 1 => Action::Enter;
    &[Export], ["enter"], "write", "Writes what is selected.", 1 => Action::Enter;
    &[Text, Choice], ["enter", "ctrl-s"], "save", "Saves the form.", 1 => Action::Enter;
    &[Lines], ["ctrl-s"], "save", "Saves the form.", 1 => Action::Enter;
    &[Lines], ["enter"], "new line", "Begins a new line; where nothing is written yet, saves the form.", 2 => Action::NewLine;
    &[Lines], ["ctrl-o"], "editor", "Takes the text to your editor ($VISUAL, else $EDITOR) and back.", 4 => Action::Edit;
    &[Palette], ["enter"], "do it", "Does it, or goes there.", 1 => Action::Enter;
    &[Filter], ["enter"], "done", "Keeps the filter and goes back to the list.", 1 => Action::Enter;

    &[Areas, Guidance, Checks, Evidence, Outcome], ["a"], "answer", "Answers the first open question of the control.", 5 => Action::Answer(answer::Action::Open);
    WALK, ["d"], "determine", "Determines a practice: in place, not in place, not applicable, not tested.", 3 => Action::Determine(determine::Action::Open);
    &[Summary], ["d"], "determine", "Determines all that is marked, with one rationale.", 3 => Action::Determine(determine::Action::Open);
    &[Outcome], ["p"], "in place", "Determines: in place. Saved at once where nothing more is needed; of all that is marked, where something is.", 4 => Action::Determine(determine::Action::Set(Determined::InPlace));
    &[Outcome], ["f"], "not in place", "Determines: not in place.", 4 => Action::Determine(determine::Action::Set(Determined::NotInPlace));
    &[Outcome], ["u"], "not applicable", "Determines: not applicable, with how that was tested.", 5 => Action::Determine(determine::Action::Set(Determined::NotApplicable));
    &[Outcome], ["t"], "not tested", "Determines: not tested, with who excluded it and why.", 5 => Action::Determine(determine::Action::Set(Determined::NotTested));
    &[Areas, Outcome, Summary], ["space"], "mark", "Marks the practice, or all of the control or area, to determine all that is marked at once; again takes the mark away.", 6 => Action::Determine(determine::Action::Mark);
    SIGNED, [">"], "submit", "Hands the answer, the determination or all of the area to a second person.", 0 => Action::SignOff(sign_off::Action::Submit);
    SIGNED, ["Y"], "accept", "Accepts what another person wrote: the answer, the determination or all of the area.", 0 => Action::SignOff(sign_off::Action::Accept);
    SIGNED, ["<"], "return", "Returns what another person wrote, with words.", 0 => Action::SignOff(sign_off::Action::Return);
    &[Findings, Finding], ["d"], "determine", "Determines a practice of this control.", 7 => Action::Determine(determine::Action::Open);
    WORK, ["e", "+"], "evidence", "Attaches evidence: a file, an interview, an observation.", 6 => Action::Evidence(evidence::Action::Attach);
    &[Findings, Finding], ["e", "+"], "evidence", "Attaches evidence to the practices of this check.", 0 => Action::Evidence(evidence::Action::Attach);
    &[Questions], ["i"], "interview", "Makes an interview, a piece of evidence, of who was asked for the answer and what they said.", 7 => Action::Evidence(evidence::Action::Interview);
    &[Evidence], ["C"], "change", "Changes the piece of evidence, all of it but its file.", 4 => Action::Evidence(evidence::Action::Change);
    &[Evidence, Register], ["v"], "new version", "Begins a piece that is a newer version of the selected document.", 6 => Action::Evidence(evidence::Action::NewVersion);
    &[Checks, Questions, Outcome], ["M"], "found and mended", "Writes down what was found wrong here, what was done about it, and who tested again.", 9 => Action::Remediation(remediation::Action::Begin);
    &[Findings, Finding], ["M"], "found and mended", "Writes down that the marked findings, or this one, were mended, and who tested again.", 8 => Action::Findings(findings::Action::Mend);
    &[Register], ["g"], "go there", "Goes to what the selected row is about: a practice, a question, a check.", 6 => Action::Registers(registers::Action::Go);
    &[Register], ["o"], "open the file", "Opens the file of the selected piece of evidence.", 7 => Action::Reference;
    &[Guidance, Checks, Questions, Evidence, Outcome, Findings, Finding], ["n"], "note", "Writes a note: an observation among the evidence.", 7 => Action::Evidence(evidence::Action::Note);
    &[Checks], ["x"], "exception", "Accepts an exception, for the marked findings or the check, with reason, owner and end.", 5 => Action::Exceptions(exceptions::Action::Open);
    &[Findings, Finding], ["x"], "exception", "Accepts an exception, for the marked findings or the check, with reason, owner and end.", 5 => Action::Findings(findings::Action::Except);
    &[Checks], ["v"], "reviewed", "Says that you looked at a check that only a person can judge (review, blocked), with a note.", 4 => Action::Review(review::Action::Open);
    &[Findings, Finding], ["v"], "reviewed", "Says that you looked at what this check shows, with a note.", 5 => Action::Review(review::Action::Open);
    &[Findings, Finding], ["E"], "keep as evidence", "Keeps the marked findings, or this one, as evidence with the lines of their objects.", 4 => Action::Findings(findings::Action::Keep);
    &[Findings, Finding], ["y"], "copy kubectl", "Copies the kubectl command that shows the object; over SSH too.", 3 => Action::CopyCommand;
    &[Guidance, Checks, Questions, Evidence, Outcome, Findings, Finding], ["o"], "reference", "Opens the reference of the control, or the file of a piece of evidence.", 8 => Action::Reference;
    &[Flows], ["E"], "keep as evidence", "Keeps the connections that are shown as evidence, with the policies that let them through.", 4 => Action::Segmentation(segmentation::Action::Keep);
    &[Access, Holder], ["E"], "keep as evidence", "Keeps the subjects that are shown, or this one, as evidence with all that they hold.", 4 => Action::Access(access::Action::Keep);
    &[Trial, Witness], ["E"], "keep as evidence", "Keeps what is shown of the trial, or this witness, as evidence: verdicts with their reasons.", 4 => Action::Trial(trial::Action::Keep);
    &[Flows, Access, Holder, Trial, Witness, Fleet], ["y"], "copy", "Copies the selected one in words; over SSH too.", 5 => Action::CopyCommand;
    &[Flows], ["g"], "group", "Groups by source, destination, ports, or not.", 3 => Action::Segmentation(segmentation::Action::Group);
    &[Access], ["g"], "group", "Groups by kind, namespace, what they reach, or not.", 3 => Action::Access(access::Action::Group);
    &[Trial], ["g"], "group", "Groups by namespaces, what is broken, verdict, or not.", 3 => Action::Trial(trial::Action::Group);
    &[Flows], ["/"], "filter", "Narrows the connections: from:shop to:db port:443 by:policy or any word; - before a word turns it round.", 2 => Action::Filter;
    &[Fleet], ["enter"], "go there", "In the matrix: to the control or check, with the selected cluster shown. From a difference: to what it is about, on the cluster that is unlike most. From a cluster: to its walk.", 1 => Action::Enter;
    &[Fleet], ["/"], "filter", "Narrows what is shown. Matrix: 3.1 out:fail or any word. Differences: about:policy cluster:eu or any word. Clusters: failed or any word; - before a word turns it round.", 3 => Action::Filter;
    &[Fleet], ["d"], "only differences", "Shows only the controls and checks in which clusters differ, or all again.", 4 => Action::Fleet(fleet::Action::Differing);
    &[Fleet], ["z"], "checks", "Shows the checks below their controls, or the controls alone.", 5 => Action::Fleet(fleet::Action::Checks);
    &[Fleet], ["g"], "group", "Groups the differences by what they are about, by who is unlike most, or not.", 6 => Action::Fleet(fleet::Action::Group);
    &[Fleet], ["tab"], "next part", "Shows the next part: matrix, differences, clusters.", 7 => Action::Fleet(fleet::Action::NextPart);
    &[Fleet], ["1"], "matrix", "Shows controls and checks by cluster.", 0 => Action::Fleet(fleet::Action::Part(fleet::Part::Matrix));
    &[Fleet], ["2"], "differences", "Shows in what the clusters differ, those first in which one stands alone.", 0 => Action::Fleet(fleet::Action::Part(fleet::Part::Differences));
    &[Fleet], ["3"], "clusters", "Shows the clusters, those that could not be read with why, and which were drawn as a sample.", 0 => Action::Fleet(fleet::Action::Part(fleet::Part::Clusters));
    &[Fleet], ["left", "h"], "cluster before", "To the cluster at the left.", 0 => Action::Left;
    &[Fleet], ["right", "l"], "next cluster", "To the cluster at the right.", 2 => Action::Right;
    &[AllFindings], ["enter"], "open", "Shows the finding with the lines of the object; the arrows go on in this list.", 1 => Action::Enter;
    &[AllFindings], ["/"], "filter", "Narrows the list: sev:high ns:pay check:3.1 cluster:eu dss:2.2 cat:cde kind: name: rule: out:fail exc:no new:yes or any word; - before a word turns it round.", 2 => Action::Filter;
    &[AllFindings], ["s"], "sort", "Sorts by severity (what is in scope first), object, check.", 3 => Action::AllFindings(all_findings::Action::Sort);
    &[AllFindings], ["g"], "group", "Groups by namespace, object, check, cluster, or not.", 4 => Action::AllFindings(all_findings::Action::Group);
    &[AllFindings], ["y"], "copy as Markdown", "Copies what the filter lets through as a table, for the team that it concerns; over SSH too.", 5 => Action::CopyCommand;
    BOOK, ["F"], "all findings", "Shows the findings of all checks on all clusters as one list, to filter and hand over.", 0 => Action::AllFindings(all_findings::Action::Open);
    &[Findings, AllFindings, Access, Trial, Scope], ["z"], "platform", "Shows what is of the platform one by one, or folds it into a line again.", 9 => Action::Fold;
    &[Findings], ["space"], "mark", "Marks the finding, or a group on its heading; x and E act on all that is marked.", 6 => Action::Findings(findings::Action::Mark);
    &[Findings], ["s"], "sort", "Sorts by severity, object, rule, pods.", 5 => Action::Findings(findings::Action::Sort);
    &[Findings], ["g"], "group", "Groups by namespace, object, rule, or not.", 5 => Action::Findings(findings::Action::Group);
    &[Register], ["+", "n"], "add", "Begins a new row.", 2 => Action::Registers(registers::Action::Add);
    &[Register], ["p"], "ask for all", "Asks for everything that is still needed and was not asked for: one request each, by role.", 6 => Action::Requests(requests::Action::Propose);
    &[Sample], ["c"], "conforms", "Says that the selected item is as it should be, and goes to the next.", 1 => Action::Samples(samples::Action::Result(Some(ItemResult::Conforms)));
    &[Sample], ["d"], "deviates", "Says that the selected item is not as it should be, and goes to the next.", 2 => Action::Samples(samples::Action::Result(Some(ItemResult::Deviates)));
    &[Sample], ["t"], "not tested", "Says that the selected item could not be looked at; its note says why.", 3 => Action::Samples(samples::Action::Result(Some(ItemResult::NotTested)));
    &[Sample], ["0", "backspace"], "not looked at", "Takes the result of the selected item away.", 0 => Action::Samples(samples::Action::Result(None));
    &[Sample], ["e"], "words", "Changes title, conclusion and what the sample supports.", 5 => Action::Samples(samples::Action::Words);
    &[Sample], ["v"], "draw again", "Draws the sample once more, to compare, and tells what came and went since; it stays as it is.", 6 => Action::Samples(samples::Action::Again);
    &[Pick], ["space"], "choose", "Chooses the selected item, or no longer.", 2 => Action::Samples(samples::Action::Choose);
    &[Register], ["y"], "copy", "Copies the selected row with all that is known of it; over SSH too.", 8 => Action::CopyCommand;
    &[Register], ["x"], "take back", "Takes the selected row back, with a reason; its reference is never given again.", 4 => Action::Registers(registers::Action::Withdraw);
    &[Register], ["right", "l", "]", "tab"], "next register", "Shows the next register.", 5 => Action::Registers(registers::Action::Next);
    &[Register], ["left", "h", "[", "shift-tab"], "previous register", "Shows the register before.", 0 => Action::Registers(registers::Action::Previous);
    &[Register], ["/"], "filter", "Narrows the register to the rows in which every word stands; - before a word turns it round.", 3 => Action::Filter;
    &[Compare], ["/"], "filter", "Narrows the list to what has every word; - before a word turns it round.", 2 => Action::Filter;
    &[Access], ["/"], "filter", "Narrows the register: kind:user ns:pay path:secret sev:critical cat:cde or any word; - before a word turns it round.", 2 => Action::Filter;
    &[Trial], ["/"], "filter", "Narrows the trial: ns:pay breaks:privileged verdict:let_in control:3.1 by:policy cat:cde or any word; - before a word turns it round.", 2 => Action::Filter;
    &[Findings, Cluster], ["/"], "filter", "Narrows the list. Findings: ns:pay sev:high rule:host kind: name: cat:cde or any word; - before a word turns it round.", 2 => Action::Filter;
    BOOK, ["/"], "find", "Finds anything by its words: a control (also by its PCI DSS requirement), a check, a question, evidence, what somebody wrote.", 0 => Action::Search(search::Action::Open);

    WALK, ["1"], "guidance", "Shows what the control is about.", 0 => Action::Walk(walk::Action::Tab(Tab::Guidance));
    WALK, ["2"], "checks", "Shows what the API showed.", 0 => Action::Walk(walk::Action::Tab(Tab::Checks));
    WALK, ["3"], "questions", "Shows what only a person can say.", 0 => Action::Walk(walk::Action::Tab(Tab::Questions));
    WALK, ["4"], "evidence", "Shows what supports it.", 0 => Action::Walk(walk::Action::Tab(Tab::Evidence));
    WALK, ["5"], "result", "Shows what is proposed and what you determined.", 0 => Action::Walk(walk::Action::Tab(Tab::Result));
    WALK, ["]"], "next control", "Goes to the next control.", 0 => Action::Walk(walk::Action::NextControl);
    WALK, ["b"], "areas narrow or wide", "Shows the areas by their numbers alone, so that there is more room for the work; again shows their titles.", 0 => Action::Walk(walk::Action::Narrow);
    WALK, ["["], "previous control", "Goes to the control before.", 0 => Action::Walk(walk::Action::PreviousControl);

    &[Home], ["n"], "new", "Starts an assessment: engagement, cluster, scope, read.", 2 => Action::New(new::Action::Start);
    &[Home], ["d"], "demo", "Opens the built-in cluster of a company that does not exist, to try everything on.", 3 => Action::Home(home::Action::Demo);
    &[Home], ["o"], "open files", "Reads a snapshot or dump that somebody took of a cluster into a new assessment.", 4 => Action::New(new::Action::Files);
    &[Home], ["N"], "next year", "Begins the next assessment from the selected one: what was said and determined then stands beside, for reference.", 6 => Action::Home(home::Action::Next);
    &[Home], ["i"], "import folder", "Opens an assessment that lies in another folder.", 5 => Action::Home(home::Action::OpenFolder);
    &[Home], ["R"], "restore", "Puts the state before the last edit in place of a workbook that can't be read.", 0 => Action::Home(home::Action::Restore);
    &[Cluster, Ready], ["y"], "copy role", "Copies the ClusterRole that the program asks for, as YAML.", 3 => Action::CopyCommand;
    &[Scope], ["space"], "category", "Gives the namespace the next category.", 2 => Action::Scope(scope::Action::Cycle);
    &[Scope], ["r"], "rule", "Gives all namespaces that match a glob a category: pay-* cde.", 3 => Action::Scope(scope::Action::AddRule);
    &[Scope], ["A"], "everything", "Puts everything but the platform in scope.", 4 => Action::Scope(scope::Action::Everything);
    &[Scope], ["c"], "confirm", "Confirms the scope as it is saved, with words, your name and the time.", 5 => Action::Scope(scope::Action::Confirm);
    &[Export], ["t"], "where to", "Says into which folder or file it is written.", 2 => Action::Export(export::Action::To);
    &[Export], ["n"], "names", "Replaces names by pseudonyms, for sharing, or leaves them again.", 2 => Action::Export(export::Action::Names);
    &[Export], ["y"], "copy SHA-256", "Copies the digest of what was written.", 3 => Action::CopyCommand;
    &[Export], ["o"], "open", "Opens what was written.", 2 => Action::Reference;

    WALK, ["s"], "summary", "Shows the sixteen areas at a glance, what was not readable, who did what.", 8 => Action::Summary(summary::Action::Open);
    BOOK, ["m"], "segmentation", "Shows the flows between categories of scope.", 0 => Action::Segmentation(segmentation::Action::Open);
    BOOK, ["A"], "access register", "Shows who may do what, where, by which binding, and who has a way to further rights.", 0 => Action::Access(access::Action::Open);
    BOOK, ["T"], "policies on trial", "Shows which pods that break a demand admission lets in, where, and who refuses the others.", 0 => Action::Trial(trial::Action::Open);
    BOOK, ["X"], "fleet", "Shows the clusters of the assessment side by side: what each control says on each, and in what they differ.", 0 => Action::Fleet(fleet::Action::Open);
    WALK, ["P"], "active probes", "Lists what would be sent to the API server, registries and kubelets, and asks before anything is.", 0 => Action::Probes(probes::Action::Open);
    &[Probes], ["y"], "yes, send these", "Allows exactly what is listed, and sends it; what comes back is kept as evidence.", 1 => Action::Probes(probes::Action::Send);
    &[Probes], ["n", "esc"], "send nothing", "Closes the list; nothing is sent.", 2 => Action::Back;
    &[Probing], ["enter"], "go on meanwhile", "Back to the walk, while they are sent.", 1 => Action::Enter;
    &[Probing], ["esc"], "stop", "Sends no more; what was heard is kept and judged.", 2 => Action::Back;
    &[Exporting], ["enter"], "go on meanwhile", "Back to the walk, while it is written.", 1 => Action::Enter;
    &[Exporting], ["esc"], "stop", "Stops writing; nothing of it is left.", 2 => Action::Back;
    BOOK, ["r"], "registers", "Shows the registers: evidence, samples, requests, risk analyses, exceptions, clusters, the journal and others, each as one list to look through, add to and change.", 0 => Action::Registers(registers::Action::Open);
    BOOK, ["E"], "engagement", "Changes the engagement: entity, assessors, reviewers, whether a program helped with words.", 0 => Action::Engagement(engagement::Action::Open);
    BOOK, ["S"], "scope", "Shows which namespaces are in scope, to change it.", 0 => Action::Scope(scope::Action::Open);
    BOOK, ["="], "compare", "Compares with another assessment, a bag or a snapshot: what is new, gone, changed, and what can't be compared.", 0 => Action::Compare(compare::Action::Open);
    &[Compare], ["="], "with another", "Compares with another one.", 3 => Action::Compare(compare::Action::Open);
    BOOK, ["w"], "export", "Writes the evidence bundle, the report or a table.", 0 => Action::Export(export::Action::Open);
    WALK, ["R"], "read again", "Reads the cluster again; what people wrote is not touched.", 0 => Action::Reading(reading::Action::Again);
    &[Areas], ["+"], "add cluster", "Reads a further cluster into this assessment.", 0 => Action::New(new::Action::AddCluster);
    OF_A_CLUSTER, ["c"], "next cluster", "Shows the outcomes of the next cluster.", 0 => Action::Walk(walk::Action::NextCluster);
    WALK, ["W"], "skip requested", "Skips in ⇥ what is requested from others, or no longer.", 0 => Action::Requests(requests::Action::Skip);
    UNDO_BY_LETTER, ["u", "Z"], "undo", "Takes the last edit back; what is taken back is told, and stays in the journal.", 0 => Action::Book(book::Action::Undo);
    &[Outcome], ["Z"], "undo", "Takes the last edit back; what is taken back is told, and stays in the journal.", 0 => Action::Book(book::Action::Undo);
    UNDO, ["U"], "redo", "Does again what was taken back last.", 0 => Action::Book(book::Action::Redo);
    WALK, ["H"], "home", "Closes the assessment and lists all of them.", 0 => Action::Close;
    SAVED, ["ctrl-s"], "", "Tries again what could not be saved.", 0 => Action::Book(book::Action::Retry);

    LISTS, ["up", "k"], "", "Moves up.", 0 => Action::Step(Step::Up);
    LISTS, ["down", "j"], "", "Moves down.", 0 => Action::Step(Step::Down);
    LISTS, ["pageup", "ctrl-b"], "", "Moves a page up.", 0 => Action::Step(Step::PageUp);
    LISTS, ["pagedown", "ctrl-f"], "", "Moves a page down.", 0 => Action::Step(Step::PageDown);
    LISTS, ["home"], "", "Moves to the first.", 0 => Action::Step(Step::Top);
    LISTS, ["end", "G"], "", "Moves to the last.", 0 => Action::Step(Step::Bottom);
    DETAILS, ["J", "alt-down"], "", "Down in what is told of the selected row, where there is more than fits.", 0 => Action::Detail(Step::Down);
    DETAILS, ["K", "alt-up"], "", "Up in what is told of the selected row.", 0 => Action::Detail(Step::Up);
    WALK, ["left", "h"], "", "To the tab at the left, then to the areas.", 0 => Action::Left;
    WALK, ["right", "l"], "", "Into the control, then to the tab at the right.", 0 => Action::Right;
    &[Holder], ["left", "h"], "previous", "The subject before.", 0 => Action::Left;
    &[Holder], ["right", "l"], "next", "The next subject.", 6 => Action::Right;
    &[Witness], ["left", "h"], "previous", "The witness before.", 0 => Action::Left;
    &[Witness], ["right", "l"], "next", "The next witness.", 6 => Action::Right;
    &[Finding], ["left", "h"], "previous", "The finding before.", 0 => Action::Left;
    &[Finding], ["right", "l"], "next", "The next finding.", 6 => Action::Right;
    &[Palette], ["up"], "", "Moves up.", 0 => Action::Step(Step::Up);
    &[Palette], ["down"], "", "Moves down.", 0 => Action::Step(Step::Down);

    FORM, ["tab"], "next field", "To the next field; completes a path.", 3 => Action::NextField;
    FORM, ["shift-tab"], "", "To the field before.", 0 => Action::PreviousField;
    FORM, ["down"], "", "To the next field, or line.", 0 => Action::Step(Step::Down);
    FORM, ["up"], "", "To the field before, or line.", 0 => Action::Step(Step::Up);
    &[Choice], ["left"], "", "Chooses the one before.", 0 => Action::Left;
    &[Choice], ["right", "space"], "", "Chooses the next one.", 0 => Action::Right;
    FORM, ["ctrl-l"], "as last year", "Copies last year's answer and note into the form of an answer; it is still to be saved.", 0 => Action::Answer(answer::Action::AsLastYear);
    &[Lines], ["ctrl-j", "alt-enter"], "", "Begins a new line.", 0 => Action::Type(Typed::Char('\n'));
    &[Lines], ["ctrl-z"], "undo typing", "Takes back what was typed last in this text.", 8 => Action::Type(Typed::Undo);
    &[Lines], ["ctrl-y"], "", "Types again what was taken back.", 0 => Action::Type(Typed::Redo);
    &[Lines], ["pageup"], "", "Moves a page up in the text.", 0 => Action::Step(Step::PageUp);
    &[Lines], ["pagedown"], "", "Moves a page down in the text.", 0 => Action::Step(Step::PageDown);
    &[Lines], ["ctrl-home", "alt-<"], "", "Cursor to the start of the text.", 0 => Action::Type(Typed::Top);
    &[Lines], ["ctrl-end", "alt->"], "", "Cursor to the end of the text.", 0 => Action::Type(Typed::Bottom);
    TYPING, ["ctrl-left", "alt-left", "alt-b"], "", "Cursor a word to the left.", 0 => Action::Type(Typed::WordLeft);
    TYPING, ["ctrl-right", "alt-right", "alt-f"], "", "Cursor a word to the right.", 0 => Action::Type(Typed::WordRight);
    TYPING, ["ctrl-delete", "alt-d"], "", "Deletes the word to the right.", 0 => Action::Type(Typed::DeleteWord);
    TYPING, ["left"], "", "Cursor left.", 0 => Action::Type(Typed::Left);
    TYPING, ["right"], "", "Cursor right.", 0 => Action::Type(Typed::Right);
    TYPING, ["home", "ctrl-a"], "", "Cursor to the start of the line.", 0 => Action::Type(Typed::Home);
    TYPING, ["end", "ctrl-e"], "", "Cursor to the end of the line.", 0 => Action::Type(Typed::End);
    TYPING, ["backspace", "ctrl-h"], "", "Deletes to the left.", 0 => Action::Type(Typed::Backspace);
    TYPING, ["delete", "ctrl-d"], "", "Deletes to the right.", 0 => Action::Type(Typed::Delete);
    TYPING, ["ctrl-w", "alt-backspace"], "", "Deletes the word to the left.", 0 => Action::Type(Typed::BackspaceWord);
    TYPING, ["ctrl-u"], "", "Deletes to the start of the line.", 0 => Action::Type(Typed::ToStart);
    TYPING, ["ctrl-k"], "", "Deletes to the end of the line.", 0 => Action::Type(Typed::ToEnd);

    &[Reading], ["esc"], "cancel", "Stops reading; nothing of it is kept.", 1 => Action::Back;
    &[Preview], ["esc"], "leave as it was", "Does not take what was read; the assessment stays as it was.", 2 => Action::Back;
    FORM, ["esc"], "cancel", "Closes the form; what you typed is kept, and stands there when you open it again.", 5 => Action::Back;
    FORM, ["ctrl-x"], "forget", "Forgets what you typed in the form, and closes it.", 0 => Action::Forget;
    places!(OVER, and Cluster, Ready, Scope, Pick), ["esc"], "back", "Back to where you came from.", 20 => Action::Back;
    &[Filter], ["esc"], "clear", "Clears the filter.", 2 => Action::Back;
    &[Palette], ["esc"], "back", "Back.", 2 => Action::Back;
    WALK, ["esc"], "", "Back to the list of areas.", 0 => Action::Back;
    &[Home], ["esc"], "", "Closes a message.", 0 => Action::Back;
    EVERYWHERE, [":"], "commands", "Lists every action with its key, to choose from.", 0 => Action::Palette(palette::Action::Open);
    EVERYWHERE, ["?", "f1"], "help", "Shows the keys of here, and explains the words of the screen.", 99 => Action::Help(help::Action::Open);
    &[Text, Lines, Filter], ["f1"], "help", "Shows the keys of here, and explains the words of the screen.", 99 => Action::Help(help::Action::Open);
    places!(WALK, and Home), ["q"], "quit", "Leaves; everything is saved already, and the place is kept.", 30 => Action::Quit;
    OVER, ["q"], "", "Back to where you came from.", 0 => Action::Back;
    // In a text of several lines it takes back what was typed.
    EVERYWHERE, ["ctrl-z"], "", "Stops the program until the shell lets it go on (fg).", 0 => Action::Suspend;
    &[Text, Filter, Palette], ["ctrl-z"], "", "Stops the program until the shell lets it go on (fg).", 0 => Action::Suspend;
    Context::ALL_OF_THEM, ["f2"], "mouse on or off", "Leaves the mouse to the terminal, to select text with it, or takes it again.", 0 => Action::Mouse;
    Context::ALL_OF_THEM, ["ctrl-c"], "", "Leaves.", 0 => Action::Quit;
}

/// The row of a key, by its name, at a place.
#[must_use]
pub fn at(context: Context, key: &str) -> Option<&'static Binding> {
    KEYMAP.iter().find(|b| b.contexts.contains(&context) && b.keys.contains(&key))
}

/// What a key does now, by its name. In the palette ↵ does what is selected there.
#[must_use]
pub fn pressed(session: &Session, key: &str) -> Option<Action> {
    if let (Layer::Palette { cursor, .. }, "enter") = (session.top(), key) {
        let chosen = palette(session).get(cursor.at).map(|(binding, _)| (binding.action)());
        return Some(chosen.map_or(Action::Back, |action| Action::Run(Box::new(action))));
    }
    at(session.context(), key).map(|binding| (binding.action)())
}

/// The rows of a place for the help: those of here, then those of everywhere.
#[must_use]
pub fn rows(context: Context) -> (Vec<&'static Binding>, Vec<&'static Binding>) {
    let everywhere = |b: &&Binding| b.contexts.len() >= EVERYWHERE.len() || (b.name.is_empty() && b.contexts.len() > 6);
    let (far, near) = KEYMAP.iter().filter(|b| b.contexts.contains(&context)).partition(everywhere);
    (near, far)
}

/// Every action that is possible where the palette was opened, narrowed by what is typed, best first.
#[must_use]
pub fn palette(session: &Session) -> Vec<(&'static Binding, Hit)> {
    let Layer::Palette { query, .. } = session.top() else { return vec![] };
    let rows = actions(session.context_below());
    let mut hits = fuzzy::search(query.trimmed(), rows.iter().map(|b| b.name));
    // Then what the help says of them: who knows a word and not its name finds it too.
    let words: Vec<String> = query.trimmed().to_lowercase().split_whitespace().map(str::to_owned).collect();
    let said = |b: &Binding| {
        let said = b.words.to_lowercase();
        words.iter().all(|word| said.contains(word.as_str()))
    };
    let further = (0..rows.len()).filter(|index| said(rows[*index]) && hits.iter().all(|hit| hit.index != *index));
    hits.extend(further.map(|index| Hit { index, letters: vec![] }).collect::<Vec<_>>());
    hits.into_iter().filter_map(|hit| rows.get(hit.index).map(|b| (*b, hit))).collect()
}

/// Every action that is possible at a place.
#[must_use]
pub fn actions(context: Context) -> Vec<&'static Binding> {
    KEYMAP.iter().filter(|b| !b.name.is_empty() && b.contexts.contains(&context) && !matches!(b.name, "commands")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_key_means_two_things_at_one_place() {
        for context in Context::ALL {
            let mut seen = BTreeSet::new();
            for binding in KEYMAP.iter().filter(|b| b.contexts.contains(&context)) {
                for key in binding.keys {
                    assert!(seen.insert(key), "{key} stands twice in {context:?}: {}", binding.words);
                }
            }
        }
    }

    #[test]
    fn no_key_that_can_be_typed_is_taken_from_a_text() {
        for binding in KEYMAP.iter().filter(|b| b.contexts.iter().any(|c| c.takes_text())) {
            for key in binding.keys {
                assert!(key.chars().count() > 1, "{key} can't be typed");
            }
        }
    }

    #[test]
    fn sentences_are_sentences() {
        for binding in KEYMAP {
            assert!(binding.words.ends_with('.') && binding.words.starts_with(char::is_uppercase), "{}", binding.words);
        }
    }
}
