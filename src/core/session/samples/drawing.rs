//! Drawing a sample: the form, the population that it names, and the list from which a person chooses.

use crate::session::book::assessment::Book;
use crate::session::book::desk::Desk;
use crate::session::book::edit::{Draft, Fault};
use crate::session::book::layer::Layer;
use crate::session::book::lead::Next;
use crate::session::parts::cursor::Cursor;
use crate::session::parts::form::{Choice, Form, Input, Purpose, Row};
use crate::session::parts::ids;
use crate::session::parts::message::Message;
use crate::session::parts::picking::Picking;
use crate::session::parts::register::Register;
use crate::workbook::sampling::{self, Ask, Drawn, Gathered, Member, Place, Size};
use crate::workbook::{Moment, Population, PopulationKind, Sample, SampleItem, SamplingMethod, Strata, gate};
use std::collections::BTreeSet;

const OF: [(char, PopulationKind); 7] = [
    ('w', PopulationKind::Workloads),
    ('o', PopulationKind::Nodes),
    ('n', PopulationKind::Namespaces),
    ('s', PopulationKind::Subjects),
    ('i', PopulationKind::Images),
    ('c', PopulationKind::Clusters),
    ('t', PopulationKind::Typed),
];
const METHODS: [(char, SamplingMethod); 4] =
    [('r', SamplingMethod::Random), ('s', SamplingMethod::Stratified), ('j', SamplingMethod::Judgement), ('a', SamplingMethod::All)];
const STRATA: [(char, Strata); 2] = [('c', Strata::Category), ('o', Strata::Owner)];
const EVERYWHERE: &str = "all clusters";

const PURPOSE: Purpose = Purpose::Entry { register: Register::Samples, id: None };

/// Opens the form to draw a sample.
pub(super) fn open(desk: &mut Desk) {
    let Some(book) = desk.book.as_ref() else { return };
    let of = if book.clusters.is_empty() { PopulationKind::Typed } else { PopulationKind::Workloads };
    let rows = rows(desk, of, SamplingMethod::Random);
    let help = "Same population, same seed: the same items, whoever draws them. docs/sampling.md tells how, with standard tools.";
    desk.open_form(Form::new(PURPOSE, rows).titled("Draw a sample", "", help));
}

/// All rows of the form that these choices ask for.
fn rows(desk: &Desk, of: PopulationKind, method: SamplingMethod) -> Vec<Row> {
    let choice = |key: char, label: &str| Choice { key, value: label.to_owned(), label: label.to_owned() };
    let at = |options: &[Choice], label: &str| options.iter().position(|o| o.value == label);
    let clusters = desk.book.as_ref().map_or_else(Vec::new, |book| book.clusters.iter().map(|c| c.key.clone()).collect());
    let mut rows = vec![Row::text("title", "Title", "what is looked at, and for what", "")];
    let options: Vec<Choice> = OF.iter().map(|(key, of)| choice(*key, of.label())).collect();
    let chosen = at(&options, of.label());
    rows.push(Row::choice("of", "From", "by its letter", options, chosen));
    if of == PopulationKind::Typed {
        rows.push(Row::lines("members", "Names", "the population, one name a line; paste it here", ""));
    } else {
        if clusters.len() > 1 {
            let options: Vec<Choice> = std::iter::once(EVERYWHERE)
                .chain(clusters.iter().map(String::as_str))
                .zip(0..)
                .map(|(c, nth)| choice(char::from_digit(nth, 36).unwrap_or('?'), c))
                .collect();
            rows.push(Row::choice("cluster", "Cluster", "by its number", options, Some(0)));
        }
        rows.push(Row::text("filter", "Narrowed by", "cat:cde owner:pay or any part of a name; -word leaves out", ""));
    }
    let options: Vec<Choice> = METHODS.iter().map(|(key, method)| choice(*key, method.label())).collect();
    let chosen = at(&options, method.label());
    rows.push(Row::choice("method", "Method", "by its letter", options, chosen));
    if method == SamplingMethod::Stratified {
        rows.push(Row::choice(
            "strata",
            "Strata",
            "by its letter",
            STRATA.iter().map(|(key, by)| choice(*key, by.label())).collect(),
            Some(0),
        ));
    }
    if matches!(method, SamplingMethod::Random | SamplingMethod::Stratified) {
        rows.push(Row::text("size", "Size", "a number, 10%, or all", ""));
        rows.push(Row::text("seed", "Seed", "any words; they are kept", seed(desk)));
    }
    if method == SamplingMethod::Judgement {
        rows.push(Row::lines("reason", "Why these", "why you choose these items; ↵ lists them", ""));
        rows.push(Row::lines("chosen", "Chosen", "↵ lists the population to choose from", ""));
    }
    rows.push(Row::lines("representative", "Represents", "why the sample stands for its population", ""));
    rows.push(Row::text("supports", "Supports", "practices, questions: 3.1.a, 3.1.exceptions_approved", desk.practices_here().join(", ")));
    rows
}

/// A seed that nobody chose: the reference and the time.
fn seed(desk: &Desk) -> String {
    let reference = desk.book.as_ref().map_or_else(String::new, |book| book.workbook.next_sample());
    format!("{reference} {}", Moment(desk.now))
}

