//! A text in the editor of its user: it is written to a file that nobody else can read, the editor gets the terminal, and what it left comes
//! back. The file goes away on every path. An editor that fails, or leaves the file as it was, changes nothing.

use crate::tui::terminal::{Endings, Events, Screen, restore};
use kassay_core::model::text::decoded;
use kassay_core::session::{Action, Form, Session};
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// The longest text that is taken back: more is a file, and not a note.
const LONGEST: u64 = 1 << 20;

/// How long an editor may take to end when the program has to.
const PATIENCE: Duration = Duration::from_secs(2);

/// What came of it.
pub(super) struct Back {
    /// What the session hears.
    pub action: Action,
    /// Why the program ends, where it does.
    pub end: Option<End>,
}

/// Why the program ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// A signal asked for it.
    Asked,
    /// The terminal is gone.
    Gone,
}

impl Back {
    /// Nothing came of it, and the program goes on.
    const fn with(action: Action) -> Self {
        Self { action, end: None }
    }
}

/// Takes the text in focus to the editor and back, where screens have the terminal.
pub(super) async fn edit(session: &Session, screen: &mut Screen, events: &mut Events, endings: &mut Endings) -> Back {
    let (command, file) = match prepared(session) {
        Ok(prepared) => prepared,
        Err(action) => return Back::with(*action),
    };
    if !events.pause() {
        return Back::with(Action::NotDone("The terminal does not answer, so the editor was not started.".to_owned()));
    }
    restore();
    // Keys are the editor's; what was read before it came is not meant for it.
    let gone = async { while events.next().await.is_some() {} };
    let back = run(&command, &file, gone, endings).await;
    drop(file);
    if back.end.is_some() {
        return back;
    }
    let taken = screen.take_again().and_then(|()| events.resume());
    Back { end: taken.is_err().then_some(End::Gone), ..back }
}

/// The same where no screen has the terminal, and nobody reads from it just now.
pub(super) async fn edit_plainly(session: &Session, endings: &mut Endings) -> Back {
    match prepared(session) {
        Ok((command, file)) => run(&command, &file, std::future::pending(), endings).await,
        Err(action) => Back::with(*action),
    }
}

/// The editor, and the text in focus as a file; else what there is to tell.
fn prepared(session: &Session) -> Result<(OsString, Draft), Box<Action>> {
    let Some(text) = session.form().and_then(Form::field).filter(|field| field.lines).map(|field| field.text.clone()) else {
        return Err(Box::new(Action::Edited(None)));
    };
    let Some(command) = chosen() else {
        let words = "No editor is set. Set VISUAL or EDITOR to one, as in `export EDITOR=nano`, and start Kassay again.";
        return Err(Box::new(Action::NotDone(words.to_owned())));
    };
    match Draft::new(&text) {
        Ok(file) => Ok((command, file)),
        Err(error) => Err(Box::new(Action::NotDone(format!("No file can be made for the editor: {error}.")))),
    }
}

/// The editor that the user has chosen.
fn chosen() -> Option<OsString> {
    ["VISUAL", "EDITOR"].into_iter().find_map(|name| std::env::var_os(name).filter(|value| !value.to_string_lossy().trim().is_empty()))
}

/// Starts it. What is set there is a command with arguments, as for other programs: `code --wait`.
#[cfg(unix)]
fn start(editor: &OsString, file: &Path) -> io::Result<Child> {
    // The shell makes way for the editor, so that it is the editor that is asked to end; a list of commands or of variables it has to run itself.
    let plain = !editor.to_string_lossy().contains([';', '&', '|', '(', '=', '`']);
    let mut words = OsString::from(if plain { "exec " } else { "" });
    words.push(editor);
    words.push(" \"$@\"");
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(words).arg(editor).arg(file);
    command.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit()).spawn()
}

/// Starts it.
#[cfg(not(unix))]
fn start(editor: &OsString, file: &Path) -> io::Result<Child> {
    let words = editor.to_string_lossy();
    let mut words = words.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).arg(file);
    command.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit()).spawn()
}

