//! Names taken apart.

/// The words of a name in lower case: `DB_PASSWORD`, `clientSecret`, `spring.datasource.password`; a file's ending is no word of it.
pub(super) fn words(name: &str) -> Vec<String> {
    const ENDINGS: &[&str] =
        &["txt", "yaml", "yml", "json", "properties", "conf", "cfg", "ini", "env", "xml", "toml", "sh", "crt", "cer", "pub"];
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = name.chars().take(200).collect();
    for (i, c) in chars.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| chars.get(i));
        let hump = c.is_uppercase() && before.is_some_and(|b| b.is_lowercase() || b.is_ascii_digit());
        // `APIKey`: the last capital of a run begins the next word.
        let end_of_run = c.is_uppercase() && before.is_some_and(|b| b.is_uppercase()) && chars.get(i + 1).is_some_and(|n| n.is_lowercase());
        if (!c.is_alphanumeric() || hump || end_of_run) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    // `PASSWORD_1`, `token2`: a number names nothing.
    while words.len() > 1
        && words.last().is_some_and(|w| w.chars().all(|c| c.is_ascii_digit()) || (name.contains('.') && ENDINGS.contains(&w.as_str())))
    {
        words.pop();
    }
    if let Some(last) = words.last_mut() {
        let bare = last.trim_end_matches(|c: char| c.is_ascii_digit());
        if !bare.is_empty() && bare.len() < last.len() && !matches!(last.as_str(), "sha256" | "sha512" | "md5" | "base64") {
            *last = bare.to_owned();
        }
    }
    words
}