fn of_form(form: &Form) -> (PopulationKind, SamplingMethod) {
    let of = OF.iter().find(|(_, of)| Some(of.label()) == form.chosen("of")).map(|(_, of)| *of);
    let method = METHODS.iter().find(|(_, method)| Some(method.label()) == form.chosen("method")).map(|(_, method)| *method);
    (of.unwrap_or_default(), method.unwrap_or_default())
}

/// A choice changed: rows that it asks for come, and those that it does not ask for go, unless somebody typed in them.
pub(in crate::session) fn changed(desk: &mut Desk) {
    let Layer::Form(form) = desk.top() else { return };
    if form.purpose != PURPOSE {
        return;
    }
    let (of, method) = of_form(form);
    let wanted = rows(desk, of, method);
    let Some(form) = desk.form_mut() else { return };
    let focus = form.focused().map(|row| row.id);
    let typed = |row: &Row| matches!(&row.input, Input::Text(field) if !field.is_empty() && row.id != "seed");
    let mut known = std::mem::take(&mut form.rows);
    let mut rows: Vec<Row> = vec![];
    for row in wanted {
        let kept = known.iter().position(|k| k.id == row.id).map(|at| known.remove(at));
        rows.push(kept.unwrap_or(row));
    }
    rows.extend(known.into_iter().filter(typed));
    form.focus = focus.and_then(|id| rows.iter().position(|row| row.id == id)).unwrap_or(0);
    form.rows = rows;
}

/// ↵ in the form: draws, or lists the population where a person chooses.
pub(super) fn accept(desk: &mut Desk, form: &Form) -> Next {
    let (sample, members) = match read(desk, form) {
        Ok(read) => read,
        Err((row, why)) => return desk.fault(row, why),
    };
    if sample.method == SamplingMethod::Judgement {
        let names: BTreeSet<&str> = members.iter().map(|member| member.name.as_str()).collect();
        let chosen = form.text("chosen").lines().map(str::trim).filter(|name| names.contains(name)).map(str::to_owned).collect();
        desk.layers.push(Layer::Pick(Box::new(Picking { sample, members, chosen, cursor: Cursor::default() })));
        return Next::NONE;
    }
    let size = if sample.method == SamplingMethod::All { Ok(Size::All) } else { sample.size.parse() };
    let drawn =
        size.and_then(|size| sampling::draw(&members, &Ask { method: sample.method, strata: sample.strata, size, seed: &sample.seed }));
    match drawn {
        Ok(drawn) => {
            let kept = drafted(desk, sample, drawn);
            desk.keep(kept)
        }
        Err(why) => desk.fault(if form.row("size").is_some() { "size" } else { "of" }, why.0),
    }
}

/// What the form says, and the population that it names.
fn read(desk: &Desk, form: &Form) -> Result<(Sample, Vec<Member>), Fault> {
    let book = desk.book.as_ref().ok_or_else(|| ("title", "no assessment is open".to_owned()))?;
    let (of, method) = of_form(form);
    if form.text("title").is_empty() {
        return Err(("title", "say what is looked at, and for what".to_owned()));
    }
    let by_chance = matches!(method, SamplingMethod::Random | SamplingMethod::Stratified);
    if method == SamplingMethod::Stratified && !sampling::has_strata(of) {
        return Err(("method", "a typed list has neither categories nor owners: draw at random".to_owned()));
    }
    let cluster = form.chosen("cluster").filter(|chosen| *chosen != EVERYWHERE && of != PopulationKind::Typed).unwrap_or_default();
    let gathered = population(book, of, cluster, if of == PopulationKind::Typed { form.text("members") } else { form.text("filter") })?;
    if by_chance && form.text("seed").is_empty() {
        return Err(("seed", "chance needs a seed: any words will do".to_owned()));
    }
    if by_chance && form.text("representative").is_empty() {
        return Err(("representative", "say why the sample stands for its population".to_owned()));
    }
    if method == SamplingMethod::Judgement && form.text("reason").is_empty() {
        return Err(("reason", "judgement needs its reason".to_owned()));
    }
    let (practices, questions) = ids::practices_and_questions(form.text("supports"), desk.guidance).map_err(|why| ("supports", why))?;
    let names = || gathered.members.iter().map(|member| member.name.as_str());
    let keeps = of == PopulationKind::Typed || gathered.members.len() <= sampling::MOST_KEPT;
    let sample = Sample {
        reference: book.workbook.next_sample(),
        title: form.text("title").to_owned(),
        method,
        size: if by_chance { form.text("size").to_owned() } else { String::new() },
        seed: if by_chance { gate::clean(form.text("seed")).0 } else { String::new() },
        strata: (method == SamplingMethod::Stratified)
            .then(|| STRATA.iter().find(|(_, by)| Some(by.label()) == form.chosen("strata")).map(|(_, by)| *by).unwrap_or_default()),
        reason: if method == SamplingMethod::Judgement { form.text("reason").to_owned() } else { String::new() },
        representative: form.text("representative").to_owned(),
        practices,
        questions,
        conclusion: String::new(),
        by: desk.user.clone(),
        at: Moment(desk.now),
        withdrawn: None,
        population: Population {
            of,
            cluster: cluster.to_owned(),
            filter: if of == PopulationKind::Typed { String::new() } else { form.text("filter").to_owned() },
            count: gathered.members.len(),
            counted: Moment(gathered.counted.unwrap_or(desk.now)),
            digest: sampling::digest(names()),
            snapshots: gathered.snapshots.clone(),
            incomplete: gathered.incomplete.clone(),
            members: if keeps { names().map(str::to_owned).collect() } else { vec![] },
        },
        items: vec![],
    };
    Ok((sample, gathered.members))
}