/// Starts the editor and waits for it, and for what ends the program before it does: a signal, or a terminal that is gone.
async fn run(editor: &OsString, file: &Draft, gone: impl Future<Output = ()>, endings: &mut Endings) -> Back {
    let mut child = match start(editor, &file.path) {
        Ok(child) => child,
        Err(error) => {
            return Back::with(Action::NotDone(format!("The editor “{}” can't be started: {error}.", editor.to_string_lossy())));
        }
    };
    let mut gone = std::pin::pin!(gone);
    let (status, end) = loop {
        tokio::select! {
            status = child.wait() => break (Some(status), None),
            () = &mut gone => break (None, Some(End::Gone)),
            // Ctrl-C in an editor is a key of the editor.
            signal = endings.next() => if signal != "SIGINT" {
                break (None, Some(End::Asked));
            },
        }
    };
    if end.is_some() {
        stop(&mut child).await;
    }
    let action = match status {
        Some(Err(error)) => Action::NotDone(format!("It is not known what became of the editor: {error}. The text is as it was.")),
        // One that was killed did not say that the text is to be dropped: what was saved in it counts.
        Some(Ok(status)) if status.code().is_some_and(|code| code != 0) => Action::NotDone(failed(editor, status)),
        _ => match file.back() {
            Ok(text) => Action::Edited(text),
            Err(error) => Action::NotDone(format!("What the editor left can't be taken: {error}. The text is as it was.")),
        },
    };
    Back { action, end }
}

fn failed(editor: &OsString, status: ExitStatus) -> String {
    let hint = if status.code() == Some(127) { " Is it installed? VISUAL and EDITOR name it." } else { "" };
    format!("The editor “{}” ended with {status}; the text is as it was.{hint}", editor.to_string_lossy())
}

/// Ends an editor: asked first, then by force.
async fn stop(child: &mut Child) {
    #[cfg(unix)]
    if let Some(id) = child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
    }
    if tokio::time::timeout(PATIENCE, child.wait()).await.is_err() {
        let _ = child.start_kill();
    }
}

/// The file: in a folder of its own, where an editor may also put its copies, and which goes away with all that is in it.
struct Draft {
    before: String,
    path: PathBuf,
    _folder: TempDir,
}

impl Draft {
    fn new(text: &str) -> io::Result<Self> {
        let folder = folder()?;
        let path = folder.path().join("text.txt");
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path)?;
        file.write_all(text.as_bytes())?;
        // Editors end the last line; without that, some say so on the screen.
        if !text.is_empty() {
            file.write_all(b"\n")?;
        }
        Ok(Self { before: text.to_owned(), path, _folder: folder })
    }

    /// What is in it now; none where that is what was put there.
    fn back(&self) -> Result<Option<String>, String> {
        let length = std::fs::metadata(&self.path).map_err(|e| e.to_string())?.len();
        if length > LONGEST {
            return Err("it is longer than a megabyte, so attach it as a file of evidence".to_owned());
        }
        let bytes = std::fs::read(&self.path).map_err(|e| e.to_string())?;
        let text = decoded(&bytes)?.replace("\r\n", "\n");
        let text = text.strip_suffix('\n').unwrap_or(&text);
        Ok((text != self.before).then(|| text.to_owned()))
    }
}

/// A folder that only the user can look into: in the one that goes away when they log out, or else among temporary files.
fn folder() -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("kassay-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let runtime = directories::BaseDirs::new().and_then(|dirs| dirs.runtime_dir().map(Path::to_owned));
    runtime.and_then(|dir| builder.tempdir_in(dir).ok()).map_or_else(|| builder.tempdir(), Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_for_its_user_alone_and_what_comes_back_is_what_changed() {
        let file = Draft::new("as it was\n\nhere").unwrap();
        let (path, folder) = (file.path.clone(), file.path.parent().unwrap().to_owned());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&path), mode(&folder)), (0o600, 0o700));
        }
        assert_eq!(file.back(), Ok(None));
        for (left, wanted) in
            [("as it was\r\n\r\nhere\r\n", None), ("other\n\n", Some("other\n")), ("other", Some("other")), ("", Some(""))]
        {
            std::fs::write(&path, left).unwrap();
            assert_eq!(file.back(), Ok(wanted.map(str::to_owned)), "{left:?}");
        }
        std::fs::write(&path, [0xff, b'a']).unwrap();
        assert!(file.back().is_err());
        // Whatever an editor put beside it goes too.
        std::fs::write(folder.join("text.txt~"), "copy").unwrap();
        drop(file);
        assert!(!folder.exists());
    }
}
