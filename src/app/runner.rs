//! What every way of showing the walk stands on: the session, the world in which its effects are carried out, and what comes back from there.
//! A shell hands in what a person does, shows the session, and does itself what only it can: that is told in [`Asked`].

use super::Start;
use super::first::{self, First};
use super::tasks::World;
use crate::config;
use kassay_core::guidance::Guidance;
use kassay_core::session::{Action, Effect, Flight, Session, update};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Arrivals that are taken at once: progress comes faster than it can be shown.
const AT_ONCE: usize = 256;

/// The walk without anything that shows it.
pub(super) struct Runner {
    /// What is shown.
    pub session: Session,
    world: World,
    arrivals: UnboundedReceiver<Action>,
    /// Whether a text that is copied is handed to the shell, and not to the clipboard of the terminal.
    tells_copies: bool,
}

/// What is asked of the shell.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    /// To end.
    pub quits: bool,
    /// To give the terminal to an editor.
    pub edits: bool,
    /// To stop until the shell lets it go on.
    pub suspends: bool,
    /// To leave the mouse to the terminal, or take it again.
    pub mouse: bool,
    /// To hand these texts over, where it does that itself.
    pub copied: Vec<String>,
}

impl std::ops::BitOrAssign for Asked {
    fn bitor_assign(&mut self, other: Self) {
        self.quits |= other.quits;
        self.edits |= other.edits;
        self.suspends |= other.suspends;
        self.mouse |= other.mouse;
        self.copied.extend(other.copied);
    }
}

impl Runner {
    /// A walk with nothing open. Must be called where tasks can be started.
    ///
    /// # Errors
    /// Where the store can't have a thread.
    pub fn new(guidance: &'static Guidance, tells_copies: bool) -> std::io::Result<Self> {
        let mut session = Session::new(guidance, &config::user(), jiff::Timestamp::now(), jiff::tz::TimeZone::system());
        session.home.root = config::assessments().unwrap_or_default();
        let (sender, arrivals) = unbounded_channel();
        let world = World::new(session.home.root.clone(), sender)?;
        Ok(Self { session, world, arrivals, tells_copies })
    }

    /// Does what is done first.
    pub fn begin(&mut self, start: Start) {
        for action in first::first(start) {
            match action {
                First::Effect(effect) => self.world.carry_out(effect),
                First::Action(action) => {
                    let effects = update(&mut self.session, action);
                    self.carry_out(effects);
                }
            }
        }
    }

    /// The next thing that comes back.
    pub async fn arrival(&mut self) -> Option<Action> {
        self.arrivals.recv().await
    }

    /// How long nothing may happen before the time is told to the session.
    pub fn patience(&self) -> Duration {
        match () {
            () if self.is_busy() => Duration::from_millis(120),
            // What was typed last is kept soon, also where nothing more is typed.
            () if self.session.is_behind() => Duration::from_secs(1),
            () => Duration::from_secs(10),
        }
    }

    /// Changes the session and starts what follows.
    pub fn act(&mut self, action: Option<Action>) -> Asked {
        let Some(action) = action else { return Asked::default() };
        if action.is_by_person() {
            update(&mut self.session, Action::Tick(jiff::Timestamp::now()));
        }
        let effects = update(&mut self.session, action);
        self.carry_out(effects)
    }

    /// Takes what has come back meanwhile.
    pub fn catch_up(&mut self) -> Asked {
        let mut asked = Asked::default();
        for _ in 0..AT_ONCE {
            let Ok(next) = self.arrivals.try_recv() else { break };
            asked |= self.act(Some(next));
        }
        asked
    }

    /// Whether all that was asked for has come back and was taken, but for what takes long.
    pub fn is_at_rest(&self) -> bool {
        self.world.is_at_rest() && self.arrivals.is_empty()
    }

    /// Ends what runs beside, keeps where one stopped, and waits for what was sent to be saved.
    pub fn end(mut self) {
        let effects = update(&mut self.session, Action::End);
        self.carry_out(effects);
        self.world.close();
    }

    fn carry_out(&mut self, effects: Vec<Effect>) -> Asked {
        let mut asked = Asked::default();
        for effect in effects {
            match effect {
                Effect::Quit => asked.quits = true,
                Effect::Edit => asked.edits = true,
                Effect::Suspend => asked.suspends = true,
                Effect::Mouse => asked.mouse = true,
                Effect::Copy(text) if self.tells_copies => asked.copied.push(text),
                Effect::CopyRole if self.tells_copies => {
                    asked.copied.push(crate::collect::cluster_role(crate::collect::Without::default()))
                }
                effect => self.world.carry_out(effect),
            }
        }
        asked
    }

    /// Whether something turns that a spinner tells of.
    fn is_busy(&self) -> bool {
        let session = &self.session;
        session.pending.is_some()
            || session.reading.as_ref().is_some_and(|r| r.failed.is_none())
            || session.export.running.is_some()
            || session.new.as_ref().is_some_and(|n| matches!(n.flight, Flight::Running))
            || session.book.as_ref().is_some_and(|b| b.clusters.iter().any(|c| c.loading || c.judging))
    }
}
