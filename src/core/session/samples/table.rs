//! Working through a sample: what each item showed, with note and evidence, and the words of the whole.

use super::drawing;
use crate::session::book::desk::Desk;
use crate::session::book::edit::{After, Draft, Fault};
use crate::session::book::layer::Layer;
use crate::session::book::lead::Next;
use crate::session::parts::cursor::Step;
use crate::session::parts::form::{Choice, Form, Purpose, Row};
use crate::session::parts::ids;
use crate::session::parts::message::Message;
use crate::session::parts::register::Register;
use crate::workbook::evidence::read_references;
use crate::workbook::sampling::{self, Again, summary};
use crate::workbook::{Day, ItemResult, PopulationKind, Sample, SampleItem};

const RESULTS: [(char, ItemResult); 3] = [('c', ItemResult::Conforms), ('d', ItemResult::Deviates), ('t', ItemResult::NotTested)];
const NOT_YET: &str = "not looked at yet";

/// The sample that is on top.
pub(super) fn here(desk: &Desk) -> Option<&Sample> {
    let Layer::Sample { reference, .. } = desk.top() else { return None };
    desk.book.as_ref()?.workbook.samples.iter().find(|s| s.reference == *reference)
}

fn item_here(desk: &Desk) -> Option<(&Sample, &SampleItem)> {
    let Layer::Sample { cursor, .. } = desk.top() else { return None };
    let sample = here(desk)?;
    sample.items.get(cursor.at).map(|item| (sample, item))
}

const fn result_words(result: Option<ItemResult>) -> &'static str {
    match result {
        Some(result) => result.label(),
        None => NOT_YET,
    }
}

/// The edit that changes a sample; what the journal tells of it besides.
fn changed(desk: &Desk, id: &str, what: String, change: impl FnOnce(&mut Sample) -> (String, String)) -> Result<Draft, Fault> {
    let gone = || ("title", format!("there is no {id} any more"));
    let mut workbook = desk.book.as_ref().ok_or_else(gone)?.workbook.clone();
    let sample = workbook.samples.iter_mut().find(|s| s.reference == id).ok_or_else(gone)?;
    if sample.withdrawn.is_some() {
        return Err(("title", format!("{id} was withdrawn: it can be read, and not changed")));
    }
    let (before, after) = change(sample);
    Ok(Draft { workbook, what, before, after })
}

fn set_item(desk: &Desk, id: &str, name: &str, change: impl FnOnce(&mut SampleItem)) -> Result<Draft, Fault> {
    let (user, today) = (desk.user.clone(), Day(desk.today()));
    changed(desk, id, format!("sample {id}: {name}"), |sample| {
        let words = |item: &SampleItem| {
            let note = if item.note.is_empty() { String::new() } else { format!(": {}", item.note) };
            format!("{}{note}", result_words(item.result))
        };
        let Some(item) = sample.items.iter_mut().find(|item| item.name == name) else { return Default::default() };
        let before = words(item);
        change(item);
        (item.by, item.on) = if item.result.is_some() { (user, Some(today)) } else { (String::new(), None) };
        (before, words(item))
    })
}

/// Says what the selected item showed, and goes to the next.
pub(super) fn set_result(desk: &mut Desk, result: Option<ItemResult>) -> Next {
    let Some((sample, item)) = item_here(desk) else { return Next::NONE };
    let (id, name) = (sample.reference.clone(), item.name.clone());
    let silent = item.note.is_empty();
    match set_item(desk, &id, &name, |item| item.result = result) {
        Err((_, why)) => desk.refuse("Not changed", &why),
        Ok(draft) => {
            let left = draft.workbook.samples.iter().find(|s| s.reference == id).map_or(0, |s| summary(s).overall.left);
            let more = match (result, left) {
                (Some(ItemResult::NotTested), _) if silent => " Say why: ↵ on it writes a note.".to_owned(),
                (Some(ItemResult::Deviates), _) if silent => " ↵ on it writes what you saw.".to_owned(),
                (_, 0) => " No item is left: e writes the conclusion.".to_owned(),
                (_, left) => format!(" {left} left."),
            };
            let next = desk.save(draft, After::Tell(format!("{name}: {}.{more}", result_words(result))), true);
            // Nothing is on its way where it was refused.
            if !next.effects.is_empty() && result.is_some() {
                super::step(desk, Step::Down);
            }
            next
        }
    }
}

/// Opens note and evidence of the selected item.
pub(super) fn open_item(desk: &mut Desk) -> Next {
    let Some((sample, item)) = item_here(desk) else { return Next::NONE };
    let (id, item) = (sample.reference.clone(), item.clone());
    let mut options: Vec<Choice> =
        RESULTS.iter().map(|(key, r)| Choice { key: *key, value: r.label().to_owned(), label: r.label().to_owned() }).collect();
    options.push(Choice { key: '0', value: NOT_YET.to_owned(), label: NOT_YET.to_owned() });
    let chosen = options.iter().position(|o| o.value == result_words(item.result));
    let rows = vec![
        Row::choice("result", "Result", "by its letter", options, chosen),
        Row::lines("note", "Note", "what you saw; why it could not be tested", &item.note),
        Row::text("evidence", "Evidence", "references: E-0004, E-0005", item.evidence.join(", ")),
    ];
    let purpose = Purpose::Entry { register: Register::Samples, id: Some(format!("{id} {}", item.name)) };
    desk.open_form(Form::new(purpose, rows).titled(&item.name, &id, "Results, notes and evidence stand in the report item by item."));
    Next::NONE
}

