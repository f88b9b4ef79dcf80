//! Encryption to people's keys, as `age` has it: what is written is opened with `age -d` by whoever holds one of these keys.

use super::ExportError;
use super::through::{Fault, Heard, copy};
use kassay_core::model::text::counted;
use std::fmt;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;

/// Keys to which something is encrypted.
pub struct Recipients(Vec<Box<dyn age::Recipient + Send>>);

impl fmt::Debug for Recipients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&counted(self.0.len(), "recipient", "recipients"))
    }
}

impl Recipients {
    /// Reads recipients: keys (`age1…`, `ssh-ed25519 …`, `ssh-rsa …`), or files with a key on each line; none where nobody is named.
    ///
    /// # Errors
    /// Where one is no key to which `age` can encrypt.
    pub fn read(named: &[String]) -> Result<Option<Self>, ExportError> {
        let mut all = Vec::new();
        for one in named {
            if one.starts_with("age1") || one.starts_with("ssh-") || one.starts_with("ecdsa-") || one.starts_with("sk-") {
                all.push(key(one)?);
                continue;
            }
            let path = Path::new(one);
            let text = fs::read_to_string(path).map_err(ExportError::io(path))?;
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            let before = all.len();
            for line in lines {
                all.push(key(line)?);
            }
            if all.len() == before {
                return Err(ExportError::Recipient { who: one.clone(), why: "holds no key".to_owned() });
            }
        }
        Ok((!all.is_empty()).then_some(Self(all)))
    }

    /// Encrypts what can be read, page by page.
    pub(super) fn encrypt<'a>(&self, from: &mut dyn Read, to: &'a mut dyn Write, heard: &'a mut Heard<'a>) -> Result<(), Fault> {
        let recipients = self.0.iter().map(|recipient| &**recipient as &dyn age::Recipient);
        let other = |error: &dyn fmt::Display| Fault::Writing(std::io::Error::other(error.to_string()));
        let encryptor = age::Encryptor::with_recipients(recipients).map_err(|e| other(&e))?;
        let mut sealed = encryptor.wrap_output(to).map_err(Fault::Writing)?;
        copy(from, &mut sealed, &[], heard)?;
        sealed.finish().and_then(|to| to.flush()).map_err(Fault::Writing)
    }
}

fn key(text: &str) -> Result<Box<dyn age::Recipient + Send>, ExportError> {
    let refused = |why: &str| ExportError::Recipient { who: text.chars().take(40).collect(), why: why.to_owned() };
    if text.starts_with("age1") {
        return match text.parse::<age::x25519::Recipient>() {
            Ok(recipient) => Ok(Box::new(recipient)),
            Err(why) => Err(refused(&format!("is no key of age: {why}"))),
        };
    }
    match text.parse::<age::ssh::Recipient>() {
        Ok(recipient) => Ok(Box::new(recipient)),
        Err(_) => Err(refused("is no key to which age can encrypt; keys of ECDSA and of hardware can sign, and open nothing")),
    }
}
