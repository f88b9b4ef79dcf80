//! Following leads: features don't know each other, so where one leads to another it says so, and the way is gone here.

use super::book::layer::Layer;
use super::book::lead::{Lead, Next};
use super::effect::Effect;
use super::state::Session;
use super::{answer, determine, evidence, exceptions, home, new, probes, reading, remediation, walk};

impl Session {
    /// Goes where an action leads; what the world is asked to do.
    pub(super) fn follow(&mut self, next: Next) -> Vec<Effect> {
        let Next { mut effects, mut lead } = next;
        while let Some(way) = lead {
            let next = self.go(way);
            effects.extend(next.effects);
            lead = next.lead;
        }
        effects
    }

    fn go(&mut self, lead: Lead) -> Next {
        let desk = &mut self.desk;
        match lead {
            Lead::Home => self.let_go(),
            Lead::New => new::start(&mut self.new, desk),
            Lead::Files => {
                new::ask_files(desk);
                Next::NONE
            }
            Lead::AddCluster => new::add_cluster(&mut self.new, desk),
            Lead::Made { dir, workbook, source } => {
                self.after_open = source;
                self.home.opening = Some(dir.clone().unwrap_or_default());
                Next::from(Effect::CreateWorkbook { dir, workbook })
            }
            Lead::Read { key, source, again } => {
                if desk.book.is_some() {
                    self.new = None;
                }
                reading::start(&mut self.reading, desk, key, source, again)
            }
            Lead::Shown => {
                self.findings.reload(desk);
                self.all_findings.renew(desk);
                self.pictures()
            }
            Lead::Renewed(key) => {
                self.segmentation.forget(&key);
                self.access.forget(&key);
                self.trials.forget(&key);
                self.findings.reload(desk);
                self.all_findings.renew(desk);
                self.pictures()
            }
            Lead::Walk(target) => {
                walk::go_to(desk, &target);
                Next::NONE
            }
            Lead::WalkOn { cluster, target } => {
                if let Some(book) = desk.book.as_mut()
                    && let Some(at) = book.clusters.iter().position(|c| c.key == cluster)
                {
                    book.cluster = at;
                }
                walk::go_to(desk, &target);
                Next::from(Lead::Shown)
            }
            Lead::Findings(check) => {
                self.findings.open(desk, check);
                Next::NONE
            }
            Lead::Finding { cluster, check, id } => {
                if let Some(book) = desk.book.as_mut()
                    && let Some(at) = book.clusters.iter().position(|c| c.key == cluster)
                {
                    book.cluster = at;
                }
                self.findings.reload(desk);
                self.findings.open_one(desk, &check, id);
                Next::NONE
            }
            Lead::Answer => answer::update(desk, answer::Action::Open),
            Lead::Determine => determine::update(desk, determine::Action::Open),
            Lead::EvidenceOf { question, practices, file } => {
                answer::open_at_evidence(desk, &question);
                evidence::open(desk, practices, vec![question], &file);
                Next::NONE
            }
            Lead::Keep(kept) => evidence::keep_findings(desk, kept),
            Lead::Mend(wrong) => remediation::begin(desk, *wrong),
            Lead::Except(what) => {
                exceptions::open(desk, what);
                Next::NONE
            }
        }
    }

    /// Asks for what the screen on top shows of the shown cluster, where that is not worked out yet.
    fn pictures(&mut self) -> Next {
        match self.desk.top() {
            Layer::Segmentation(_) | Layer::Flows => self.segmentation.wanted(&self.desk),
            Layer::Access | Layer::Holder { .. } => self.access.wanted(&self.desk),
            Layer::Trial | Layer::Witness { .. } => self.trials.wanted(&self.desk),
            Layer::Fleet => self.fleet.wanted(&self.desk),
            _ => Next::NONE,
        }
    }

    /// Opens what is referred to here: the report, the file of a piece of evidence, the first reference of the control.
    pub(super) fn reference(&mut self) -> Next {
        let desk = &mut self.desk;
        match desk.top() {
            Layer::Export => self.export.open_written(),
            Layer::Walk if desk.is_on_evidence() => evidence::open_file(desk),
            Layer::Register(_) => evidence::open_file(desk),
            _ => {
                desk.go_to_finding();
                walk::open_reference(desk)
            }
        }
    }

    /// What belongs to the open assessment is forgotten, because another one is open, or none.
    pub(super) fn forget_book(&mut self) {
        self.findings = Default::default();
        self.all_findings = Default::default();
        self.access = Default::default();
        self.trials = Default::default();
        self.segmentation = Default::default();
        self.fleet = Default::default();
        self.compare = Default::default();
    }

    /// Lets go of the assessment, and lists all of them.
    pub(super) fn let_go(&mut self) -> Next {
        let (reading, probing) = (self.reading.take(), self.probing.take());
        self.forget_book();
        let mut effects = vec![];
        if reading::is_running(reading.as_ref()) {
            effects.push(Effect::CancelCollect);
        }
        if probes::is_running(probing.as_ref()) {
            effects.push(Effect::CancelProbes);
        }
        let left = home::leave_book(&mut self.desk);
        effects.extend(left.effects);
        Next::from(effects)
    }
}