/// ↵ in the form of an item.
pub(super) fn accept_item(desk: &mut Desk, form: &Form, id: &str, name: &str) -> Next {
    let read = read_item(desk, form, id, name);
    desk.keep(read)
}

fn read_item(desk: &Desk, form: &Form, id: &str, name: &str) -> Result<(Draft, String), Fault> {
    let book = desk.book.as_ref().ok_or_else(|| ("result", "no assessment is open".to_owned()))?;
    let result = RESULTS.iter().find(|(_, r)| Some(r.label()) == form.chosen("result")).map(|(_, r)| *r);
    let note = form.text("note");
    if result == Some(ItemResult::NotTested) && note.is_empty() {
        return Err(("note", "say why it could not be tested".to_owned()));
    }
    let references = read_references(form.text("evidence"), &book.workbook).map_err(|why| ("evidence", why))?;
    let draft = set_item(desk, id, name, |item| {
        item.result = result;
        note.clone_into(&mut item.note);
        item.evidence = references;
    })?;
    Ok((draft, format!("{name}: {}.", result_words(result))))
}

/// Opens the words of the sample on top.
pub(super) fn open_words(desk: &mut Desk) -> Next {
    let Some(sample) = here(desk).cloned() else { return Next::NONE };
    let supports: Vec<&str> = sample.practices.iter().chain(&sample.questions).map(String::as_str).collect();
    let mut rows = vec![
        Row::text("title", "Title", "what is looked at, and for what", &sample.title),
        Row::lines("conclusion", "Conclusion", "what you conclude from it", &sample.conclusion),
        Row::lines("representative", "Represents", "why the sample stands for its population", &sample.representative),
    ];
    if !sample.reason.is_empty() {
        rows.push(Row::lines("reason", "Why these", "why these items were chosen", &sample.reason));
    }
    rows.push(Row::text("supports", "Supports", "practices, questions: 3.1.a, 3.1.exceptions_approved", supports.join(", ")));
    let purpose = Purpose::Entry { register: Register::Samples, id: Some(sample.reference.clone()) };
    let help = "Population, method, seed and items stay as they were drawn.";
    desk.open_form(Form::new(purpose, rows).titled(&sample.reference, &sampling::size_words(&sample), help));
    Next::NONE
}

/// ↵ in the form of the words.
pub(super) fn accept_words(desk: &mut Desk, form: &Form, id: &str) -> Next {
    let read = read_words(desk, form, id);
    desk.keep(read)
}

fn read_words(desk: &Desk, form: &Form, id: &str) -> Result<(Draft, String), Fault> {
    let (practices, questions) = ids::practices_and_questions(form.text("supports"), desk.guidance).map_err(|why| ("supports", why))?;
    if form.text("title").is_empty() {
        return Err(("title", "a title is needed".to_owned()));
    }
    if form.row("reason").is_some() && form.text("reason").is_empty() {
        return Err(("reason", "judgement needs its reason".to_owned()));
    }
    let draft = changed(desk, id, format!("sample {id}"), |sample| {
        let words = |sample: &Sample| format!("{}: {}", sample.title, sample.conclusion);
        let before = words(sample);
        for (field, row) in [
            (&mut sample.title, "title"),
            (&mut sample.conclusion, "conclusion"),
            (&mut sample.representative, "representative"),
            (&mut sample.reason, "reason"),
        ] {
            form.text(row).clone_into(field);
        }
        (sample.practices, sample.questions) = (practices, questions);
        (before, words(sample))
    })?;
    Ok((draft, format!("{id} is changed.")))
}

/// Draws the sample on top once more and tells what comes of it; it stays as it is.
pub(super) fn draw_again(desk: &mut Desk) -> Next {
    let (Some(sample), Some(book)) = (here(desk), desk.book.as_ref()) else { return Next::NONE };
    let population = &sample.population;
    let typed = population.members.join("\n");
    let text = if population.of == PopulationKind::Typed { &typed } else { &population.filter };
    let counted = drawing::counted(book, population.of, &population.cluster, text);
    let message = match counted.map(|gathered| sampling::again(sample, &gathered.members)) {
        Err((_, why)) => Message::error("Not drawn again", format!("{why}.")),
        Ok(Again::Same) => Message::info("Drawn again: the same population, the same items."),
        Ok(Again::ByPerson) => Message::info("The population is the same; the items were chosen by judgement."),
        Ok(Again::Changed(drift)) => {
            let what = format!("The population of {} changed", sample.reference);
            Message::warning(what, format!("{} The sample stays as it was drawn; + in the register draws a new one.", drift.words()))
        }
        Ok(Again::Differs) => {
            let what = format!("{} is not what its seed draws", sample.reference);
            Message::warning(
                what,
                "The population is the same, and method and seed give other items: it was changed outside, or drawn by another version.",
            )
        }
    };
    desk.messages.push(message);
    Next::NONE
}

/// Takes a sample back.
pub(in crate::session) fn withdraw(desk: &mut Desk, id: &str, why: &str) -> Next {
    let read = desk.taken_back(|workbook| &mut workbook.samples, id, why).map(|(workbook, before)| {
        let draft = Draft { workbook, what: format!("withdraw {id}"), before: before.title, after: why.to_owned() };
        (draft, format!("{id} is withdrawn."))
    });
    desk.keep(read)
}
