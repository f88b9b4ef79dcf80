//! Ctrl-C on the command line, and what a system says that ends a program: it ends the program at once, whatever is being read, parsed, examined or judged. What holds a file half written or
//! an assessment in the middle of an edit is brought to its end first.

use crate::collect::Cancel;
use std::io::Write as _;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

/// How long what was asked to stop may take to say so itself, before the program ends over its head.
const GRACE: Duration = Duration::from_millis(250);

/// Exit code of what could not be done.
const STOPPED: i32 = 2;

/// Set by the first Ctrl-C.
static STOP: OnceLock<Cancel> = OnceLock::new();

/// Held while something is written that must be whole.
static WHOLE: Mutex<()> = Mutex::new(());

/// What a Ctrl-C stops in place of the program.
static INSTEAD: Mutex<Option<Cancel>> = Mutex::new(None);

/// Listens to Ctrl-C from now on; gives what the first one sets. Where the system does not let us listen, Ctrl-C ends the program as ever.
pub(super) fn listen() -> Cancel {
    STOP.get_or_init(|| {
        let cancel = Cancel::default();
        let stop = cancel.clone();
        let heard = std::thread::Builder::new().name("interrupt".to_owned()).spawn(move || wait(&stop));
        if let Err(error) = heard {
            tracing::warn!("nobody listens to Ctrl-C: {error}");
        }
        cancel
    })
    .clone()
}

fn wait(stop: &Cancel) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    while runtime.block_on(heard()) {
        if let Some(instead) = locked(&INSTEAD).as_ref().filter(|instead| !instead.is_cancelled()) {
            instead.cancel();
            continue;
        }
        stop.cancel();
        std::thread::sleep(GRACE);
        let _whole = locked(&WHOLE);
        let _ = writeln!(std::io::stderr(), "kassay: stopped by Ctrl-C, or by the system");
        std::process::exit(STOPPED);
    }
}

/// Waits for somebody who wants the program to end: Ctrl-C, and what a system says that closes a terminal or ends a service.
#[cfg(unix)]
async fn heard() -> bool {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut end), Ok(mut gone)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup())) else {
        return tokio::signal::ctrl_c().await.is_ok();
    };
    tokio::select! {
        heard = tokio::signal::ctrl_c() => heard.is_ok(),
        _ = end.recv() => true,
        _ = gone.recv() => true,
    }
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
async fn heard() -> bool {
    tokio::signal::ctrl_c().await.is_ok()
}

/// Writes something that must be whole: a Ctrl-C meanwhile ends the program behind it.
pub(super) fn whole<T>(write: impl FnOnce() -> T) -> T {
    let _whole = locked(&WHOLE);
    write()
}

/// Does something that Ctrl-C stops without ending the program; a second one ends it.
pub(super) fn instead<T>(run: impl FnOnce(&Cancel) -> T) -> T {
    listen();
    let cancel = Cancel::default();
    *locked(&INSTEAD) = Some(cancel.clone());
    let done = run(&cancel);
    *locked(&INSTEAD) = None;
    done
}

/// A panic elsewhere leaves nothing behind that could be wrong here.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