/// A population as it is now, which has somebody in it.
fn population(book: &Book, of: PopulationKind, cluster: &str, text: &str) -> Result<Gathered, Fault> {
    let gathered = counted(book, of, cluster, text)?;
    if !gathered.members.is_empty() {
        return Ok(gathered);
    }
    Err(match (of, gathered.unfiltered, gathered.incomplete.is_empty()) {
        (PopulationKind::Typed, ..) => ("members", "type or paste the names of the population, one a line".to_owned()),
        (_, 0, true) => ("of", format!("there are no {}", of.label())),
        (_, 0, false) => ("of", format!("none could be read: {}", gathered.incomplete.join("; "))),
        (_, n, _) => ("filter", format!("none of {n} fits: look at the words")),
    })
}

/// Counts a population as it is now: in the clusters that are open, or of typed names.
pub(super) fn counted(book: &Book, of: PopulationKind, cluster: &str, text: &str) -> Result<Gathered, Fault> {
    if of == PopulationKind::Typed {
        let members = sampling::typed(text);
        return Ok(Gathered { unfiltered: members.len(), members, ..Gathered::default() });
    }
    let wanted: Vec<_> = book.clusters.iter().filter(|c| cluster.is_empty() || c.key == cluster).collect();
    if wanted.is_empty() {
        return Err(("of", "no cluster was read yet: type the names of the population, or read a cluster first".to_owned()));
    }
    let mut places = vec![];
    for open in wanted {
        let Some(inventory) = &open.inventory else {
            let why =
                if open.loading { "is being loaded still: try again in a moment" } else { "is not here: R in the walk reads it again" };
            return Err(("of", format!("what was read of {} {why}", open.key)));
        };
        let snapshot = book.workbook.clusters.iter().find(|c| c.key == open.key).map_or("", |record| &record.snapshot);
        places.push(Place { key: &open.key, inventory, snapshot });
    }
    sampling::gather(of, &places, &book.workbook.scope, text).map_err(|why| ("of", why.0))
}

fn drafted(desk: &Desk, sample: Sample, drawn: Vec<Drawn>) -> Result<(Draft, String), Fault> {
    let book = desk.book.as_ref().ok_or_else(|| ("title", "no assessment is open".to_owned()))?;
    let mut workbook = book.workbook.clone();
    let sample = Sample { items: drawn.into_iter().map(SampleItem::of).collect(), ..sample };
    let incomplete = match sample.population.incomplete.len() {
        0 => "",
        _ => " Not all of the population could be read; the sample says so.",
    };
    let words = format!("{}: {} drawn. ↵ works through it.{incomplete}", sample.reference, sampling::size_words(&sample));
    let after = format!("{}: {}, {}", sample.title, sampling::size_words(&sample), sampling::method_words(&sample));
    let what = format!("sample {}", sample.reference);
    workbook.samples.push(sample);
    Ok((Draft { workbook, what, before: String::new(), after }, words))
}

/// Chooses the selected one, or no longer.
pub(super) fn choose(desk: &mut Desk) {
    let Some(Layer::Pick(picking)) = desk.layers.last_mut() else { return };
    let Some(member) = picking.members.get(picking.cursor.at) else { return };
    if !picking.chosen.remove(&member.name) {
        picking.chosen.insert(member.name.clone());
    }
    let length = picking.members.len();
    picking.cursor.step(crate::session::parts::cursor::Step::Down, length);
}

/// Esc: the form keeps what is chosen.
pub(super) fn keep_choice(desk: &mut Desk) {
    let Some(Layer::Pick(picking)) = desk.layers.pop_if(|layer| matches!(layer, Layer::Pick(_))) else { return };
    if let Some(form) = desk.form_mut() {
        form.set("chosen", &picking.chosen.into_iter().collect::<Vec<_>>().join("\n"));
    }
}

/// ↵ in the list: draws what is chosen.
pub(super) fn picked(desk: &mut Desk) -> Next {
    let Layer::Pick(picking) = desk.top() else { return Next::NONE };
    match sampling::judged(&picking.members, &picking.chosen) {
        Ok(drawn) => {
            let sample = picking.sample.clone();
            keep_choice(desk);
            let kept = drafted(desk, sample, drawn);
            desk.keep(kept)
        }
        Err(why) => {
            desk.messages.push(Message::info(format!("{}: space chooses.", why.0)));
            Next::NONE
        }
    }
}
