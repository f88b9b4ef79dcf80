//! What opens the screen: the loop of the walk. An event becomes an action, the action changes the session, its effects are carried out
//! beside, the screen is drawn. Nothing here waits for a disk or a cluster: the store has a thread of its own, everything else is a task,
//! and what comes of it returns as an action.

pub mod begin;
pub mod compare;
mod copy;
mod editor;
mod exporting;
mod files;
mod first;
mod keeper;
mod look;
mod reading;
mod suspend;
mod tasks;

use crate::collect::SourceSpec;
use crate::config::{self, Settings};
use crate::tui::ground::Heard;
use crate::tui::terminal::{Endings, Events, Screen, breakdowns, panic_if_asked};
use crate::tui::widgets::area;
use crate::tui::{draw, keymap, mouse};
use anyhow::Context as _;
use crossterm::event::{Event, KeyEventKind};
use kassay_core::guidance::Guidance;
use kassay_core::session::{self, Action, Context, Effect, Message, Session, Typed, update};
use kassay_core::workbook::Workbook;
use look::Look;
use std::path::PathBuf;
use std::time::Duration;
use tasks::World;
use tokio::sync::mpsc;

/// How long the first frame waits for the terminal to tell its ground. What it tells later counts too.
const FOR_AN_ANSWER: Duration = Duration::from_millis(80);

/// How the walk begins.
#[derive(Clone, Debug, PartialEq)]
pub enum Start {
    /// With the list of assessments.
    Home,
    /// In an assessment.
    Open(PathBuf),
    /// In the cluster that comes with the program, kept where a folder is named.
    Demo {
        /// The folder.
        workbook: Option<PathBuf>,
    },
    /// With a new assessment.
    New {
        /// Its folder.
        workbook: PathBuf,
        /// The cluster.
        source: SourceSpec,
        /// Who says that its files are the whole of it, where somebody does.
        complete: Option<String>,
    },
    /// With a new assessment that is begun from the one before.
    Next {
        /// Its folder.
        dir: PathBuf,
        /// What goes in.
        workbook: Box<Workbook>,
    },
}

