//! The walk as linear text: what the session has to tell goes out, a line comes in. A line is taken only when all that came of the one before is there,
//! so that it means the same whether a person types it or a script does.

use super::runner::{Asked, Runner};
use super::{Start, editor, suspend};
use crate::plain::input::{Input, Line};
use crate::plain::output::{hand_over, say};
use crate::plain::progress::{News, under_way};
use crate::plain::voice::Voice;
use crate::tui::terminal::Endings;
use kassay_core::guidance::Guidance;
use kassay_core::session::{Action, Form, Layer, Session, Urgency};
use std::io::{self, IsTerminal as _};
use std::time::Duration;

/// How often it is looked whether everything is at rest.
const LOOK: Duration = Duration::from_millis(20);

/// Why it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Somebody left.
    Left,
    /// There is no more input.
    Input,
    /// A signal asked for it.
    Asked,
}

/// The walk, and what it speaks and hears through.
struct Linear {
    runner: Runner,
    voice: Voice,
    news: News,
    input: Input,
    endings: Endings,
    /// A line that came while something was under way, and is meant for afterwards.
    held: Option<Line>,
}

/// Runs the walk until its user leaves it, or the input ends.
///
/// # Errors
/// Where no thread can be started, or nobody listens any more.
pub(super) async fn walk(start: Start, guidance: &'static Guidance) -> anyhow::Result<()> {
    let mut linear = Linear {
        runner: Runner::new(guidance, true)?,
        voice: Voice::default(),
        news: News::default(),
        input: Input::listen()?,
        endings: Endings::listen()?,
        held: None,
    };
    linear.runner.begin(start);
    let end = linear.run().await;
    let left = left(&linear.runner.session, end.as_ref().ok());
    linear.runner.end();
    let said = end.and_then(|_| say(left));
    said.map_err(|error| {
        tracing::error!("nobody listens any more: {error}; what was accepted before is kept, and the assessment is closed");
        anyhow::anyhow!("nobody listens any more ({error}); what was accepted before is kept")
    })
}

/// What is told at the end: where everything is, and what is not.
fn left(session: &Session, end: Option<&End>) -> Vec<String> {
    let mut says: Vec<String> = vec![];
    if end == Some(&End::Input) {
        says.push("The input ended.".to_owned());
    }
    let Some(book) = session.book.as_ref() else {
        says.push("Left Kassay.".to_owned());
        return says;
    };
    for edit in &session.unsaved {
        says.push(format!("Error: this could not be saved, and is lost: {}.", edit.edit.what));
    }
    let is_typed = |form: &Form| form.touched;
    let typed = session.layers.iter().filter(|layer| matches!(layer, Layer::Form(form) if is_typed(form))).count() + session.drafts.len();
    if typed > 0 && book.held_by.is_none() {
        says.push("What you typed in forms and did not save is kept beside, and stands there when you open them again.".to_owned());
    }
    says.push(format!("Left Kassay. All that was accepted is saved in {}.", book.dir.display()));
    says
}

impl Linear {
    async fn run(&mut self) -> io::Result<End> {
        say(["Kassay in plain text. An empty line goes to what needs you next; ? lists what can be done; help explains."])?;
        loop {
            if let Some(end) = self.settle().await? {
                return Ok(end);
            }
            say(self.voice.tell(&self.runner.session))?;
            self.dismiss();
            say(self.voice.prompt(&self.runner.session))?;
            let line = match self.held.take() {
                Some(line) => line,
                None => match self.listen().await? {
                    Ok(line) => line,
                    Err(end) => return Ok(end),
                },
            };
            let end = match line {
                Line::End => Some(self.finish().await?),
                Line::NoText(why) => {
                    say([why])?;
                    None
                }
                Line::Text(line) => self.perform(&line).await?,
            };
            if end.is_some() {
                return Ok(end.unwrap_or(End::Left));
            }
        }
    }

