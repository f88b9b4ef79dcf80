//! What an assessment holds, in a folder or in a bag: the workbook, the files that it names, and the journal that says who changed it.

use super::tree::Tree;
use super::verified::{Verified, What};
use kassay_core::workbook::staged::Staged;
use kassay_core::workbook::{Journal, Moment, Workbook, folder, journal};
use std::collections::BTreeMap;

/// Looks at the folder of an assessment.
pub(super) fn workbook_folder(tree: &mut dyn Tree) -> Verified {
    let mut verified = Verified::of(tree, What::Workbook);
    let workbook = tree.names().contains(folder::WORKBOOK).then(|| tree.bytes(folder::WORKBOOK));
    let workbook = match workbook {
        Some(Err(fault)) => {
            verified.faults.push(fault);
            return verified;
        }
        Some(Ok(bytes)) => Some(bytes),
        None => None,
    };
    let found = workbook.as_deref().map_or_else(String::new, journal::digest);
    let (bytes, last) = match (staged(tree, &found, &mut verified), workbook) {
        // The journal speaks of the state before, because the edit's line was not written any more.
        (Some((Staged::Unnamed, bytes)), _) => (bytes, Some(found).filter(|found| !found.is_empty())),
        (Some((_, bytes)), _) | (None, Some(bytes)) => {
            let digest = journal::digest(&bytes);
            (bytes, Some(digest))
        }
        (None, None) => {
            lost(tree, &mut verified);
            return verified;
        }
    };
    verified.seal = journal::digest(&bytes);
    if let Some(last) = last {
        journal_faults(tree, folder::JOURNAL, &last, &mut verified);
    }
    contents(tree, "", &bytes, &BTreeMap::new(), &mut verified);
    for name in tree.names().iter().filter(|name| name.rsplit('/').next().is_some_and(|name| name.starts_with(".kassay-"))) {
        verified.remarks.push(format!("{name}: was left by an interruption; it is removed when the assessment is opened"));
    }
    if tree.names().contains(folder::DRAFTS) {
        verified.remarks.push(format!("{}: was typed and not saved; it is no part of the assessment", folder::DRAFTS));
    }
    verified
}

/// The text that opening the folder would put in the workbook's place, where an edit was interrupted.
pub(super) fn staged(tree: &mut dyn Tree, workbook: &str, verified: &mut Verified) -> Option<(Staged, Vec<u8>)> {
    let names: Vec<String> = tree.names().iter().filter(|name| folder::is_next(name)).cloned().collect();
    let journal = tree.bytes(folder::JOURNAL).map(|bytes| Journal::read(&bytes)).unwrap_or_default();
    let (mut completed, mut stray) = (None::<(Staged, Vec<u8>)>, vec![]);
    for name in names {
        let Ok(text) = tree.bytes(&name) else { continue };
        let state = Staged::of(&journal, &name, &text, workbook);
        let named = matches!(state, Staged::Named { .. });
        if state.is_completed() && completed.as_ref().is_none_or(|(before, _)| named && *before == Staged::Unnamed) {
            completed = Some((state, text));
        } else {
            stray.push(name);
        }
    }
    let aside = |name: String| format!("{name}: was not made from what was accepted last; it is set aside when the assessment is opened");
    verified.remarks.extend(stray.into_iter().map(aside));
    let (state, text) = completed?;
    verified.to_complete = true;
    verified.remarks.push("an edit was interrupted; it is completed when the assessment is opened".into());
    if state == (Staged::Named { changed_meanwhile: true }) {
        verified.faults.push("the workbook was changed outside Kassay after an edit was interrupted; its text is kept aside then".into());
    }
    Some((state, text))
}

