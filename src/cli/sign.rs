//! `kassay sign`: a person's signature on a bag or on a snapshot in a registry, and the time-stamp of a signature.

use super::{Failure, Manners, collect, print, quoted, source};
use crate::collect::{ArtifactName, sign_snapshot};
use crate::config;
use crate::export::{attach_answer, is_statement, sign, sign_statement};
use std::path::{Path, PathBuf};

/// Signs a bag, or a snapshot in a registry, with your own SSH key, or attaches the time-stamp of a signature
///
/// ssh-keygen signs, with a key file, the agent or a hardware key; the bag gets the signature and a request for a time-stamp of it. Several people may
/// sign one bag. `kassay verify --allowed-signers FILE` and `sh verify.sh FILE` in the bag check it.
///
/// A snapshot in a registry (oci://REGISTRY/REPOSITORY:TAG) gets the signature beside it, as an artifact that refers to it; `--signers FILE` checks it where it is
/// read.
///
/// An in-toto statement (`export --format in-toto`) is signed by openssl with a key in PEM, Ed25519 or ECDSA on P-256: its DSSE envelope is written beside it, and another
/// person signs the envelope.
#[derive(Debug, clap::Args)]
pub struct Sign {
    /// The bag, a folder or a zip; a snapshot in a registry; or an in-toto statement, or its envelope
    bundle: PathBuf,
    /// File of the key, or of its public half where an agent or a hardware key holds the other
    #[arg(long, value_name = "FILE", required_unless_present = "time_answer")]
    key: Option<PathBuf>,
    /// Who signs, as allowed signers name you: a.assessor@audit.example; without it, who you are
    #[arg(long = "as", value_name = "NAME")]
    name: Option<String>,
    /// Attaches the answer of a time-stamping authority (RFC 3161) to the signature of that name
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    time_answer: Option<PathBuf>,
    #[command(flatten)]
    registry: source::RegistryArgs,
}

impl Sign {
    /// Carries it out.
    pub(super) fn run(self, manners: &Manners) -> Result<(), Failure> {
        if let Some(word) = self.bundle.to_str().filter(|word| ArtifactName::is_one(word)) {
            return self.snapshot(word);
        }
        if is_statement(&self.bundle) {
            return self.statement(manners);
        }
        let name = self.name.unwrap_or_else(config::user);
        if let Some(answer) = &self.time_answer {
            let time = attach_answer(&self.bundle, answer, &name)?;
            manners.say("`kassay verify` prints the command that checks the authority's certificates.");
            return print(&format!("the signature of {name} is time-stamped {}", time.strftime("%Y-%m-%dT%H:%M:%SZ")));
        }
        let Some(key) = &self.key else { return Err(Failure::new("no key is named").hint("Name the file of an SSH key with --key.")) };
        let added = sign(&self.bundle, key, &name)?;
        manners.say("For a time-stamp, send the request to an authority and attach its answer:");
        let bundle = quoted(&self.bundle);
        let shown = match &added.top {
            Some(top) => format!("unzip -p {bundle} {}", quoted(&Path::new(top).join(&added.request))),
            None => format!("cat {}", quoted(&self.bundle.join(&added.request))),
        };
        manners
            .say(&format!("  {shown} | curl -sf -H 'Content-Type: application/timestamp-query' --data-binary @- TSA_ADDRESS > answer.tsr"));
        manners.say(&format!("  kassay sign {bundle} --as {name} --time-answer answer.tsr"));
        print(&format!("signed as {name}: {}", added.signature))
    }

    /// Signs a snapshot in a registry.
    fn snapshot(&self, word: &str) -> Result<(), Failure> {
        let (Some(key), None) = (&self.key, &self.time_answer) else {
            return Err(Failure::new("a snapshot in a registry is signed with --key alone").hint("Time-stamps are for signatures of bags."));
        };
        let name = self.name.clone().unwrap_or_else(config::user);
        let settings = self.registry.settings();
        let now = jiff::Timestamp::now();
        let now = jiff::Timestamp::from_second(now.as_second()).unwrap_or(now);
        let signed = collect::asked(|cancel| async move {
            sign_snapshot(word, (key.as_path(), name.as_str()), &settings, now, &cancel).await.map(|signed| (signed, name))
        });
        let (signed, name) = signed?;
        print(&format!("{}: signed as {name}, {}", signed.name, signed.signature))
    }

    /// Signs an in-toto statement.
    fn statement(&self, manners: &Manners) -> Result<(), Failure> {
        let (Some(key), None, None) = (&self.key, &self.name, &self.time_answer) else {
            return Err(Failure::new("a statement is signed with --key alone").hint("Names and time-stamps are for signatures of bags."));
        };
        let signed = sign_statement(&self.bundle, key)?;
        manners.say(&match signed.properties.as_slice() {
            [] => "It vouches for nothing: no practice is determined in place.".to_owned(),
            all => format!("It vouches for {}, of {}.", all.join(", "), signed.subjects.join(", ")),
        });
        print(&format!("signed by the key {}: {}", signed.key, signed.path.display()))
    }
}
