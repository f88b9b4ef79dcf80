//! Where one stands in the walk: area, control, tab, row. Selection and scroll are kept per control and tab, so that coming back is coming
//! back to the same line.

use crate::checks;
use crate::guidance::{Area, Control, Guidance};
use crate::judging::Check;
use crate::session::parts::cursor::{Cursor, Scroll, Step};
use crate::workbook::Place;
use std::collections::{BTreeMap, BTreeSet};

/// A tab of a control.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tab {
    /// What it is about.
    #[default]
    Guidance,
    /// What the API showed.
    Checks,
    /// What a person must answer.
    Questions,
    /// What supports it.
    Evidence,
    /// What the assessor determined.
    Result,
}

impl Tab {
    /// All, in their order.
    pub const ALL: [Self; 5] = [Self::Guidance, Self::Checks, Self::Questions, Self::Evidence, Self::Result];

    /// The name on the tab.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Guidance => "Guidance",
            Self::Checks => "Checks",
            Self::Questions => "Questions",
            Self::Evidence => "Evidence",
            Self::Result => "Result",
        }
    }

    /// The name in the workbook.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Guidance => "guidance",
            Self::Checks => "checks",
            Self::Questions => "questions",
            Self::Evidence => "evidence",
            Self::Result => "result",
        }
    }
}

/// Something in the walk that one can go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// An area, by its number.
    Area(u8),
    /// A control.
    Control(String),
    /// A check.
    Check(String),
    /// A question.
    Question(String),
    /// A practice: its determination.
    Practice(String),
    /// A piece of evidence.
    Evidence(String),
}

/// Which side has the focus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// The list of areas and controls.
    #[default]
    Areas,
    /// The control.
    Work,
}

/// A row of the list on the left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NavRow {
    /// An area, by index.
    Area(usize),
    /// A control of the open area, by both indexes.
    Control(usize, usize),
}

/// Where one stands.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// The side in focus.
    pub pane: Pane,
    /// The open area, by index.
    pub area: usize,
    /// The control in it, by index; none on the area itself.
    pub control: Option<usize>,
    /// The tab.
    pub tab: Tab,
    /// Practices that are marked, to determine them at once.
    pub marked: BTreeSet<String>,
    /// Whether ⇥ skips what is requested from others.
    pub skip_requested: bool,
    /// Whether the areas are shown by their numbers alone.
    pub narrow: bool,
    cursors: BTreeMap<(String, Tab), Cursor>,
    scrolls: BTreeMap<String, Scroll>,
}

impl Walk {
    /// The place where the assessor stopped; the first control where none was kept.
    #[must_use]
    pub fn at_place(place: &Place, guidance: &Guidance) -> Self {
        let mut walk = Self { control: Some(0), ..Self::default() };
        let Some((area, control)) = find(guidance, &place.control) else { return walk };
        (walk.area, walk.control) = (area, Some(control));
        walk.pane = Pane::Work;
        walk.tab = Tab::ALL.into_iter().find(|t| t.id() == place.tab).unwrap_or_default();
        let control = &guidance.areas[area].controls[control];
        if let Some(at) = row_of(control, walk.tab, &place.item) {
            walk.cursors.insert((control.id.clone(), walk.tab), Cursor::on(at));
        }
        walk
    }

    /// The place to remember.
    #[must_use]
    pub fn place(&self, guidance: &Guidance) -> Place {
        let Some(control) = self.here(guidance) else {
            let control = guidance.areas.get(self.area).and_then(|a| a.controls.first()).map(|c| c.id.clone()).unwrap_or_default();
            return Place { control, tab: Tab::Guidance.id().to_owned(), item: String::new() };
        };
        let item = item_at(control, self.tab, self.row(control)).unwrap_or_default().to_owned();
        Place { control: control.id.clone(), tab: self.tab.id().to_owned(), item }
    }

