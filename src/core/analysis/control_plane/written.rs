//! What kubeadm keeps in the cluster of the flags that it starts the control plane with (ConfigMap `kube-system/kubeadm-config`). It is what was written down,
//! and weaker than what a pod or a running server says: manifests are changed by hand, and a change of the ConfigMap counts with the next upgrade or the next node
//! that joins. So where flags show it is held against them, and a difference is told; where none show it is told as what should run.

use super::servers::same;
use crate::analysis::flags::{CommandLine, Component, Seen};
use crate::kinds::arguments::WITHHELD;
use crate::kinds::{Inventory, kubeadm};
use crate::model::ObjectRef;

/// The flags that kubeadm keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The ConfigMap.
    pub object: ObjectRef,
    /// Program, flag and value; none where the text could not be read.
    flags: Option<Vec<[String; 3]>>,
}

/// A flag of which kubeadm keeps something else than a component shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// Its name, without dashes.
    pub flag: String,
    /// What kubeadm keeps.
    pub written: String,
    /// What the component shows; none where it does not show the flag.
    pub shown: Option<String>,
}

/// The ConfigMap of kubeadm, where there is one.
#[must_use]
pub fn kubeadm(inventory: &Inventory) -> Option<Written> {
    let map = inventory.config_maps.iter().find(|map| kubeadm::is(&map.metadata.namespace, &map.metadata.name))?;
    let value = map.data.get(kubeadm::KEY)?;
    Some(Written { object: ObjectRef::new("", "ConfigMap", &map.metadata.namespace, &map.metadata.name), flags: kubeadm::of(value) })
}

impl Written {
    /// Whether its text could be read.
    #[must_use]
    pub const fn is_understood(&self) -> bool {
        self.flags.is_some()
    }

    fn of(&self, component: Component) -> impl Iterator<Item = (&str, &str)> {
        let own = self.flags.iter().flatten().filter(move |[program, ..]| program == component.program());
        own.map(|[_, flag, value]| (flag.as_str(), value.as_str()))
    }

    /// The flags of a command line of which it says something else. What either does not tell is none.
    #[must_use]
    pub fn differing(&self, line: &CommandLine) -> Vec<Other> {
        // An annotation is of K3s, which kubeadm did not start.
        if line.seen == Seen::Annotation {
            return vec![];
        }
        let differs = |(flag, written): (&str, &str)| {
            if written == WITHHELD || line.has(flag) && line.value(flag).is_none() {
                return None;
            }
            let shown = line.has(flag).then(|| {
                if line.list(flag).len() > 1 { line.list(flag).join(",") } else { line.value(flag).unwrap_or_default().to_owned() }
            });
            let equal = shown.as_deref().is_some_and(|shown| same(flag, shown, written));
            (!equal).then(|| Other { flag: flag.to_owned(), written: written.to_owned(), shown })
        };
        self.of(line.component).filter_map(differs).collect()
    }

    /// What it says of some flags of the API server, as a command line would: `--audit-log-path=/var/log/audit.log`.
    #[must_use]
    pub fn words(&self, flags: &[&str]) -> Vec<String> {
        self.of(Component::ApiServer).filter(|(flag, _)| flags.contains(flag)).map(|(flag, value)| format!("--{flag}={value}")).collect()
    }
}
