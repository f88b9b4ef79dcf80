//! Runs the real program in a real pseudo-terminal and reads its screen as a terminal would.
//! Waiting means waiting for words to appear in a whole frame, never in half of one; the limit is only there so that a broken program fails the test instead of hanging it.

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

struct Seen {
    parser: vt100::Parser,
    /// The words of the last whole frame: what a terminal shows that knows of synchronized updates.
    shown: String,
    bytes: Vec<u8>,
    ended: bool,
    /// Whether nobody looks any more: the next that comes is not read.
    left: bool,
}

/// A running program and its terminal.
pub struct Program {
    seen: Arc<(Mutex<Seen>, Condvar)>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    before: String,
    reader: JoinHandle<()>,
}

impl Seen {
    fn take(&mut self, bytes: &[u8]) {
        self.parser.process(bytes);
        self.bytes.extend_from_slice(bytes);
        self.ended = bytes.is_empty();
        if self.ended || !self.in_a_frame() {
            self.shown = self.parser.screen().contents();
        }
    }

    /// Whether a frame has begun whose end did not come yet.
    fn in_a_frame(&self) -> bool {
        let last = |mark: &[u8]| self.bytes.windows(mark.len()).rposition(|at| at == mark);
        last(b"\x1b[?2026h") > last(b"\x1b[?2026l")
    }
}

fn cells(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).expect("a terminal has cells")
}

impl Program {
    /// Starts a program with a home of its own, so that nothing of the person running the tests is read or written.
    pub fn start(program: &str, arguments: &[&str], home: &Path, (columns, rows): (u16, u16), variables: &[(&str, &str)]) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let before = modes(pair.master.as_ref());
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        command.cwd(home);
        let own =
            [("HOME", home.to_str().expect("a path in UTF-8")), ("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("TZ", "UTC")];
        for (name, value) in own.iter().chain([("RUST_BACKTRACE", "0"), ("LANG", "C.UTF-8"), ("USER", "assessor")].iter()).chain(variables)
        {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let parser = vt100::Parser::new(cells(rows), cells(columns), 0);
        let seen =
            Arc::new((Mutex::new(Seen { parser, shown: String::new(), bytes: Vec::new(), ended: false, left: false }), Condvar::new()));
        let mut source = pair.master.try_clone_reader().expect("the terminal can be read");
        let shared = Arc::clone(&seen);
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            loop {
                let read = source.read(&mut buffer).unwrap_or(0);
                let (lock, news) = &*shared;
                // A test that failed while it looked has said why already.
                let Ok(mut seen) = lock.lock() else { return };
                seen.take(&buffer[..read]);
                news.notify_all();
                if read == 0 || seen.left {
                    return;
                }
            }
        });
        let writer = pair.master.take_writer().expect("the terminal can be written");
        Self { seen, master: pair.master, writer, child, before, reader }
    }

    /// Types keys as a terminal sends them.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        self.writer.write_all(keys.as_bytes()).and_then(|()| self.writer.flush()).expect("the program takes keys");
        self
    }

    /// Pastes a text as a terminal does for a program that asked for it.
    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.keys(&format!("\u{1b}[200~{text}\u{1b}[201~"))
    }

    /// Changes the size of the terminal.
    pub fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.seen.0.lock().expect("no reader panicked").parser.set_size(cells(rows), cells(columns));
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).expect("the terminal changes its size");
        self
    }

    /// Waits until the screen is as wanted, and gives its words.
    pub fn until(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let (lock, news) = &*self.seen;
        let guard = lock.lock().expect("no reader panicked");
        let not_yet = |seen: &mut Seen| !wanted(&seen.shown) && !seen.ended;
        let (seen, late) = news.wait_timeout_while(guard, LIMIT, not_yet).expect("no reader panicked");
        let shown = seen.shown.clone();
        assert!(
            wanted(&shown),
            "{} waiting for {what}; the screen:\n{shown}",
            if late.timed_out() { "gave up" } else { "the program ended" }
        );
        shown
    }

    /// Waits for words on the screen.
    pub fn see(&mut self, words: &str) -> String {
        self.until(&format!("“{words}”"), |shown| shown.contains(words))
    }

    /// Sends a signal by name.
    pub fn signal(&mut self, name: &str) -> &mut Self {
        let id = self.child.process_id().expect("the program runs").to_string();
        let sent = std::process::Command::new("kill").args([format!("-{name}"), id]).status().expect("kill runs");
        assert!(sent.success());
        self
    }

    /// Waits for the end and gives the exit code, after showing that the terminal was given back as it was.
    pub fn end(mut self) -> (u32, String) {
        let status = {
            let (lock, news) = &*self.seen;
            let guard = lock.lock().expect("no reader panicked");
            let (seen, late) = news.wait_timeout_while(guard, LIMIT, |seen| !seen.ended).expect("no reader panicked");
            let shown = seen.parser.screen().contents();
            drop(seen);
            if late.timed_out() {
                let _ = self.child.kill();
                panic!("the program did not end; the screen:\n{shown}");
            }
            self.child.wait().expect("the program ended")
        };
        let seen = self.seen.0.lock().expect("no reader panicked");
        let screen = seen.parser.screen();
        assert!(!screen.alternate_screen(), "the alternate screen was left on");
        assert!(!screen.hide_cursor(), "the cursor was left hidden");
        assert!(!screen.bracketed_paste(), "bracketed paste was left on");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse was left captured");
        assert_eq!(modes(self.master.as_ref()), self.before, "the terminal's modes were not restored");
        (status.exit_code(), screen.contents())
    }

    /// Takes the terminal away, as a connection does that breaks. A new size makes the program draw once more, which lets the reader go; the
    /// terminal is gone when nobody holds its other side.
    pub fn hang_up(mut self) {
        self.seen.0.lock().expect("no reader panicked").left = true;
        self.resize(100, 30);
        let Self { reader, writer, master, .. } = self;
        reader.join().expect("the reader ends");
        drop((writer, master));
    }

    /// Everything that was written to the terminal so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.seen.0.lock().expect("no reader panicked").bytes.clone()
    }

    /// The screen as it is, with its colours.
    pub fn screen(&self) -> vt100::Screen {
        self.seen.0.lock().expect("no reader panicked").parser.screen().clone()
    }

    /// Whether the program has taken the mouse.
    pub fn has_mouse(&self) -> bool {
        let seen = self.seen.0.lock().expect("no reader panicked");
        seen.parser.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None
    }

    /// Whether the program has taken the terminal over: the modes that `end` expects to be gone are on.
    pub fn has_terminal(&self) -> bool {
        let seen = self.seen.0.lock().expect("no reader panicked");
        let screen = seen.parser.screen();
        screen.alternate_screen() && screen.bracketed_paste() && modes(self.master.as_ref()) != self.before
    }
}

fn modes(master: &dyn MasterPty) -> String {
    master.get_termios().map(|modes| format!("{modes:?}")).unwrap_or_default()
}