/// Tells of an assessment without its workbook.
fn lost(tree: &mut dyn Tree, verified: &mut Verified) {
    let journal = tree.bytes(folder::JOURNAL).map(|bytes| Journal::read(&bytes)).unwrap_or_default();
    verified.edits = journal.lines.len();
    let copy = tree.names().contains(folder::PREVIOUS).then(|| tree.bytes(folder::PREVIOUS)).and_then(Result::ok);
    let offer = copy.filter(|bytes| std::str::from_utf8(bytes).is_ok_and(|text| Workbook::parse(text).is_ok())).map(|bytes| {
        let state =
            journal.line_of(&journal::digest(&bytes)).map(|line| format!(" (as it was after edit {} of {})", line.n, journal.lines.len()));
        format!("; the copy from before the last edit, {}, can be read{}", folder::PREVIOUS, state.unwrap_or_default())
    });
    verified.faults.push(format!("{}: is missing{}", folder::WORKBOOK, offer.unwrap_or_default()));
}

/// A workbook, and the files that it names. Their SHA-256 is computed where it is not known.
pub(super) fn contents(tree: &mut dyn Tree, base: &str, bytes: &[u8], known: &BTreeMap<String, String>, verified: &mut Verified) {
    let at = |name: &str| format!("{base}{name}");
    let workbook = match Workbook::parse(&String::from_utf8_lossy(bytes)) {
        Ok(workbook) => workbook,
        Err(error) => return verified.faults.push(format!("{}: {error}", at(folder::WORKBOOK))),
    };
    verified.title = format!("{} {}", workbook.engagement.entity, workbook.engagement.period).trim().to_owned();
    let mut named: Vec<(Option<String>, String, String)> = Vec::new();
    for c in &workbook.clusters {
        named.push((folder::snapshot(&c.snapshot), c.snapshot.clone(), format!("the snapshot of {}", c.key)));
        named.push((folder::findings(&c.findings), c.findings.clone(), format!("the findings of {}", c.key)));
    }
    named.extend(workbook.evidence.iter().map(|e| (folder::evidence(&e.sha256, &e.file), e.sha256.clone(), e.reference.clone())));
    for (name, digest, what) in named.into_iter().filter(|(_, digest, _)| !digest.is_empty()) {
        let Some(name) = name.map(|name| at(&name)) else {
            verified.faults.push(format!("{what}: “{digest}” is no SHA-256"));
            continue;
        };
        if !tree.names().contains(&name) {
            verified.faults.push(format!("{name}: is missing ({what})"));
        } else if known.get(&name).cloned().map_or_else(|| tree.digest(&name), Ok).is_ok_and(|found| found != digest) {
            verified.faults.push(format!("{name}: is not what its name says ({what})"));
        }
    }
    for practice in workbook.determinations.iter().filter(|d| d.to_confirm).map(|d| &d.practice) {
        verified.remarks.push(format!("the determination of {practice} is to be confirmed: newer outcomes speak against it"));
    }
}

/// The journal, held against the digest of the workbook.
pub(super) fn journal_faults(tree: &mut dyn Tree, name: &str, workbook: &str, verified: &mut Verified) {
    if !tree.names().contains(name) {
        verified.faults.push(format!("{name}: is missing: nothing shows who changed what"));
        return;
    }
    let journal = match tree.bytes(name) {
        Ok(bytes) => Journal::read(&bytes),
        Err(fault) => return verified.faults.push(fault),
    };
    verified.edits = journal.lines.len();
    verified.faults.extend(journal.faults.iter().map(|fault| format!("{name}: line {} {}", fault.line, fault.what)));
    if journal.torn {
        verified.remarks.push(format!("{name}: its last line is torn, as after an interruption"));
    }
    match (journal.lines.last(), journal.line_of(workbook)) {
        (None, _) => verified.faults.push(format!("{name}: has no line that could be read")),
        (Some(last), _) if last.workbook == workbook => {}
        (Some(last), Some(line)) => verified.faults.push(format!("the workbook is as it was after edit {} of {}", line.n, last.n)),
        (Some(last), None) => {
            verified.faults.push(format!("the workbook was changed outside Kassay, after edit {} (“{}”)", last.n, last.what));
        }
    }
    for line in &journal.lines {
        if line.by.is_empty() {
            verified.remarks.push(format!("{name}: edit {} tells of a change that was made outside Kassay", line.n));
        }
        if let Some(clock) = line.clock {
            verified.remarks.push(format!(
                "{name}: edit {} was made while the clock said {}, before the edit above it",
                line.n,
                Moment(clock)
            ));
        }
    }
}
