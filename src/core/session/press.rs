//! What ↵, Esc and a click do to the layer on top: into a thing, out of it again, onto a row.

use crate::session::action::Target;
use crate::session::book::standing::Pane;
use crate::session::effect::Effect;
use crate::session::new::state::Stage;
use crate::session::parts::cursor::{Cursor, Scroll};
use crate::session::parts::message::Message;
use crate::session::{Context, Layer, Session};

impl Session {
    pub(in crate::session) fn enter(&mut self) -> Vec<Effect> {
        match self.layers.last_mut() {
            Some(Layer::Home) => self.enter_home(),
            Some(Layer::New) => self.enter_new(),
            Some(Layer::Walk) => self.enter_walk(),
            Some(Layer::Form(_)) => self.accept_form(),
            Some(Layer::Findings(check)) => {
                let check = check.clone();
                let Some(view) = self.book.as_mut().and_then(|b| b.findings.get_mut(&check)) else { return vec![] };
                if view.filtering {
                    view.filtering = false;
                } else if let Some(id) = view.selected().map(|f| f.id.clone()) {
                    self.layers.push(Layer::Finding { check, id, scroll: Scroll::default() });
                }
                vec![]
            }
            Some(Layer::Summary(cursor)) => match self.guidance.areas.get(cursor.at) {
                Some(area) => self.go_to(&Target::Area(area.number)),
                None => vec![],
            },
            Some(Layer::Find { query, cursor }) => {
                let (query, at) = (query.trimmed().to_owned(), cursor.at);
                self.layers.pop();
                match self.find(&query).into_iter().nth(at) {
                    Some(row) => self.go_to(&row.target),
                    None => vec![],
                }
            }
            Some(Layer::Scope(_)) => self.accept_scope(),
            Some(Layer::Export) => self.export_now(),
            Some(Layer::Access) => {
                self.open_holder();
                vec![]
            }
            Some(Layer::Reading) => {
                if self.reading.as_ref().is_none_or(|r| r.failed.is_some()) {
                    return self.retry_reading();
                }
                // The walk goes on while the cluster is read.
                self.layers.pop();
                vec![]
            }
            Some(Layer::Segmentation { cursor, open }) => {
                if open.is_none() {
                    let at = cursor.at;
                    self.layers.push(Layer::Segmentation { cursor: Cursor::default(), open: Some(at) });
                }
                vec![]
            }
            // Sending is allowed by a key of its own, so that no ↵ out of habit does it; while it is done the walk goes on.
            Some(Layer::Probes) => {
                if self.context() == Context::Probing {
                    self.layers.pop();
                }
                vec![]
            }
            Some(Layer::Finding { .. } | Layer::Holder { .. } | Layer::Help(_) | Layer::Palette { .. }) | None => {
                self.close_top();
                vec![]
            }
        }
    }

    pub(in crate::session) fn back(&mut self) -> Vec<Effect> {
        // What was not read yet is read before anything is closed.
        if self.messages.pop().is_some() {
            return vec![];
        }
        match self.layers.last_mut() {
            Some(Layer::New) => return self.back_new(),
            Some(Layer::Reading) => match self.reading.as_mut() {
                Some(reading) if reading.failed.is_none() => {
                    reading.cancelling = true;
                    return vec![Effect::CancelCollect];
                }
                _ => {
                    self.reading = None;
                    self.layers.pop();
                }
            },
            Some(Layer::Walk) => {
                if let Some(walk) = self.book.as_mut().map(|b| &mut b.walk) {
                    walk.pane = Pane::Areas;
                }
            }
            Some(Layer::Access) => self.back_access(),
            Some(Layer::Probes) => return self.stop_probes(),
            Some(Layer::Findings(check)) => {
                let check = check.clone();
                match self.book.as_mut().and_then(|b| b.findings.get_mut(&check)) {
                    Some(view) if view.filtering || !view.filter.is_empty() || !view.marked.is_empty() => {
                        if view.filtering || view.marked.is_empty() {
                            view.filter.set("");
                        } else {
                            view.marked.clear();
                        }
                        view.filtering = false;
                        view.arrange();
                    }
                    _ => self.close_top(),
                }
            }
            _ => self.close_top(),
        }
        vec![]
    }

    pub(in crate::session) fn select(&mut self, row: usize) -> Vec<Effect> {
        let guidance = self.guidance;
        let cursor = match self.layers.last_mut() {
            Some(Layer::Home) => &mut self.home.cursor,
            Some(Layer::New) => match self.new.as_mut() {
                Some(new) if new.stage == Stage::Scope => &mut new.scope.cursor,
                Some(new) => &mut new.cursor,
                None => return vec![],
            },
            Some(Layer::Walk) => {
                let Some(book) = self.book.as_mut() else { return vec![] };
                let Some(control) = book.walk.here(guidance) else { return vec![] };
                book.walk.pane = Pane::Work;
                let tab = book.walk.tab;
                book.walk.cursor(&control.id, tab)
            }
            Some(Layer::Findings(check)) => match self.book.as_mut().and_then(|b| b.findings.get_mut(check)) {
                Some(view) => &mut view.cursor,
                None => return vec![],
            },
            Some(
                Layer::Summary(cursor) | Layer::Segmentation { cursor, .. } | Layer::Palette { cursor, .. } | Layer::Find { cursor, .. },
            ) => cursor,
            Some(Layer::Scope(editor)) => &mut editor.cursor,
            Some(Layer::Export) => &mut self.export.cursor,
            Some(Layer::Access) => match self.book.as_mut() {
                Some(book) => &mut book.access.cursor,
                None => return vec![],
            },
            _ => return vec![],
        };
        if cursor.at == row && !matches!(self.top(), Layer::Export | Layer::Scope(_) | Layer::Palette { .. }) {
            return self.enter();
        }
        if let Some(cursor) = self.cursor_here() {
            cursor.at = row;
        }
        vec![]
    }

    pub(in crate::session) fn cursor_here(&mut self) -> Option<&mut Cursor> {
        let guidance = self.guidance;
        match self.layers.last_mut()? {
            Layer::Home => Some(&mut self.home.cursor),
            Layer::New => self.new.as_mut().map(|n| if n.stage == Stage::Scope { &mut n.scope.cursor } else { &mut n.cursor }),
            Layer::Walk => {
                let book = self.book.as_mut()?;
                let control = book.walk.here(guidance)?;
                let tab = book.walk.tab;
                Some(book.walk.cursor(&control.id, tab))
            }
            Layer::Findings(check) => self.book.as_mut()?.findings.get_mut(check).map(|v| &mut v.cursor),
            Layer::Summary(cursor) | Layer::Segmentation { cursor, .. } | Layer::Palette { cursor, .. } | Layer::Find { cursor, .. } => {
                Some(cursor)
            }
            Layer::Scope(editor) => Some(&mut editor.cursor),
            Layer::Export => Some(&mut self.export.cursor),
            Layer::Access => Some(&mut self.book.as_mut()?.access.cursor),
            _ => None,
        }
    }

    pub(in crate::session) fn next_cluster(&mut self) {
        let Some(book) = self.book.as_mut() else { return };
        match book.clusters.len() {
            0 | 1 => self.messages.push(Message::info("There is no other cluster in this assessment; + reads one.")),
            n => {
                book.cluster = (book.cluster + 1) % n;
                let key = book.clusters[book.cluster].key.clone();
                self.messages.push(Message::info(format!("Outcomes are those of {key}; proposals are over all clusters.")));
            }
        }
        self.reload_findings();
    }
}
