//! Taking over the terminal and giving it back: after quitting, after a panic, after a signal.
//!
//! What is switched on here (raw mode, alternate screen, mouse, bracketed paste) is switched off by one function that may run twice.

use super::ground::{self, Answers, Ground, Heard};
use super::terse::Terse;
use crossterm::event::{
    self, DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste, EnableFocusChange, EnableMouseCapture,
    Event, KeyCode,
};
use crossterm::style::Print;
use crossterm::{cursor, execute, queue, terminal};
use ratatui::Terminal;
use ratatui::layout::Rect;
use std::collections::VecDeque;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, Mutex, Once};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The smallest size at which every screen shows all that it has.
pub const SMALLEST: (u16, u16) = (80, 20);

/// How much of a frame is gathered before it is written, in bytes: all of it, but for a large terminal's first.
const FRAME: usize = 64 * 1024;

/// How long after the question an answer may still be on its way.
const STILL_COMES: Duration = Duration::from_secs(5);

/// How long it is waited for at the end.
const LATE: Duration = Duration::from_millis(120);

static TAKEN: AtomicBool = AtomicBool::new(false);
/// When the terminal was asked for its ground and has not answered.
static ASKED: Mutex<Option<Instant>> = Mutex::new(None);
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The terminal while the program has it; dropping gives it back.
pub struct Screen {
    /// Never dropped: on its own way out the library writes to standard error, and breaks down where that is gone too.
    terminal: ManuallyDrop<Terminal<Terse<BufWriter<Stdout>>>>,
    mouse: bool,
    focus: bool,
}

impl Screen {
    /// Takes over the terminal and makes sure that a panic gives it back.
    ///
    /// # Errors
    /// Where standard output or input is no terminal, or it can't be switched.
    pub fn enter(mouse: bool) -> io::Result<Self> {
        if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
            return Err(io::Error::other("the screens need a terminal; without one, `kassay assess` prints results"));
        }
        hook();
        take(mouse)?;
        match Terminal::new(Terse::new(BufWriter::with_capacity(FRAME, io::stdout()))) {
            Ok(terminal) => Ok(Self { terminal: ManuallyDrop::new(terminal), mouse, focus: false }),
            Err(e) => {
                restore();
                Err(e)
            }
        }
    }

    /// Draws one frame, as one update: a terminal that knows of such updates shows it when all of it is there, and never half of it, however
    /// slowly it comes; others pass the two marks over.
    ///
    /// # Errors
    /// Where the terminal is gone.
    pub fn draw(&mut self, draw: impl FnOnce(&mut ratatui::Frame<'_>)) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), terminal::BeginSynchronizedUpdate)?;
        let drawn = self.terminal.draw(draw).map(|_| ());
        execute!(self.terminal.backend_mut(), terminal::EndSynchronizedUpdate)?;
        drawn
    }

    /// Asks the terminal for its ground; [`Events`] hear the answer, where one comes.
    ///
    /// # Errors
    /// Where the terminal is gone.
    pub fn ask_for_ground(&self) -> io::Result<()> {
        if let Ok(mut asked) = ASKED.lock() {
            *asked = Some(Instant::now());
        }
        execute!(io::stdout(), Print(ground::ASK))
    }

    /// Lets the terminal tell when its window gets the focus.
    ///
    /// # Errors
    /// Where the terminal is gone.
    pub fn listen_for_focus(&mut self) -> io::Result<()> {
        self.focus = true;
        execute!(io::stdout(), EnableFocusChange)
    }

    /// Leaves the mouse to the terminal, or takes it again; whether it is taken now.
    ///
    /// # Errors
    /// Where the terminal is gone.
    pub fn switch_mouse(&mut self) -> io::Result<bool> {
        self.mouse = !self.mouse;
        match self.mouse {
            true => execute!(io::stdout(), EnableMouseCapture)?,
            false => execute!(io::stdout(), DisableMouseCapture)?,
        }
        Ok(self.mouse)
    }

    /// Takes the terminal over again, after [`restore`] gave it to another program; the next frame is drawn as a whole.
    ///
    /// # Errors
    /// Where the terminal is gone.
    pub fn take_again(&mut self) -> io::Result<()> {
        take(self.mouse)?;
        if self.focus {
            execute!(io::stdout(), EnableFocusChange)?;
        }
        // What is there is not asked for: the library would wait for an answer. The size is known, and setting it forgets what was drawn.
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::from(size))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

fn take(mouse: bool) -> io::Result<()> {
    terminal::enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let mut out = io::stdout();
    execute!(out, terminal::EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
    if mouse {
        execute!(out, EnableMouseCapture)?;
    }
    Ok(())
}

/// Gives the terminal back; does nothing where it is not taken. Faults are of no use here: the terminal may be gone.
pub fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    // A panic may have come in the middle of a frame.
    let _ = execute!(
        out,
        terminal::EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableFocusChange,
        DisableBracketedPaste,
        terminal::LeaveAlternateScreen,
        cursor::Show
    );
    drain();
    let _ = terminal::disable_raw_mode();
    let _ = out.flush();
}

/// Lets an answer of the terminal that is still on its way come now, and be lost: behind the end of the program it would be typed into the shell. An answer
/// that did not come for long does not come any more, and is not waited for.
fn drain() {
    let asked = ASKED.lock().ok().and_then(|mut asked| asked.take());
    if asked.is_some_and(|at| at.elapsed() < STILL_COMES) {
        thread::sleep(LATE);
        #[cfg(unix)]
        let _ = rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush);
    }
}

