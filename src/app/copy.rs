//! Copies. A text is put on the clipboard by way of the terminal (OSC 52), which works over SSH too; no terminal tells whether it took it. Where it is
//! known that it does not, the text is written into a file instead, and it is said where.

use crate::config;
use crossterm::clipboard::CopyToClipboard;
use kassay_core::session::Action;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The longest text in bytes that terminals take: many stop reading such a sequence at 100,000, and the text is a third longer in it.
const LONGEST: usize = 74_994;

/// Where a text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// To the terminal.
    Terminal,
    /// To tmux, which hands it on: what programs in it send to the terminal themselves it drops, as it is set up at first.
    Tmux,
    /// Into a file, for this reason.
    File(&'static str),
}

impl Way {
    /// The way of a text of that length.
    pub(super) fn of(length: usize, environment: &dyn Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| environment(name).filter(|value| !value.is_empty());
        let term = set("TERM").unwrap_or_default();
        match () {
            () if set("TMUX").is_some() => Self::Tmux,
            () if set("STY").is_some() => Self::File("GNU screen hands no copy on"),
            () if term == "linux" => Self::File("the console has no clipboard"),
            () if term == "dumb" || term.starts_with("vt") => Self::File("this terminal has no clipboard"),
            () if set("TERM_PROGRAM").as_deref() == Some("Apple_Terminal") => Self::File("Terminal takes no copies from programs"),
            () if length > LONGEST => Self::File("it is longer than what terminals take"),
            () => Self::Terminal,
        }
    }
}

/// Hands a text to the terminal: for whoever draws on it, so that it does not come in the middle of a frame.
pub(super) fn to_terminal(text: &str) -> Action {
    match crossterm::execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text.as_bytes())) {
        Ok(()) => Action::Told(format!("Copied: {}", beginning(text))),
        Err(error) => Action::NotDone(format!("nothing could be copied: {error}")),
    }
}

/// Hands a text to tmux, or else writes it into the file.
pub(super) fn to_tmux(text: &str) -> Action {
    match tmux(text) {
        Ok(true) => Action::Told(format!("Copied, in tmux too: {}", beginning(text))),
        Ok(false) | Err(_) => to_file(text, "tmux did not take it"),
    }
}

fn tmux(text: &str) -> io::Result<bool> {
    // `-w` hands it to the clipboard of the terminal as well; without it, as before tmux 3.2, nothing would reach that.
    let mut command = Command::new("tmux");
    command.args(["load-buffer", "-w", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    let sent = child.stdin.take().map(|mut input| input.write_all(text.as_bytes()));
    Ok(child.wait()?.success() && matches!(sent, Some(Ok(()))))
}

/// Writes a text where its user finds it, and says why it is no copy.
pub(super) fn to_file(text: &str, why: &str) -> Action {
    let Some(folder) = config::data_dir() else {
        return Action::NotDone(format!("Nothing could be copied: {why}, and there is no folder to write it into."));
    };
    match written(text, &folder) {
        Ok(path) => Action::Told(format!("Not copied, but written: {} ({why}).", path.display())),
        Err(error) => {
            Action::NotDone(format!("Nothing could be copied: {why}, and {} can't be written: {}.", folder.display(), config::said(&error)))
        }
    }
}

/// Only its user reads it, and only the last one is there.
fn written(text: &str, folder: &Path) -> io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join("copied.txt");
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(&path)?;
    Ok(path)
}

fn beginning(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_goes_where_it_can_arrive() {
        let way = |length, variables: &[(&str, &str)]| {
            Way::of(length, &|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(way(10, &[("TERM", "xterm-256color")]), Way::Terminal);
        assert_eq!(way(LONGEST, &[("TERM", "xterm-256color"), ("STY", ""), ("TMUX", "")]), Way::Terminal);
        assert!(matches!(way(LONGEST + 1, &[("TERM", "xterm-256color")]), Way::File(why) if why.contains("longer")));
        assert_eq!(way(LONGEST + 1, &[("TERM", "tmux-256color"), ("TMUX", "/tmp/tmux-0/default,1,0")]), Way::Tmux);
        for (name, value) in
            [("STY", "1.pts-0"), ("TERM", "linux"), ("TERM", "dumb"), ("TERM", "vt100"), ("TERM_PROGRAM", "Apple_Terminal")]
        {
            assert!(matches!(way(1, &[(name, value)]), Way::File(_)), "{name}={value}");
        }
    }

    #[test]
    fn what_is_written_is_for_its_user_alone_and_replaces_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["a longer one\n", "kubectl get pod"] {
            let path = written(text, &folder.path().join("kassay")).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            }
            assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        }
    }
}
