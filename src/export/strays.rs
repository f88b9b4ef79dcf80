//! Files that systems leave beside those of people.

/// What left a file, where its name tells that.
pub(super) fn stray(name: &str) -> Option<&'static str> {
    let parts = || name.split('/').filter(|part| !part.is_empty());
    let last = parts().next_back().unwrap_or(name);
    if parts().any(|part| part == "__MACOSX") {
        return Some("macOS adds it when it zips a folder");
    }
    match last {
        ".DS_Store" => Some("macOS leaves it in a folder that was looked at"),
        "Thumbs.db" | "desktop.ini" | "Desktop.ini" => Some("Windows leaves it in a folder that was looked at"),
        _ if last.starts_with("._") => Some("macOS leaves it beside a file that it copied to another file system"),
        _ if parts().any(|part| matches!(part, ".Spotlight-V100" | ".Trashes" | ".fseventsd")) => {
            Some("macOS leaves it on a disk that was used")
        }
        _ if parts().any(|part| matches!(part, "System Volume Information" | "$RECYCLE.BIN")) => {
            Some("Windows leaves it on a disk that was used")
        }
        _ => None,
    }
}
