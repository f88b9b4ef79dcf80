//! URLs, as Go's `net/url` reads them.

use super::super::eval::errs;
use super::super::value::{Opaque, Value};
use super::Answer;
use std::any::Any;
use std::collections::BTreeMap;

/// A URL in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Link {
    scheme: String,
    user: String,
    host: String,
    path: Vec<u8>,
    raw_path: String,
    query: String,
    fragment: String,
    opaque: String,
}

impl Opaque for Link {
    fn kind(&self) -> &'static str {
        "kubernetes.URL"
    }

    fn same(&self, other: &dyn Opaque) -> bool {
        other.itself().downcast_ref() == Some(self)
    }

    fn itself(&self) -> &dyn Any {
        self
    }
}

/// Calls a function of URLs; none where it is none, or is given something else.
pub(super) fn call(name: &str, args: &[Value]) -> Option<Answer> {
    if let [Value::String(text)] = args {
        return Some(match name {
            "isURL" => Ok(Value::Bool(is_request(text))),
            "url" => match is_request(text).then(|| read(text)).flatten() {
                Some(link) => Ok(Value::opaque(link)),
                None => errs("URL parse error during conversion from string"),
            },
            _ => return None,
        });
    }
    let [value] = args else { return None };
    let link = value.as_opaque::<Link>()?;
    let (hostname, port) = host_and_port(&link.host);
    Some(Ok(match name {
        "getScheme" => Value::text(&link.scheme),
        "getHost" => Value::text(&link.host),
        "getHostname" => Value::text(hostname),
        "getPort" => Value::text(port),
        "getEscapedPath" => Value::text(&link.escaped_path()),
        "getQuery" => {
            let mut query: BTreeMap<String, Vec<Value>> = BTreeMap::new();
            for (key, value) in link.query.split('&').filter_map(pair) {
                query.entry(key).or_default().push(Value::text(&value));
            }
            Value::map(query.iter().map(|(key, values)| (key.as_str(), Value::list(values.clone()))))
        }
        _ => return None,
    }))
}

/// Whether a text is one that can stand in a request: an absolute URL or an absolute path. A fragment is part of what stands before it.
pub(super) fn is_request(text: &str) -> bool {
    text == "*" || (!text.is_empty() && parse(text, true).is_some())
}

fn read(text: &str) -> Option<Link> {
    let (before, fragment) = text.split_once('#').unwrap_or((text, ""));
    let mut link = parse(before, false)?;
    link.fragment = String::from_utf8_lossy(&unescape(fragment)?).into_owned();
    Some(link)
}

fn parse(text: &str, request: bool) -> Option<Link> {
    if text.bytes().any(|b| b < 0x20 || b == 0x7f) {
        return None;
    }
    let (scheme, rest) = scheme(text)?;
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut link = Link {
        scheme: scheme.to_ascii_lowercase(),
        user: String::new(),
        host: String::new(),
        path: Vec::new(),
        raw_path: String::new(),
        query: query.to_owned(),
        fragment: String::new(),
        opaque: String::new(),
    };
    if !rest.starts_with('/') && rest != "*" {
        if !link.scheme.is_empty() {
            rest.clone_into(&mut link.opaque);
            return Some(link);
        }
        let first = rest.split('/').next().unwrap_or_default();
        if request || first.contains(':') {
            return None;
        }
    }
    let mut path = rest;
    if let Some(after) = rest.strip_prefix("//")
        && (!link.scheme.is_empty() || (!request && !rest.starts_with("///")))
    {
        let end = after.find('/').unwrap_or(after.len());
        let (authority, rest) = after.split_at(end);
        path = rest;
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        if authority.contains('@')
            && !(user.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&b)) && unescape(user).is_some())
        {
            return None;
        }
        user.clone_into(&mut link.user);
        link.host = read_host(host)?;
    }
    link.path = unescape(path)?;
    path.clone_into(&mut link.raw_path);
    Some(link)
}

/// The scheme before a colon, "" where there is none; none where the text can't be a URL.
fn scheme(text: &str) -> Option<(&str, &str)> {
    for (at, c) in text.char_indices() {
        match c {
            'a'..='z' | 'A'..='Z' => {}
            '0'..='9' | '+' | '-' | '.' if at > 0 => {}
            ':' => return if at == 0 { None } else { Some((text.get(..at)?, text.get(at + 1..)?)) },
            _ => break,
        }
    }
    Some(("", text))
}

fn read_host(host: &str) -> Option<String> {
    let good_port = |port: &str| port.is_empty() || port.strip_prefix(':').is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    if host.starts_with('[') {
        let end = host.rfind(']')?;
        if !good_port(host.get(end + 1..)?) {
            return None;
        }
        let inside = host.get(1..end)?;
        let (address, zone) = inside.split_once("%25").map_or((inside, None), |(address, zone)| (address, Some(zone)));
        address.parse::<std::net::Ipv6Addr>().ok()?;
        let zone = match zone {
            Some(zone) => format!("%{}", String::from_utf8(unescape(zone)?).ok()?),
            None => String::new(),
        };
        return Some(format!("[{address}{zone}]{}", host.get(end + 1..)?));
    }
    if let Some(at) = host.find(':')
        && !good_port(host.get(at..)?)
    {
        return None;
    }
    let mut out = Vec::new();
    let bytes = host.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'%' => {
                let code = u8::from_str_radix(host.get(at + 1..at + 3)?, 16).ok()?;
                // Only what is not ASCII may be escaped in a host.
                if code < 0x80 && code != b'%' {
                    return None;
                }
                out.push(code);
                at += 2;
            }
            b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' | b':' | b'[' | b']' | b'<' | b'>' | b'"'
            | b'-' | b'_' | b'.' | b'~' => {
                out.push(byte);
            }
            byte if byte.is_ascii_alphanumeric() || byte >= 0x80 => out.push(byte),
            _ => return None,
        }
        at += 1;
    }
    String::from_utf8(out).ok()
}

/// Takes `%41` apart; none where a percent sign is followed by something else.
fn unescape(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'%' {
            let digits = bytes.get(at + 1..at + 3).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
            out.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            at += 2;
        } else {
            out.push(byte);
        }
        at += 1;
    }
    Some(out)
}

fn pair(text: &str) -> Option<(String, String)> {
    if text.is_empty() || text.contains(';') {
        return None;
    }
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    let plain = |text: &str| String::from_utf8(unescape(&text.replace('+', " "))?).ok();
    Some((plain(key)?, plain(value)?))
}

fn host_and_port(host: &str) -> (&str, &str) {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !port.contains(']') => (name, port),
        _ => (host, ""),
    };
    (name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name), port)
}

impl Link {
    fn escaped_path(&self) -> String {
        let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
        let valid = self.raw_path.bytes().all(|b| unreserved(b) || b"!$&'()*+,;=:@[]%/".contains(&b));
        if valid {
            return self.raw_path.clone();
        }
        self.path.iter().fold(String::new(), |mut out, &b| {
            if unreserved(b) || b"$&+,/:;=@".contains(&b) {
                out.push(b.into());
            } else {
                out.push_str(&format!("%{b:02X}"));
            }
            out
        })
    }
}
