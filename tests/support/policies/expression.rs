//! Calico's selector expressions, answered while they are read: `a == 'b' && !has(c)`.

/// What is known of a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Label {
    Is(String),
    Absent,
    Unknown,
}

impl Label {
    pub fn of(value: Option<&String>) -> Self {
        value.map_or(Self::Absent, |value| Self::Is(value.clone()))
    }

    fn test(&self, test: impl Fn(&str) -> bool) -> Option<bool> {
        match self {
            Self::Is(value) => Some(test(value)),
            Self::Absent => Some(false),
            Self::Unknown => None,
        }
    }
}

/// Whether an expression holds; nothing where that depends on what is not known. An empty one always does.
pub fn holds(text: &str, label: &dyn Fn(&str) -> Label) -> Option<bool> {
    let tokens = tokens(text);
    if tokens.is_empty() {
        return Some(true);
    }
    let mut at = 0;
    let answer = or(&tokens, &mut at, label);
    assert_eq!(at, tokens.len(), "{text}");
    answer
}

/// Words, quoted texts with their first quote, and signs.
fn tokens(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ' ' => {}
            '\'' | '"' => {
                let mut token = "'".to_owned();
                token.extend(chars.by_ref().take_while(|end| *end != c));
                found.push(token);
            }
            '(' | ')' | '{' | '}' | ',' => found.push(c.to_string()),
            '&' | '|' | '=' => {
                chars.next();
                found.push(format!("{c}{c}"));
            }
            '!' => match chars.next_if_eq(&'=') {
                Some(_) => found.push("!=".to_owned()),
                None => found.push("!".to_owned()),
            },
            _ => {
                let mut token = c.to_string();
                while let Some(more) = chars.next_if(|c| c.is_ascii_alphanumeric() || "_./-".contains(*c)) {
                    token.push(more);
                }
                found.push(token);
            }
        }
    }
    found
}

fn take(tokens: &[String], at: &mut usize) -> String {
    *at += 1;
    tokens[*at - 1].clone()
}

fn is(tokens: &[String], at: usize, sign: &str) -> bool {
    tokens.get(at).is_some_and(|token| token == sign)
}

fn or(tokens: &[String], at: &mut usize, label: &dyn Fn(&str) -> Label) -> Option<bool> {
    let mut answers = vec![and(tokens, at, label)];
    while is(tokens, *at, "||") {
        *at += 1;
        answers.push(and(tokens, at, label));
    }
    if answers.contains(&Some(true)) {
        return Some(true);
    }
    if answers.contains(&None) { None } else { Some(false) }
}

fn and(tokens: &[String], at: &mut usize, label: &dyn Fn(&str) -> Label) -> Option<bool> {
    let mut answers = vec![one(tokens, at, label)];
    while is(tokens, *at, "&&") {
        *at += 1;
        answers.push(one(tokens, at, label));
    }
    if answers.contains(&Some(false)) {
        return Some(false);
    }
    if answers.contains(&None) { None } else { Some(true) }
}

fn one(tokens: &[String], at: &mut usize, label: &dyn Fn(&str) -> Label) -> Option<bool> {
    let word = take(tokens, at);
    match word.as_str() {
        "!" => one(tokens, at, label).map(|answer| !answer),
        "(" => {
            let answer = or(tokens, at, label);
            assert_eq!(take(tokens, at), ")");
            answer
        }
        "all" | "global" if is(tokens, *at, "(") => {
            *at += 2;
            Some(word == "all")
        }
        "has" if is(tokens, *at, "(") => {
            let key = tokens[*at + 1].clone();
            *at += 3;
            label(&key).test(|_| true)
        }
        key => {
            let value = label(key);
            let sign = take(tokens, at);
            let not = sign == "!=" || sign == "not";
            if sign == "not" || matches!(sign.as_str(), "starts" | "ends") {
                *at += 1;
            }
            let answer = match sign.as_str() {
                "in" | "not" => {
                    assert_eq!(take(tokens, at), "{");
                    let mut values = Vec::new();
                    loop {
                        match take(tokens, at) {
                            end if end == "}" => break,
                            comma if comma == "," => {}
                            quoted => values.push(quoted[1..].to_owned()),
                        }
                    }
                    value.test(|value| values.iter().any(|v| v == value))
                }
                _ => {
                    let quoted = take(tokens, at)[1..].to_owned();
                    value.test(|value| match sign.as_str() {
                        "==" | "!=" => value == quoted,
                        "contains" => value.contains(&quoted),
                        "starts" => value.starts_with(&quoted),
                        "ends" => value.ends_with(&quoted),
                        other => panic!("what is {other}?"),
                    })
                }
            };
            if not { answer.map(|answer| !answer) } else { answer }
        }
    }
}
