//! What a check may look at: the inventory, the scope, the clock that was handed in, the tables of facts. Shared judgements that several
//! checks need (effective rights, say) are made once per view and kept.

use crate::analysis::platform::Categories;
use crate::analysis::rbac::Rbac;
use crate::analysis::reach::Reach;
use crate::analysis::trial::Trial;
use crate::analysis::{lifecycle::Lifecycle, software::Software};
use crate::kinds::{ClusterInfo, Container, ContainerRole, ImageUse, Inventory, KindState, PodSpec, Source, Workload};
use crate::model::{Category, Finding, Kind, ObjectRef, Scope, Severity};
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Facts that ship with the program: who supports which version how long, which image is which software.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    /// Support dates.
    pub lifecycle: Lifecycle,
    /// Known software by image.
    pub software: Vec<Software>,
}

/// Why a shipped table can't be used; a test reads them all, so people meet this only after editing one.
#[derive(Debug, thiserror::Error)]
#[error("the table {name} can't be read: {source}")]
pub struct TableError {
    name: &'static str,
    source: toml::de::Error,
}

impl Tables {
    /// Reads the tables from their TOML texts.
    ///
    /// # Errors
    /// Where one is no TOML of the expected shape.
    pub fn parse(lifecycle: &str, software: &str) -> Result<Self, TableError> {
        #[derive(Deserialize)]
        struct List {
            #[serde(default)]
            software: Vec<Software>,
        }
        Ok(Self {
            lifecycle: toml::from_str(lifecycle).map_err(|source| TableError { name: "lifecycle.toml", source })?,
            software: toml::from_str::<List>(software).map_err(|source| TableError { name: "software.toml", source })?.software,
        })
    }

    /// These tables with newer support dates.
    #[must_use]
    pub fn with_support_dates(self, lifecycle: Lifecycle) -> Self {
        Self { lifecycle, ..self }
    }

    /// The tables that ship with the program.
    ///
    /// # Errors
    /// Never in a released program: a test reads them.
    pub fn shipped() -> Result<Self, TableError> {
        Self::parse(include_str!("../assets/lifecycle.toml"), include_str!("../assets/software.toml"))
    }
}

/// What a check may look at.
pub struct View<'a> {
    /// Everything that was read.
    pub inventory: &'a Inventory,
    /// The assessor's scope.
    pub scope: &'a Scope,
    /// The time to judge by.
    pub now: Timestamp,
    /// Shipped facts.
    pub tables: &'a Tables,
    namespaces: Categories<'a>,
    categories: HashMap<&'a str, Category>,
    /// The category of each workload, in their order.
    of_workloads: Vec<Category>,
    wide: OnceLock<Category>,
    rbac: OnceLock<Rbac<'a>>,
    reach: OnceLock<Reach<'a>>,
    trial: OnceLock<Trial<'a>>,
    silent: OnceLock<Vec<&'a str>>,
}

/// Namespaces that hold nothing of their own in most clusters.
const EMPTY_BY_NATURE: &[&str] = &["kube-public", "kube-node-lease"];

