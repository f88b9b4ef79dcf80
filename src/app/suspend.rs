//! Stopping until the shell lets the program go on, as Ctrl-Z does elsewhere. With raw mode on, Ctrl-Z is a key, so the program stops itself, after it
//! gave the terminal back.

use crate::tui::terminal::Screen;
use std::io;

/// Gives the terminal back, stops, and takes it again where the program goes on. Where nobody could let it go on, as in a terminal without a shell, the
/// system does not stop it, and it goes on at once.
///
/// # Errors
/// Where the terminal is gone when it goes on.
#[cfg(unix)]
pub(super) async fn suspend(screen: &mut Screen) -> io::Result<()> {
    crate::tui::terminal::restore();
    stop().await?;
    screen.take_again()
}

/// Stops, and goes on where the shell says so.
///
/// # Errors
/// Where the system does not tell that it goes on.
#[cfg(unix)]
pub(super) async fn stop() -> io::Result<()> {
    use rustix::process::{Signal, kill_current_process_group};
    use std::time::Duration;
    use tokio::signal::unix::{SignalKind, signal};
    /// How long it is waited for having been stopped: another thread may take the signal, and until then this one runs on.
    const STOPPED: Duration = Duration::from_millis(300);

    let mut goes_on = signal(SignalKind::from_raw(Signal::CONT.as_raw()))?;
    // All of the job is stopped, as the terminal does it: what was started beside, too.
    if kill_current_process_group(Signal::TSTP).is_ok() {
        let _ = tokio::time::timeout(STOPPED, goes_on.recv()).await;
    }
    Ok(())
}

/// Does nothing: this system stops no programs.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub(super) async fn suspend(_: &mut Screen) -> io::Result<()> {
    Ok(())
}

/// Does nothing: this system stops no programs.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub(super) async fn stop() -> io::Result<()> {
    Ok(())
}
