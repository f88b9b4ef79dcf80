//! Writes lists in Kubernetes' binary form from their JSON, by the same table that the program reads them by.

#![allow(dead_code, unreachable_pub, reason = "shared by several programs, of which none uses all of it")]

use data_encoding::BASE64;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};

type Fields = Vec<(u64, &'static str, &'static str)>;

/// The table of messages.
pub struct Writer {
    kinds: HashMap<(&'static str, &'static str), &'static str>,
    messages: HashMap<&'static str, Fields>,
}

impl Writer {
    pub fn new() -> Self {
        let (mut kinds, mut messages, mut last) = (HashMap::new(), HashMap::<_, Fields>::new(), "");
        for line in include_str!("../../src/core/kinds/wire/schema.txt").lines().filter(|line| !line.starts_with('#')) {
            match line.split(' ').collect::<Vec<_>>()[..] {
                ["kind", api_version, kind, message] => drop(kinds.insert((api_version, kind), message)),
                ["message", name] => {
                    messages.entry(name).or_default();
                    last = name;
                }
                [number, name, form] => messages.entry(last).or_default().push((number.parse().unwrap(), name, form)),
                _ => panic!("{line}"),
            }
        }
        Self { kinds, messages }
    }

    /// A page of a list. Its objects are JSON.
    pub fn page(&self, api_version: &str, kind: &str, next: &str, remaining: Option<usize>, items: &[Value]) -> Vec<u8> {
        let mut metadata = Map::from_iter([("continue".to_owned(), Value::from(next)), ("resourceVersion".to_owned(), Value::from("1"))]);
        metadata.extend(remaining.map(|left| ("remainingItemCount".to_owned(), Value::from(left))));
        let mut content = Vec::new();
        bytes(1, &self.message("meta/v1.ListMeta", &metadata), &mut content);
        for item in items {
            bytes(2, &self.message(self.kinds[&(api_version, kind)], item.as_object().unwrap()), &mut content);
        }
        let mut own = Vec::new();
        bytes(1, api_version.as_bytes(), &mut own);
        bytes(2, format!("{kind}List").as_bytes(), &mut own);
        let mut out = b"k8s\0".to_vec();
        bytes(1, &own, &mut out);
        bytes(2, &content, &mut out);
        bytes(3, b"", &mut out);
        bytes(4, b"", &mut out);
        out
    }

    fn message(&self, name: &str, object: &Map<String, Value>) -> Vec<u8> {
        let mut out = Vec::new();
        for (number, name, form) in &self.messages[name] {
            let (form, omits) = form.strip_suffix('?').map_or((*form, false), |form| (form, true));
            if let Some(inline) = form.strip_prefix('=') {
                bytes(*number, &self.message(inline, object), &mut out);
                continue;
            }
            match object.get(*name).filter(|value| !value.is_null()) {
                Some(value) => self.field(*number, form, value, &mut out),
                // What JSON leaves out where it is empty is written all the same.
                None if omits && form == "int" => self.field(*number, form, &Value::from(0), &mut out),
                None if omits && form == "bool" => self.field(*number, form, &Value::from(false), &mut out),
                None if omits && form == "string" => bytes(*number, b"", &mut out),
                None => {}
            }
        }
        out
    }

    fn field(&self, number: u64, form: &str, value: &Value, out: &mut Vec<u8>) {
        if let Some(form) = form.strip_prefix("[]") {
            value.as_array().unwrap().iter().for_each(|item| self.field(number, form, item, out));
            return;
        }
        if let Some(form) = form.strip_prefix("{}") {
            let sorted: BTreeMap<&String, &Value> = value.as_object().unwrap().iter().collect();
            for (key, value) in sorted {
                let mut entry = Vec::new();
                bytes(1, key.as_bytes(), &mut entry);
                match form.strip_prefix("[]") {
                    Some(form) => {
                        let mut items = Vec::new();
                        value.as_array().unwrap().iter().for_each(|item| self.field(1, form, item, &mut items));
                        bytes(2, &items, &mut entry);
                    }
                    None => self.field(2, form, value, &mut entry),
                }
                bytes(number, &entry, out);
            }
            return;
        }
        let text = || value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut inner = Vec::new();
        match form {
            "int" => {
                varint(number << 3, out);
                varint(value.as_i64().unwrap().cast_unsigned(), out);
                return;
            }
            "bool" => {
                varint(number << 3, out);
                varint(u64::from(value.as_bool().unwrap()), out);
                return;
            }
            "string" => inner.extend(text().as_bytes()),
            "bytes" => inner = BASE64.decode(text().as_bytes()).unwrap(),
            "json" => bytes(1, value.to_string().as_bytes(), &mut inner),
            "quantity" => bytes(1, text().as_bytes(), &mut inner),
            "time" => {
                let time: jiff::Timestamp = text().parse().unwrap();
                varint(1 << 3, &mut inner);
                varint(time.as_second().cast_unsigned(), &mut inner);
                varint(2 << 3, &mut inner);
                varint(0, &mut inner);
            }
            "int-or-string" => {
                varint(1 << 3, &mut inner);
                varint(u64::from(value.is_string()), &mut inner);
                varint(2 << 3, &mut inner);
                varint(value.as_i64().unwrap_or(0).cast_unsigned(), &mut inner);
                bytes(3, value.as_str().unwrap_or_default().as_bytes(), &mut inner);
            }
            message => inner = self.message(message, value.as_object().unwrap()),
        }
        bytes(number, &inner, out);
    }
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value > 0x7f {
        out.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap());
}

fn bytes(number: u64, content: &[u8], out: &mut Vec<u8>) {
    varint(number << 3 | 2, out);
    varint(content.len() as u64, out);
    out.extend(content);
}
