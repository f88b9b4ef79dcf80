//! Standard input, a line at a time, on a thread of its own. A line is read only once it is asked for, so that an editor that was started meanwhile gets
//! what is typed.

use std::io::{self, BufRead as _};
use std::sync::mpsc::{Sender, channel};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A line, without what ends it.
    Text(String),
    /// A line that is no text; why.
    NoText(String),
    /// There are no more.
    End,
}

/// Lines as they come.
pub struct Input {
    ask: Sender<()>,
    lines: UnboundedReceiver<Line>,
    asked: bool,
}

impl Input {
    /// Starts the thread. It ends with the process: nobody can be sure that another line ever comes.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub fn listen() -> io::Result<Self> {
        let (ask, asked) = channel();
        let (tell, lines) = unbounded_channel();
        std::thread::Builder::new().name("lines".to_owned()).spawn(move || {
            let mut first = true;
            while asked.recv().is_ok() {
                let line = read(&mut first);
                if tell.send(line).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { ask, lines, asked: false })
    }

    /// The next line. What waits for it may be dropped: the line is there the next time.
    pub async fn next(&mut self) -> Line {
        if !self.asked {
            // The thread is gone only where the process ends.
            self.asked = self.ask.send(()).is_ok();
        }
        let line = self.lines.recv().await.unwrap_or(Line::End);
        self.asked = false;
        line
    }
}

fn read(first: &mut bool) -> Line {
    let mut bytes = vec![];
    match io::stdin().lock().read_until(b'\n', &mut bytes) {
        Ok(0) | Err(_) => return Line::End,
        Ok(_) => {}
    }
    let begins = std::mem::take(first);
    match std::str::from_utf8(&bytes) {
        Ok(text) => {
            let text = text.strip_suffix('\n').unwrap_or(text);
            let text = text.strip_suffix('\r').unwrap_or(text);
            // Some editors begin a file with a mark.
            Line::Text(if begins { text.trim_start_matches('\u{feff}') } else { text }.to_owned())
        }
        Err(error) => Line::NoText(format!("That line is no text in UTF-8 (from byte {} on), and was not taken.", error.valid_up_to() + 1)),
    }
}
