//! What opens the walk, and its loop on screens: an event becomes an action, the action changes the session, its effects are carried out
//! beside, the screen is drawn. `linear` is the loop of plain text. Nothing here waits for a disk or a cluster: the store has a thread of its own, everything else is a task,
//! and what comes of it returns as an action.

pub mod begin;
pub mod compare;
mod copy;
mod editor;
mod exporting;
mod files;
mod first;
mod flights;
mod keeper;
mod linear;
mod look;
mod reading;
mod runner;
mod suspend;
mod tasks;

use crate::collect::SourceSpec;
use crate::config::Settings;
use crate::tui::ground::Heard;
use crate::tui::terminal::{Endings, Events, Screen, breakdowns, panic_if_asked};
use crate::tui::widgets::area;
use crate::tui::{draw, keymap, mouse};
use anyhow::Context as _;
use crossterm::event::{Event, KeyEventKind};
use kassay_core::guidance::Guidance;
use kassay_core::session::{self, Action, Context, Message, Session, Typed};
use kassay_core::workbook::Workbook;
use look::Look;
use runner::Runner;
use std::path::PathBuf;
use std::time::Duration;

/// How long the first frame waits for the terminal to tell its ground. What it tells later counts too.
const FOR_AN_ANSWER: Duration = Duration::from_millis(50);

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

/// Runs the walk until its user leaves it: on screens, or as plain text.
///
/// # Errors
/// Where the terminal or the settings can't be used, or the terminal went away.
pub fn run(start: Start, plain: bool) -> anyhow::Result<()> {
    let settings = Settings::load().context("the settings can't be used")?;
    let guidance = Guidance::shipped().map_err(|e| anyhow::anyhow!("{e}"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let result = match plain {
        true => runtime.block_on(linear::walk(start, guidance)),
        false => runtime.block_on(walk(start, guidance, &settings)),
    };
    // A task that hangs in a login plugin must not keep the program from ending.
    runtime.shutdown_timeout(Duration::from_millis(200));
    result
}

async fn walk(start: Start, guidance: &'static Guidance, settings: &Settings) -> anyhow::Result<()> {
    let look = Look::of(settings);
    let mut runner = Runner::new(guidance, false)?;
    let mut endings = Endings::listen()?;
    let mut screen = Screen::enter(!settings.no_mouse).context("the terminal can't be used")?;
    let mut events = Events::listen()?;
    // What is opened first is read while the terminal is asked.
    runner.begin(start);
    let ground = match look.asks() && screen.ask_for_ground().is_ok() {
        true => events.ground(FOR_AN_ANSWER).await,
        false => None,
    };
    let mut answered = ground.is_some();
    if answered {
        screen.listen_for_focus()?;
    }
    let (mut theme, fault) = look.theme(ground);
    runner
        .session
        .messages
        .extend(fault.map(|why| Message::warning("The theme can't be used", format!("{why}. The usual one is shown instead."))));
    let mut gone = false;
    screen.draw(|frame| draw(frame, &runner.session, &theme))?;
    loop {
        let wait = runner.patience();
        let action = tokio::select! {
            event = events.next() => match event {
                // Whoever gave the terminal other colours did so in another window.
                Some(Heard::Event(Event::FocusGained)) if answered => {
                    gone = screen.ask_for_ground().is_err();
                    None
                }
                Some(Heard::Event(event)) => of_event(&runner.session, event),
                // An answer that came late, or another than before.
                Some(Heard::Ground(ground)) => {
                    theme = look.theme(Some(ground)).0;
                    // Only a terminal that answers is asked again.
                    if !std::mem::replace(&mut answered, true) {
                        gone = screen.listen_for_focus().is_err();
                    }
                    None
                }
                None => {
                    gone = true;
                    break;
                }
            },
            Some(action) = runner.arrival() => Some(action),
            _ = endings.next() => break,
            () = tokio::time::sleep(wait) => Some(Action::Tick(jiff::Timestamp::now())),
        };
        let mut asked = runner.act(action);
        asked |= runner.catch_up();
        for words in breakdowns() {
            let why = format!("A part of the program broke down: {words}");
            runner.act(Some(Action::NotDone(why)));
        }
        if asked.edits && !asked.quits {
            let back = editor::edit(&runner.session, &mut screen, &mut events, &mut endings).await;
            asked |= runner.act(Some(back.action));
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
            runner.act(Some(Action::Told(words)));
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
        if let Err(error) = screen.draw(|frame| draw(frame, &runner.session, &theme)) {
            tracing::warn!("a frame can't be drawn: {error}");
            gone = true;
            break;
        }
    }
    // The terminal goes first: whoever ended the program by force may not have much patience.
    drop(screen);
    runner.end();
    if gone {
        tracing::error!("the terminal is gone; what was accepted before is kept, and the assessment is closed");
        anyhow::bail!("the terminal is gone; what was accepted before is kept");
    }
    Ok(())
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