/// The terminal has answered.
fn answered() {
    if let Ok(mut asked) = ASKED.lock() {
        *asked = None;
    }
}

/// Chains a panic hook once. A panic of the drawing thread restores the terminal before its message is printed; one of a background
/// task is kept for the screen to tell, since the program goes on.
fn hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let drawing = thread::current().id();
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if thread::current().id() == drawing || !TAKEN.load(Ordering::SeqCst) {
                restore();
                before(info);
            } else if let Ok(mut panics) = PANICS.lock() {
                panics.push(info.to_string());
            }
        }));
    });
}

/// What background tasks said when they broke down, since the last call.
#[must_use]
pub fn breakdowns() -> Vec<String> {
    PANICS.lock().map(|mut panics| std::mem::take(&mut *panics)).unwrap_or_default()
}

/// Signals that ask the program to end: SIGTERM, SIGHUP, SIGINT. With raw mode on, Ctrl-C is a key and not one of them.
pub struct Endings {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 3],
}

impl Endings {
    /// Starts to listen; from now on these signals no longer end the program by themselves.
    ///
    /// # Errors
    /// Where the system refuses.
    #[cfg(unix)]
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { signals: [signal(SignalKind::terminate())?, signal(SignalKind::hangup())?, signal(SignalKind::interrupt())?] })
    }

    /// Starts to listen.
    ///
    /// # Errors
    /// Never on this system.
    #[cfg(not(unix))]
    pub fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the first of them and names it.
    pub async fn next(&mut self) -> &'static str {
        #[cfg(unix)]
        {
            let [terminate, hangup, interrupt] = &mut self.signals;
            tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = hangup.recv() => "SIGHUP",
                _ = interrupt.recv() => "SIGINT",
            }
        }
        #[cfg(not(unix))]
        {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
            "Ctrl-C"
        }
    }
}

/// How often the thread that reads keys looks whether it is to stop.
const LOOK: Duration = Duration::from_millis(100);

/// How long it is waited for. Behind a terminal that is gone it never stops.
const PATIENCE: Duration = Duration::from_secs(5);

/// Keys, mouse and size as they come, until the terminal is gone. They are read on a thread of its own: behind a terminal that is gone, the library
/// reads on for ever, and what waited for it would hang with it. That it is gone is seen by a second thread, without a signal.
pub struct Events {
    coming: UnboundedReceiver<Option<Event>>,
    /// Picks out what the terminal answers.
    answers: Answers,
    /// What was heard and not asked for yet; none is the end.
    ready: VecDeque<Option<Heard>>,
    tell: UnboundedSender<Option<Event>>,
    reader: Reader,
}

/// The thread that reads keys: how it is stopped, and how it is seen that it has.
struct Reader {
    stop: Arc<AtomicBool>,
    stopped: std::sync::mpsc::Receiver<()>,
}