/// Runs the walk until its user leaves it.
///
/// # Errors
/// Where the terminal or the settings can't be used, or the terminal went away.
pub fn run(start: Start) -> anyhow::Result<()> {
    let settings = Settings::load().context("the settings can't be used")?;
    let guidance = Guidance::shipped().map_err(|e| anyhow::anyhow!("{e}"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let result = runtime.block_on(walk(start, guidance, &settings));
    // A task that hangs in a login plugin must not keep the program from ending.
    runtime.shutdown_timeout(Duration::from_millis(200));
    result
}

async fn walk(start: Start, guidance: &'static Guidance, settings: &Settings) -> anyhow::Result<()> {
    let look = Look::of(settings);
    let zone = jiff::tz::TimeZone::system();
    let mut session = Session::new(guidance, &config::user(), jiff::Timestamp::now(), zone);
    session.home.root = config::assessments().unwrap_or_default();
    let (sender, mut arrivals) = mpsc::unbounded_channel();
    let mut world = World::new(session.home.root.clone(), sender)?;
    let mut endings = Endings::listen()?;
    let mut screen = Screen::enter(!settings.no_mouse).context("the terminal can't be used")?;
    let mut events = Events::listen()?;
    let ground = match look.asks() && screen.ask_for_ground().is_ok() {
        true => events.ground(FOR_AN_ANSWER).await,
        false => None,
    };
    let (mut theme, fault) = look.theme(ground);
    session
        .messages
        .extend(fault.map(|why| Message::warning("The theme can't be used", format!("{why}. The usual one is shown instead."))));
    let mut gone = false;
    screen.draw(|frame| draw(frame, &session, &theme))?;
    for action in first::first(start) {
        match action {
            first::First::Effect(effect) => world.carry_out(effect),
            first::First::Action(action) => {
                let effects = update(&mut session, action);
                carry_out_all(&mut world, effects);
            }
        }
    }
    loop {
        let wait = match () {
            () if is_busy(&session) => Duration::from_millis(120),
            // What was typed last is kept soon, also where nothing more is typed.
            () if session.is_behind() => Duration::from_secs(1),
            () => Duration::from_secs(10),
        };
        let action = tokio::select! {
            event = events.next() => match event {
                Some(Heard::Event(event)) => of_event(&session, event),
                // An answer that came late, or another than before.
                Some(Heard::Ground(ground)) => {
                    theme = look.theme(Some(ground)).0;
                    None
                }
                None => {
                    gone = true;
                    break;
                }
            },
            Some(action) = arrivals.recv() => Some(action),
            _ = endings.next() => break,
            () = tokio::time::sleep(wait) => Some(Action::Tick(jiff::Timestamp::now())),
        };
        let mut asked = act(&mut session, &mut world, action);
        // Progress comes faster than it can be drawn.
        for _ in 0..256 {
            let Ok(next) = arrivals.try_recv() else { break };
            asked |= act(&mut session, &mut world, Some(next));
        }
        for words in breakdowns() {
            let why = format!("A part of the program broke down: {words}");
            act(&mut session, &mut world, Some(Action::NotDone(why)));
        }
        if asked.edits && !asked.quits {
            let back = editor::edit(&session, &mut screen, &mut events, &mut endings).await;
            asked |= act(&mut session, &mut world, Some(back.action));
            gone = back.end == Some(editor::End::Gone);
            asked.quits |= back.end.is_some();
        }
        if asked.quits {
            break;
        }
        if asked.mouse {
            let words = match screen.switch_mouse() {
                Ok(true) => "The mouse works here again; F2 leaves it to the terminal.".to_owned(),
                Ok(false) => "The mouse is left to the terminal, to select text with it; F2 takes it again.".to_owned(),
                Err(error) => format!("The mouse can't be switched: {error}."),
            };
            act(&mut session, &mut world, Some(Action::Told(words)));
        }
        if asked.suspends {
            if suspend::suspend(&mut screen).await.is_err() {
                gone = true;
                break;
            }
            // Meanwhile the terminal may have got other colours.
            if look.asks() && screen.ask_for_ground().is_err() {
                gone = true;
                break;
            }
        }
        if let Err(error) = screen.draw(|frame| draw(frame, &session, &theme)) {
            tracing::warn!("a frame can't be drawn: {error}");
            gone = true;
            break;
        }
    }
    // The terminal goes first: whoever ended the program by force may not have much patience.
    drop(screen);
    let effects = update(&mut session, Action::End);
    carry_out_all(&mut world, effects);
    // What was sent to be saved is saved before the program ends.
    world.close();
    if gone {
        tracing::error!("the terminal is gone; what was accepted before is kept, and the assessment is closed");
        anyhow::bail!("the terminal is gone; what was accepted before is kept");
    }
    Ok(())
}

/// What is asked of the loop itself.
#[derive(Clone, Copy, Default)]
struct Asked {
    /// To end.
    quits: bool,
    /// To give the terminal to an editor.
    edits: bool,
    /// To stop until the shell lets it go on.
    suspends: bool,
    /// To leave the mouse to the terminal, or take it again.
    mouse: bool,
}

impl std::ops::BitOrAssign for Asked {
    fn bitor_assign(&mut self, other: Self) {
        self.quits |= other.quits;
        self.edits |= other.edits;
        self.suspends |= other.suspends;
        self.mouse |= other.mouse;
    }
}

/// Changes the session and starts what follows.
fn act(session: &mut Session, world: &mut World, action: Option<Action>) -> Asked {
    let Some(action) = action else { return Asked::default() };
    if action.is_by_person() {
        update(session, Action::Tick(jiff::Timestamp::now()));
    }
    carry_out_all(world, update(session, action))
}

fn carry_out_all(world: &mut World, effects: Vec<Effect>) -> Asked {
    let mut asked = Asked::default();
    for effect in effects {
        match effect {
            Effect::Quit => asked.quits = true,
            Effect::Edit => asked.edits = true,
            Effect::Suspend => asked.suspends = true,
            Effect::Mouse => asked.mouse = true,
            effect => world.carry_out(effect),
        }
    }
    asked
}

/// Whether something turns that a spinner tells of.
fn is_busy(session: &Session) -> bool {
    use kassay_core::session::Flight;
    session.pending.is_some()
        || session.reading.as_ref().is_some_and(|r| r.failed.is_none())
        || session.export.running.is_some()
        || session.new.as_ref().is_some_and(|n| matches!(n.flight, Flight::Running))
        || session.book.as_ref().is_some_and(|b| b.clusters.iter().any(|c| c.loading || c.judging))
}

/// What an event of the terminal means now.
fn of_event(session: &Session, event: Event) -> Option<Action> {
    panic_if_asked(&event);
    let action = match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => keymap::action(session, &key),
        Event::Mouse(event) => mouse::action(&event),
        Event::Paste(text) if session.context().takes_text() => Some(Action::Type(Typed::Text(text))),
        Event::Paste(text) if is_dropped_file(session, &text) => Some(Action::Evidence(session::evidence::Action::Drop(text))),
        // A new size only needs a new frame.
        Event::Resize(..) => Some(Action::Tick(jiff::Timestamp::now())),
        _ => None,
    };
    action.map(|action| area::heard(session, action))
}

/// Terminals paste the paths of files that are dropped on them.
fn is_dropped_file(session: &Session, text: &str) -> bool {
    let work = [Context::Guidance, Context::Checks, Context::Questions, Context::Evidence, Context::Result];
    let is_path = |line: &str| {
        let path = line.trim().trim_start_matches(['\'', '"']);
        path.starts_with('/') || path.starts_with("file://")
    };
    work.contains(&session.context()) && !text.trim().is_empty() && text.trim().lines().all(is_path)
}