    /// The open area.
    #[must_use]
    pub fn area_here<'g>(&self, guidance: &'g Guidance) -> Option<&'g Area> {
        guidance.areas.get(self.area)
    }

    /// The control one stands on.
    #[must_use]
    pub fn here<'g>(&self, guidance: &'g Guidance) -> Option<&'g Control> {
        guidance.areas.get(self.area)?.controls.get(self.control?)
    }

    /// Makes room for the selection and scroll of where one stands, so that a screen has where to tell how much fits.
    pub fn settle(&mut self, guidance: &Guidance) {
        let id = match (self.here(guidance), self.area_here(guidance)) {
            (Some(control), _) => control.id.clone(),
            (None, Some(area)) => format!("area {}", area.number),
            _ => return,
        };
        let tab = self.tab;
        self.scroll(&id);
        self.cursor(&id, tab);
    }

    /// Rows of the list on the left: every area, and the controls of the open one.
    #[must_use]
    pub fn nav_rows(&self, guidance: &Guidance) -> Vec<NavRow> {
        let mut rows = Vec::with_capacity(24);
        for (at, area) in guidance.areas.iter().enumerate() {
            rows.push(NavRow::Area(at));
            if at == self.area {
                rows.extend((0..area.controls.len()).map(|control| NavRow::Control(at, control)));
            }
        }
        rows
    }

    /// The row of that list one stands on.
    #[must_use]
    pub fn nav_at(&self) -> usize {
        self.area + self.control.map_or(0, |control| control + 1)
    }

    /// Moves in that list. Areas open as one comes by.
    pub fn step_nav(&mut self, step: Step, guidance: &Guidance) {
        let last = guidance.areas.len().saturating_sub(1);
        let controls = |area: usize| guidance.areas.get(area).map_or(0, |a| a.controls.len());
        match step {
            Step::Down => match self.control {
                None if controls(self.area) > 0 => self.control = Some(0),
                Some(at) if at + 1 < controls(self.area) => self.control = Some(at + 1),
                _ if self.area < last => (self.area, self.control) = (self.area + 1, None),
                _ => {}
            },
            Step::Up => match self.control {
                Some(0) => self.control = None,
                Some(at) => self.control = Some(at - 1),
                None if self.area > 0 => {
                    self.area -= 1;
                    self.control = controls(self.area).checked_sub(1);
                }
                None => {}
            },
            Step::PageDown => (self.area, self.control) = ((self.area + 1).min(last), None),
            Step::PageUp => {
                (self.area, self.control) = (if self.control.is_some() { self.area } else { self.area.saturating_sub(1) }, None)
            }
            Step::Top => (self.area, self.control) = (0, None),
            Step::Bottom => (self.area, self.control) = (last, None),
        }
    }

    /// The next control, or the one before, over the areas' borders.
    pub fn step_control(&mut self, back: bool, guidance: &Guidance) {
        self.step_nav(if back { Step::Up } else { Step::Down }, guidance);
        if self.control.is_none() {
            self.step_nav(if back { Step::Up } else { Step::Down }, guidance);
        }
        if self.control.is_none() {
            self.control = Some(0);
        }
    }

    /// The selected row of the tab.
    #[must_use]
    pub fn row(&self, control: &Control) -> usize {
        self.cursors.get(&(control.id.clone(), self.tab)).map_or(0, |c| c.at)
    }

    /// The cursor of a tab of a control.
    pub fn cursor(&mut self, control: &str, tab: Tab) -> &mut Cursor {
        self.cursors.entry((control.to_owned(), tab)).or_default()
    }

    /// Tells how many rows of a tab fit on the screen.
    pub fn shows(&self, control: &str, tab: Tab, height: usize) {
        if let Some(cursor) = self.cursors.get(&(control.to_owned(), tab)) {
            cursor.shows(height);
        }
    }

    /// How far the guidance of a control, or the words of an area, are scrolled.
    pub fn scroll(&mut self, id: &str) -> &mut Scroll {
        self.scrolls.entry(id.to_owned()).or_default()
    }

    /// The first line of these words to draw.
    #[must_use]
    pub fn first_line(&self, id: &str, height: usize, length: usize) -> usize {
        self.scrolls.get(id).map_or(0, |s| s.first(height, length))
    }

    /// Goes to something; whether it exists.
    pub fn go_to(&mut self, target: &Target, guidance: &Guidance, evidence: &[&str]) -> bool {
        let (control_id, tab, item) = match target {
            Target::Area(number) => {
                let Some(area) = guidance.areas.iter().position(|a| a.number == *number) else { return false };
                (self.area, self.control, self.pane) = (area, None, Pane::Areas);
                return true;
            }
            Target::Control(id) => (id.as_str(), self.tab, ""),
            Target::Check(id) => (id.split_once('/').map_or(id.as_str(), |(control, _)| control), Tab::Checks, id.as_str()),
            Target::Question(id) | Target::Practice(id) => {
                let control = id.match_indices('.').nth(1).map_or(id.as_str(), |(at, _)| &id[..at]);
                let tab = if matches!(target, Target::Question(_)) { Tab::Questions } else { Tab::Result };
                (control, tab, id.as_str())
            }
            Target::Evidence(reference) => {
                let here = self.here(guidance).map(|c| c.id.clone()).unwrap_or_default();
                let at = evidence.iter().position(|e| e == reference).unwrap_or(0);
                self.cursor(&here, Tab::Evidence).at = at;
                (self.tab, self.pane) = (Tab::Evidence, Pane::Work);
                return true;
            }
        };
        let Some((area, control)) = find(guidance, control_id) else { return false };
        (self.area, self.control, self.tab, self.pane) = (area, Some(control), tab, Pane::Work);
        let control = &guidance.areas[area].controls[control];
        if let Some(at) = row_of(control, tab, item) {
            self.cursor(&control.id, tab).at = at;
        }
        true
    }
}

/// The checks of a control, as the tab lists them.
#[must_use]
pub fn checks_of(control: &Control) -> Vec<&'static Check> {
    checks::of_control(&control.id).collect()
}

/// The id of a row of a tab: of a check, question or practice.
#[must_use]
pub fn item_at(control: &Control, tab: Tab, row: usize) -> Option<&str> {
    match tab {
        Tab::Checks => checks::of_control(&control.id).nth(row).map(|c| c.id),
        Tab::Questions => control.questions.get(row).map(|q| q.id.as_str()),
        Tab::Result => control.practices.get(row).map(|p| p.id.as_str()),
        Tab::Guidance | Tab::Evidence => None,
    }
}

fn row_of(control: &Control, tab: Tab, item: &str) -> Option<usize> {
    match tab {
        Tab::Checks => checks::of_control(&control.id).position(|c| c.id == item),
        Tab::Questions => control.questions.iter().position(|q| q.id == item),
        Tab::Result => control.practices.iter().position(|p| p.id == item),
        Tab::Guidance | Tab::Evidence => None,
    }
}

/// Area and control of an id, by index.
fn find(guidance: &Guidance, control: &str) -> Option<(usize, usize)> {
    guidance.areas.iter().enumerate().find_map(|(at, area)| area.controls.iter().position(|c| c.id == control).map(|nth| (at, nth)))
}
