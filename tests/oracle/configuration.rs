//! A configuration of kube-apiserver that the dice choose: its flags, the files that they name, and what must be said of it. What follows from a flag is written down
//! here by the documentation of kube-apiserver, and shares nothing with the program that is tested.

use super::dice::Dice;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What was chosen.
#[derive(Debug, Default)]
pub struct Configuration {
    folder: PathBuf,
    minor: u32,
    flags: Vec<String>,
    effective: Vec<(&'static str, String)>,
    files: Vec<(&'static str, String)>,
    modes: Option<&'static str>,
    authorization_file: bool,
    policy: bool,
    log: bool,
    webhook: bool,
    provider: Option<&'static str>,
    weak: bool,
    pub token_file: bool,
    pub pod_security_off: bool,
    pub emulated: Option<u32>,
    serves_flags: bool,
    get_opens: bool,
}

const ENCRYPTION: &str =
    "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n";
const KEY: &str = "{keys: [{name: key1, secret: dGhpcnR5LXR3byBieXRlcyBvZiBhIHRlc3Qga2V5ISE=}]}";

impl Configuration {
    /// A configuration of these throws for a server of this minor version, with its files in a folder of its own.
    pub fn random(dice: &mut Dice, folder: &Path, nth: u64, minor: u32) -> Self {
        let mut made = Self { folder: folder.join(format!("oracle-{nth}")), minor, ..Self::default() };
        std::fs::create_dir_all(&made.folder).unwrap();
        made.authorization(dice);
        made.authentication(dice);
        made.audit(dice);
        made.encryption(dice);
        made.admission(dice);
        made.transport(dice);
        made.rest(dice);
        made
    }

    fn flag(&mut self, name: &'static str, value: &str) {
        self.flags.push(format!("--{name}={value}"));
        self.said(name, value);
    }

    /// What must be said of a flag, given or not.
    fn said(&mut self, name: &'static str, value: &str) {
        self.effective.push((name, value.to_owned()));
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// A kubeconfig of a webhook that nobody answers.
    fn hook(&self, name: &str) -> String {
        let text = "apiVersion: v1\nkind: Config\nclusters: [{name: a, cluster: {server: \"https://127.0.0.1:9/hook\"}}]\nusers: [{name: a, user: {}}]\n\
                    contexts: [{name: a, context: {cluster: a, user: a}}]\ncurrent-context: a\n";
        self.file(name, text)
    }

    fn authorization(&mut self, dice: &mut Dice) {
        match dice.roll(6) {
            // What kube-apiserver does where nothing is said.
            0 => self.modes = Some("AlwaysAllow"),
            1 => {
                self.authorization_file = true;
                let text = "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthorizationConfiguration\nauthorizers: [{type: Node, name: node}, {type: RBAC, name: rbac}]\n";
                let path = self.file("authorization.yaml", text);
                self.files.push(("authorization", path.clone()));
                self.flag("authorization-config", &path);
                self.said("authorization-mode", "");
                return;
            }
            2 => {
                self.modes = Some("Node,RBAC,ABAC");
                let line = r#"{"apiVersion":"abac.authorization.kubernetes.io/v1beta1","kind":"Policy","spec":{"user":"oracle-nobody","namespace":"*","resource":"*","apiGroup":"*"}}"#;
                let path = self.file("abac.jsonl", &format!("{line}\n"));
                self.flags.push(format!("--authorization-policy-file={path}"));
            }
            3 => self.modes = Some("RBAC"),
            _ => self.modes = Some("Node,RBAC"),
        }
        self.said("authorization-config", "");
        let modes = self.modes.unwrap_or_default();
        if modes == "AlwaysAllow" && dice.chance(50) {
            self.said("authorization-mode", modes);
        } else {
            self.flag("authorization-mode", modes);
        }
    }

    fn authentication(&mut self, dice: &mut Dice) {
        match dice.roll(4) {
            // It can't stand beside the flag, and not beside AlwaysAllow.
            0 if !self.allows_everything() => {
                let text = "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\nanonymous: {enabled: true, conditions: [{path: /livez}]}\n";
                let path = self.file("authentication.yaml", text);
                self.files.push(("authentication", path.clone()));
                self.flag("authentication-config", &path);
            }
            1 => self.flag("anonymous-auth", "false"),
            2 if !self.allows_everything() => self.flag("anonymous-auth", "true"),
            // With AlwaysAllow the server switches it off by itself.
            _ => {
                let on = !self.allows_everything();
                self.said("anonymous-auth", if on { "true" } else { "false" });
            }
        }
        if dice.chance(25) {
            self.token_file = true;
            let path = self.file("tokens.csv", "a-token-of-a-test,robot,7\n");
            self.flag("token-auth-file", &path);
        } else {
            self.said("token-auth-file", "");
        }
    }

    fn audit(&mut self, dice: &mut Dice) {
        (self.policy, self.log, self.webhook) = (dice.chance(65), dice.chance(50), dice.chance(30));
        let policy = self.file("policy.yaml", "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n");
        let hook = self.hook("audit.kubeconfig");
        let log = self.folder.join("audit.log").display().to_string();
        for (on, name, value) in [
            (self.policy, "audit-policy-file", policy),
            (self.log, "audit-log-path", log),
            (self.webhook, "audit-webhook-config-file", hook),
        ] {
            if on { self.flag(name, &value) } else { self.said(name, "") }
        }
        if self.log && dice.chance(50) {
            self.flag("audit-log-maxage", "30");
        } else {
            self.said("audit-log-maxage", if self.minor < 36 { "0" } else { "366" });
        }
    }

    fn encryption(&mut self, dice: &mut Dice) {
        let (first, second, provider) = match dice.roll(4) {
            0 => ("aescbc", "identity", "k8s:enc:aescbc:v1"),
            1 => ("secretbox", "identity", "k8s:enc:secretbox:v1"),
            2 => ("identity", "aescbc", "identity"),
            _ => return self.said("encryption-provider-config", ""),
        };
        self.provider = Some(provider);
        let settings = |name: &str| if name == "identity" { "{}" } else { KEY };
        let text = format!("{ENCRYPTION}  - {first}: {}\n  - {second}: {}\n", settings(first), settings(second));
        let path = self.file("encryption.yaml", &text);
        self.files.push(("encryption", path.clone()));
        self.flag("encryption-provider-config", &path);
    }

    fn admission(&mut self, dice: &mut Dice) {
        if dice.chance(50) {
            self.flag("enable-admission-plugins", "NodeRestriction");
        } else {
            self.said("enable-admission-plugins", "");
        }
        self.pod_security_off = dice.chance(25);
        if self.pod_security_off {
            self.flag("disable-admission-plugins", "PodSecurity");
        } else {
            self.said("disable-admission-plugins", "");
        }
        if dice.chance(30) {
            let path = self.file("admission.yaml", "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins: []\n");
            self.flag("admission-control-config-file", &path);
        } else {
            self.said("admission-control-config-file", "");
        }
    }

    fn transport(&mut self, dice: &mut Dice) {
        match dice.one(&["", "VersionTLS11", "VersionTLS12", "VersionTLS13"]) {
            "" => self.said("tls-min-version", ""),
            version => {
                self.weak |= version == "VersionTLS11";
                self.flag("tls-min-version", version);
            }
        }
        let strong = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
        match dice.roll(4) {
            0 => self.flag("tls-cipher-suites", strong),
            1 => {
                self.weak = true;
                self.flag("tls-cipher-suites", &format!("{strong},TLS_RSA_WITH_AES_128_CBC_SHA"));
            }
            _ => self.said("tls-cipher-suites", ""),
        }
    }

    fn rest(&mut self, dice: &mut Dice) {
        for (name, by_itself) in
            [("profiling", "true"), ("service-account-lookup", "true"), ("service-account-extend-token-expiration", "true")]
        {
            if dice.chance(50) { self.flag(name, "false") } else { self.said(name, by_itself) }
        }
        if dice.chance(40) {
            self.flags.push("--service-account-max-token-expiration=48h".to_owned());
            self.said("service-account-max-token-expiration", "48h0m0s");
        } else {
            self.said("service-account-max-token-expiration", "0s");
        }
        if dice.chance(25) {
            let before = self.minor - 1;
            self.emulated = Some(before);
            self.flag("emulated-version", &format!("1.{before}"));
        } else {
            self.said("emulated-version", "");
        }
        let shown = self.emulated.unwrap_or(self.minor);
        // On by itself since then.
        self.serves_flags = shown >= 36;
        self.get_opens = shown < 35;
        let mut gates = Vec::new();
        if dice.chance(30) && shown >= 35 {
            self.get_opens = true;
            gates.push("AuthorizePodWebsocketUpgradeCreatePermission=false");
        }
        if dice.chance(15) {
            self.serves_flags = false;
            gates.push("ComponentFlagz=false");
        } else if dice.chance(25) && shown < 36 {
            self.serves_flags = true;
            gates.push("ComponentFlagz=true");
        }
        if gates.is_empty() { self.said("feature-gates", "") } else { self.flag("feature-gates", &gates.join(",")) }
    }

    /// The flags that it is started with, beside those that every server of the tests has.
    pub fn flags(&self) -> &[String] {
        &self.flags
    }

    /// The same for the message of a failure.
    pub fn words(&self) -> String {
        self.flags.join(" ")
    }

    /// Flags with the value that holds: "" for not set.
    pub fn effective(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.effective.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// Whether `/flagz` is there, and the role `system:monitoring` holds the right to it.
    pub const fn serves_flags(&self) -> bool {
        self.serves_flags
    }

    /// Whether it tells flags in a form for programs. Until 1.34 there was the page in plain text alone, whatever version a server emulates.
    pub const fn tells_flags(&self) -> bool {
        self.serves_flags && self.minor >= 35
    }

    /// Whether who may `get` a pod's exec may run commands in it. Since 1.35 it takes `create` too, unless a gate is off.
    pub const fn get_opens_a_shell(&self) -> bool {
        self.get_opens
    }

    /// Whether everybody may do everything.
    pub fn allows_everything(&self) -> bool {
        self.modes == Some("AlwaysAllow")
    }

    /// Whether events are handed to a backend.
    pub const fn records(&self) -> bool {
        self.policy && (self.log || self.webhook)
    }

    /// With what Secrets are written; none where nothing says so.
    pub const fn provider(&self) -> Option<&'static str> {
        self.provider
    }

    /// Whether an old protocol or a weak cipher is allowed.
    pub const fn weak_tls(&self) -> bool {
        self.weak
    }

    /// SHA-256 of the file behind a configuration, as servers tell it since 1.34; none where none is given.
    pub fn digest(&self, what: &str) -> Option<String> {
        if self.minor < 34 {
            return None;
        }
        let (_, path) = self.files.iter().find(|(name, _)| *name == what)?;
        let digest = Sha256::digest(std::fs::read(path).unwrap());
        Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// What 2.2/authorization-modes must find.
    pub fn authorization_rules(&self) -> BTreeSet<&'static str> {
        let Some(modes) = self.modes.filter(|_| !self.authorization_file) else { return BTreeSet::new() };
        let has = |mode: &str| modes.split(',').any(|known| known == mode);
        let rules = [("always_allow", has("AlwaysAllow")), ("abac", has("ABAC")), ("no_node", !has("Node")), ("no_rbac", !has("RBAC"))];
        rules.into_iter().filter_map(|(rule, holds)| holds.then_some(rule)).collect()
    }

    /// What 7.1/audit-flags must find. Events that a backend lost are told beside it, and nobody answers the webhook.
    pub fn audit_rules(&self) -> BTreeSet<&'static str> {
        let rule = match (self.policy, self.log, self.webhook) {
            (false, false, false) => Some("off"),
            (false, ..) => Some("policy"),
            (true, false, false) => Some("backend"),
            (true, true, false) => Some("file-only"),
            (true, _, true) => None,
        };
        rule.into_iter().collect()
    }

    /// What 6.1/encryption-at-rest must find.
    pub fn encryption_rules(&self) -> BTreeSet<&'static str> {
        match self.provider {
            None => ["off"].into(),
            Some("identity") => ["file", "read_plain", "written_plain"].into(),
            Some(_) => ["file"].into(),
        }
    }
}