impl<'a> View<'a> {
    /// A view of one cluster.
    #[must_use]
    pub fn new(inventory: &'a Inventory, scope: &'a Scope, now: Timestamp, tables: &'a Tables) -> Self {
        let namespaces = Categories::new(inventory, scope);
        let read = inventory.namespaces.iter().map(|namespace| namespace.metadata.name.as_str());
        let mut categories: HashMap<&str, Category> = read.map(|name| (name, namespaces.of(name))).collect();
        let of = |workload: &'a Workload| {
            let name = workload.object.namespace.as_str();
            *categories.entry(name).or_insert_with(|| namespaces.of(name))
        };
        let of_workloads = inventory.workloads.iter().map(of).collect();
        Self {
            inventory,
            scope,
            now,
            tables,
            namespaces,
            categories,
            of_workloads,
            wide: OnceLock::new(),
            rbac: OnceLock::new(),
            reach: OnceLock::new(),
            trial: OnceLock::new(),
            silent: OnceLock::new(),
        }
    }

    /// What is known of the cluster itself.
    #[must_use]
    pub const fn cluster(&self) -> &'a ClusterInfo {
        &self.inventory.cluster
    }

    /// The category of a namespace; "" stands for what is cluster-wide.
    #[must_use]
    pub fn category(&self, namespace: &str) -> Category {
        if namespace.is_empty() {
            return self.cluster_wide();
        }
        self.categories.get(namespace).copied().unwrap_or_else(|| self.namespaces.of(namespace))
    }

    /// The category of what acts on the whole cluster: that of the most sensitive namespace, because it reaches that one too.
    #[must_use]
    pub fn cluster_wide(&self) -> Category {
        *self.wide.get_or_init(|| {
            self.namespaces()
                .into_iter()
                .map(|(_, category)| category)
                .filter(|c| *c != Category::Platform)
                .min()
                .unwrap_or(self.scope.default)
        })
    }

    /// Everybody's effective rights.
    pub fn rbac(&self) -> &Rbac<'a> {
        self.rbac.get_or_init(|| Rbac::of(self.inventory))
    }

    /// Who may connect to whom.
    pub fn reach(&self) -> &Reach<'a> {
        self.reach.get_or_init(|| Reach::new(self.inventory))
    }

    /// What admission says to the witnesses.
    pub fn trial(&self) -> &Trial<'a> {
        self.trial.get_or_init(|| Trial::in_scope(self.inventory, &self.tables.software, self.scope))
    }

    /// Every namespace that was read or in which something was read, with its category, sorted by name.
    #[must_use]
    pub fn namespaces(&self) -> Vec<(&str, Category)> {
        let mut all: Vec<(&str, Category)> = self.categories.iter().map(|(name, category)| (*name, *category)).collect();
        all.sort_unstable();
        all
    }

    /// Namespaces that files name and of which they hold nothing, not even the account and the certificate that every namespace has: the lists
    /// in the files are those of other namespaces then. Empty where somebody said that the files are the whole cluster.
    #[must_use]
    pub fn silent_namespaces(&self) -> &[&'a str] {
        self.silent.get_or_init(|| {
            if self.inventory.source != Source::Files || self.inventory.declared_complete.is_some() {
                return vec![];
            }
            let names = self.inventory.namespaces.iter().map(|namespace| namespace.metadata.name.as_str());
            names.filter(|name| !EMPTY_BY_NATURE.contains(name) && !self.inventory.holds_any_of(name)).collect()
        })
    }

    /// A judgement for checks of what runs, where the source holds no pods at all: that none of them shows is then no answer.
    #[must_use]
    pub fn without_pods(&self) -> Option<super::Verdict> {
        let held = self.inventory.source != Source::Files || self.inventory.state(Kind::Pods) != KindState::Absent;
        (!held).then(|| {
            super::Verdict::blocked("The files hold no pods, and only pods that run can show this.", vec!["pods: list".to_owned()])
        })
    }

    /// Every workload with its category, sorted by namespace, kind and name.
    pub fn workloads(&self) -> impl Iterator<Item = (&'a Workload, Category)> {
        self.inventory.workloads.iter().zip(self.of_workloads.iter().copied())
    }

    /// The distinct specs to judge a workload by, with how many pods share each: those of its pods, and those of its templates, with none, where
    /// no pod shows what becomes of them.
    pub fn specs<'b>(&self, workload: &'b Workload) -> impl Iterator<Item = (&'a PodSpec, u32)> + use<'a, 'b> {
        let inventory = self.inventory;
        workload.variants.iter().map(move |v| (inventory.spec(v.spec), v.pods))
    }

    /// Every container of a workload, in each of its distinct specs, ready to be told in a finding.
    pub fn containers<'b>(&self, workload: &'b Workload) -> impl Iterator<Item = Placed<'b>> + use<'a, 'b>
    where
        'a: 'b,
    {
        let category = self.category(&workload.object.namespace);
        self.specs(workload).flat_map(move |(spec, pods)| {
            spec.all_containers().map(move |(role, container)| Placed { workload, category, spec, role, container, pods })
        })
    }

    /// Every image of a workload where it is named: by containers and by volumes, in each of its distinct specs.
    pub fn images<'b>(&self, workload: &'b Workload) -> impl Iterator<Item = PlacedImage<'b>> + use<'a, 'b>
    where
        'a: 'b,
    {
        let category = self.category(&workload.object.namespace);
        self.specs(workload).flat_map(move |(spec, pods)| spec.images().map(move |used| PlacedImage { workload, category, used, pods }))
    }

    /// A failing finding on an object, in the category of its namespace.
    #[must_use]
    pub fn finding(&self, object: ObjectRef, field: impl Into<String>) -> Finding {
        Finding::new(self.category(&object.namespace), object, field)
    }
}

/// A container where it stands: in which workload, in how many of its pods.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'a> {
    /// The workload.
    pub workload: &'a Workload,
    /// The category of its namespace.
    pub category: Category,
    /// The spec that holds the container.
    pub spec: &'a PodSpec,
    /// The list in which it stands.
    pub role: ContainerRole,
    /// The container.
    pub container: &'a Container,
    /// Pods that share the spec.
    pub pods: u32,
}

/// An image where it is named: in which workload, by which container or volume, in how many of its pods.
#[derive(Clone, Debug)]
pub struct PlacedImage<'a> {
    /// The workload.
    pub workload: &'a Workload,
    /// The category of its namespace.
    pub category: Category,
    /// The image and what names it.
    pub used: ImageUse<'a>,
    /// Pods that share the spec.
    pub pods: u32,
}

impl PlacedImage<'_> {
    /// The reference as it is written, for people.
    #[must_use]
    pub fn words(&self) -> &str {
        if self.used.reference.is_empty() { "unset" } else { self.used.reference }
    }

    /// What is told of an image whose name can't be read: what follows from that is for a person.
    #[must_use]
    pub fn unreadable(&self, so: &str) -> Finding {
        self.finding()
            .observed(self.words())
            .rule("unreadable")
            .severity(Severity::Low)
            .review()
            .message(format!("The image's name can't be read, so {so} can't be told; a placeholder may be filled in later."))
            .mend("Give the image as registry/repository:tag@digest.")
    }

    /// A failing finding on the field that names the image.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let field = format!("{}.{}", self.workload.spec_path(), self.used.path());
        Finding::new(self.category, self.workload.object.clone(), field).pods(self.pods)
    }
}

impl Placed<'_> {
    /// A failing finding on a field below the container: `image`.
    #[must_use]
    pub fn finding(&self, below: &str) -> Finding {
        let field = format!("{}.{}.{below}", self.workload.spec_path(), self.container.path(self.role));
        Finding::new(self.category, self.workload.object.clone(), field).pods(self.pods)
    }
}