impl Reader {
    fn start(tell: UnboundedSender<Option<Event>>) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let (ends, stopped) = std::sync::mpsc::channel();
        let asked = Arc::clone(&stop);
        thread::Builder::new().name("keys".to_owned()).spawn(move || {
            read_keys(&tell, &asked);
            drop(ends);
        })?;
        Ok(Self { stop, stopped })
    }

    /// Lets the thread stop; whether it has.
    fn stop(&self) -> bool {
        self.stop.store(true, Ordering::SeqCst);
        matches!(self.stopped.recv_timeout(PATIENCE), Err(RecvTimeoutError::Disconnected))
    }
}

fn read_keys(tell: &UnboundedSender<Option<Event>>, stop: &AtomicBool) {
    while !stop.load(Ordering::SeqCst) {
        let event = match event::poll(LOOK) {
            Ok(false) => continue,
            Ok(true) => event::read().ok(),
            Err(_) => None,
        };
        let last = event.is_none();
        if tell.send(event).is_err() || last {
            return;
        }
    }
}

impl Events {
    /// Starts to listen. The threads end with the process.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub fn listen() -> io::Result<Self> {
        let (tell, coming) = unbounded_channel();
        let gone = tell.clone();
        thread::Builder::new().name("hang-up".to_owned()).spawn(move || {
            if hung_up() {
                // Who listened may have ended before.
                let _ = gone.send(None);
            }
        })?;
        let reader = Reader::start(tell.clone())?;
        Ok(Self { coming, answers: Answers::default(), ready: VecDeque::new(), tell, reader })
    }

    /// What is heard next; none where the terminal is gone.
    pub async fn next(&mut self) -> Option<Heard> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return ready;
            }
            let event = self.coming.recv().await.flatten()?;
            let heard = self.answers.take(event);
            if heard.iter().any(|heard| matches!(heard, Heard::Ground(_))) {
                answered();
            }
            self.ready.extend(heard.into_iter().map(Some));
        }
    }

    /// Waits a little for the ground of the terminal; what else is heard meanwhile comes afterwards.
    pub async fn ground(&mut self, patience: Duration) -> Option<Ground> {
        let late = tokio::time::sleep(patience);
        tokio::pin!(late);
        let mut kept = VecDeque::new();
        let ground = loop {
            tokio::select! {
                heard = self.next() => match heard {
                    Some(Heard::Ground(ground)) => break Some(ground),
                    None => {
                        kept.push_back(None);
                        break None;
                    }
                    other => kept.push_back(other),
                },
                () = &mut late => break None,
            }
        };
        kept.append(&mut self.ready);
        self.ready = kept;
        ground
    }

    /// Stops to read keys, so that another program gets them; whether that could be done.
    #[must_use]
    pub fn pause(&self) -> bool {
        self.reader.stop()
    }

    /// Reads keys again.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub fn resume(&mut self) -> io::Result<()> {
        self.reader = Reader::start(self.tell.clone())?;
        Ok(())
    }
}

/// Waits until the other side of the terminal is closed; `false` where the system does not tell. Then a frame that can't be drawn does.
#[cfg(unix)]
fn hung_up() -> bool {
    use rustix::event::{PollFd, PollFlags, poll};
    let input = io::stdin();
    loop {
        // Nothing is asked for: a hang-up is told unasked, and keys are the other thread's.
        let mut waited = [PollFd::new(&input, PollFlags::empty())];
        match poll(&mut waited, None) {
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
            Ok(_) => return waited.iter().any(|seen| seen.revents().intersects(PollFlags::HUP | PollFlags::ERR)),
        }
    }
}

#[cfg(not(unix))]
const fn hung_up() -> bool {
    false
}

/// Panics at F12 where a debug build is asked to by `KASSAY_PANIC_ON_F12`: how the tests see that a panic gives the terminal back.
pub fn panic_if_asked(event: &Event) {
    let f12 = matches!(event, Event::Key(key) if key.code == KeyCode::F(12));
    assert!(!(cfg!(debug_assertions) && f12 && std::env::var_os("KASSAY_PANIC_ON_F12").is_some()), "F12 was pressed");
}

/// A word to the person whose terminal is too small to show everything.
#[must_use]
pub fn too_small(area: Rect) -> Option<String> {
    let (columns, rows) = SMALLEST;
    (area.width < columns || area.height < rows)
        .then(|| format!("{}×{} is small; {columns}×{rows} shows everything", area.width, area.height))
}