    /// Waits until all that was begun is there, and tells how far it is meanwhile.
    async fn settle(&mut self) -> io::Result<Option<End>> {
        loop {
            let asked = self.runner.catch_up();
            if let Some(end) = self.follow(asked).await? {
                return Ok(Some(end));
            }
            say(self.news.of(&self.runner.session))?;
            say(self.voice.messages(&self.runner.session))?;
            let work = under_way(&self.runner.session);
            if work.is_none() && self.runner.is_at_rest() {
                return Ok(None);
            }
            let hears = work.is_some() && self.held.is_none();
            let action = tokio::select! {
                action = self.runner.arrival() => action,
                signal = self.endings.next() => match ends(signal) {
                    true => return Ok(Some(End::Asked)),
                    false => Some(Voice::interrupt(&self.runner.session)),
                },
                line = self.input.next(), if hears => {
                    let session = &self.runner.session;
                    let stops = match (&line, work) {
                        (Line::Text(line), Some(work)) => Voice::interrupts(session, work, line),
                        _ => None,
                    };
                    if stops.is_none() {
                        self.held = Some(line);
                    }
                    stops
                },
                () = tokio::time::sleep(LOOK) => Some(Action::Tick(jiff::Timestamp::now())),
            };
            let asked = self.runner.act(action);
            if let Some(end) = self.follow(asked).await? {
                return Ok(Some(end));
            }
        }
    }

    /// The next line, while what runs beside goes on.
    async fn listen(&mut self) -> io::Result<Result<Line, End>> {
        loop {
            let wait = self.runner.patience();
            let action = tokio::select! {
                line = self.input.next() => return Ok(Ok(line)),
                action = self.runner.arrival() => action,
                signal = self.endings.next() => match ends(signal) {
                    true => return Ok(Err(End::Asked)),
                    false => Some(Voice::interrupt(&self.runner.session)),
                },
                () = tokio::time::sleep(wait) => Some(Action::Tick(jiff::Timestamp::now())),
            };
            let asked = self.runner.act(action);
            if let Some(end) = self.follow(asked).await? {
                return Ok(Err(end));
            }
            say(self.voice.messages(&self.runner.session))?;
        }
    }

    /// There is no more input: what still runs beside is waited for, so that nothing of it is lost.
    async fn finish(&mut self) -> io::Result<End> {
        while runs(&self.runner.session) || !self.runner.is_at_rest() {
            let action = tokio::select! {
                action = self.runner.arrival() => action,
                _ = self.endings.next() => return Ok(End::Asked),
                () = tokio::time::sleep(LOOK) => Some(Action::Tick(jiff::Timestamp::now())),
            };
            self.runner.act(action);
            say(self.voice.messages(&self.runner.session))?;
        }
        Ok(End::Input)
    }

    /// Does what a line asks for.
    async fn perform(&mut self, line: &str) -> io::Result<Option<End>> {
        let heard = self.voice.hear(&self.runner.session, line);
        say(&heard.says)?;
        let mut asked = Asked::default();
        for action in heard.actions {
            asked |= self.runner.act(Some(action));
        }
        if heard.next_row {
            for action in self.voice.go_on(&self.runner.session) {
                asked |= self.runner.act(Some(action));
            }
        }
        self.follow(asked).await
    }

    /// Does what only the shell can.
    async fn follow(&mut self, asked: Asked) -> io::Result<Option<End>> {
        if asked.quits {
            return Ok(Some(End::Left));
        }
        for text in asked.copied {
            say(["Nothing is copied in plain text; here it is, up to the line that says so:"])?;
            hand_over(&text)?;
            say(["That was all of it."])?;
        }
        if asked.mouse {
            say(["There is no mouse in plain text."])?;
        }
        if asked.suspends {
            match io::stdin().is_terminal() {
                true => suspend::stop().await?,
                false => say(["Only a program in a terminal can be stopped until its shell lets it go on."])?,
            }
        }
        if asked.edits {
            let back = editor::edit_plainly(&self.runner.session, &mut self.endings).await;
            let quits = self.runner.act(Some(back.action)).quits;
            if back.end.is_some() {
                return Ok(Some(End::Asked));
            }
            return Ok(quits.then_some(End::Left));
        }
        Ok(None)
    }

    /// Closes what had to be read: it was told.
    fn dismiss(&mut self) {
        let stays = |session: &Session| session.messages.iter().any(|m| matches!(m.level, Urgency::Warning | Urgency::Error));
        while self.runner.session.pending.is_none() && stays(&self.runner.session) {
            self.runner.act(Some(Action::Back));
        }
        self.voice.messages(&self.runner.session);
    }
}

/// Whether something runs beside that would be lost.
fn runs(session: &Session) -> bool {
    session.reading.as_ref().is_some_and(|reading| reading.failed.is_none() && reading.arrived.is_none())
        || session.probing.as_ref().is_some_and(|probing| probing.running.is_some())
        || session.export.running.is_some()
}

/// Whether a signal ends the program; Ctrl-C is heard as elsewhere.
fn ends(signal: &str) -> bool {
    !matches!(signal, "SIGINT" | "Ctrl-C")
}
