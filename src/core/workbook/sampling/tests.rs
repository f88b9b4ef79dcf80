//! Sizes, shares and the same choice again, as properties; disagreement; populations of a small cluster.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message")]
use super::*;
use crate::kinds::{Ingest, KindState, Source};
use crate::model::{Category, Kind, Scope};
use crate::sensitive::FingerprintKey;
use crate::workbook::{ItemResult, Moment, SampleItem};
use proptest::prelude::*;
use serde_json::json;

fn population(names: &BTreeSet<String>) -> Vec<Member> {
    let category = |name: &str| Category::ALL[name.len() % 4];
    names.iter().map(|name| Member { name: name.clone(), category: Some(category(name)), owner: String::new() }).collect()
}

fn ask<'a>(method: SamplingMethod, size: Size, seed: &'a str) -> Ask<'a> {
    Ask { method, strata: Some(Strata::Category), size, seed }
}

proptest! {
    #[test]
    fn a_sample_has_its_size_and_is_of_the_population_whatever_its_order(
        names in prop::collection::btree_set("[a-z/ ]{1,9}", 1..60), seed in "[ -~]{1,12}", share in 1usize..=1000, stratified: bool
    ) {
        prop_assume!(!seed.trim().is_empty());
        let members = population(&names);
        let method = if stratified { SamplingMethod::Stratified } else { SamplingMethod::Random };
        let size = Size::Permille(share);
        let drawn = draw(&members, &ask(method, size, &seed)).unwrap();
        prop_assert_eq!(drawn.len(), size.of(members.len()).unwrap());
        prop_assert!(drawn.iter().all(|item| names.contains(&item.name)));
        prop_assert_eq!(drawn.iter().map(|item| &item.name).collect::<BTreeSet<_>>().len(), drawn.len());
        let mut turned = members;
        turned.reverse();
        prop_assert_eq!(draw(&turned, &ask(method, size, &seed)).unwrap(), drawn);
    }

    #[test]
    fn a_larger_sample_of_the_same_seed_holds_the_smaller_one(
        names in prop::collection::btree_set("[a-z]{1,9}", 2..60), seed in "[a-z]{1,12}", n in 1usize..60
    ) {
        let members = population(&names);
        let n = n.min(members.len() - 1);
        let of = |n| draw(&members, &ask(SamplingMethod::Random, Size::Count(n), &seed)).unwrap();
        let larger: BTreeSet<Drawn> = of(n + 1).into_iter().collect();
        prop_assert!(of(n).iter().all(|item| larger.contains(item)));
    }

    #[test]
    fn strata_sum_up_each_within_one_of_its_share_or_at_the_one_that_all_have(
        sizes in prop::collection::vec(0usize..400, 1..12), share in 0usize..=1000
    ) {
        let whole: usize = sizes.iter().sum();
        let wanted = whole * share / 1000;
        let given = allocate(&sizes, wanted);
        prop_assert_eq!(given.iter().sum::<usize>(), wanted);
        prop_assert!(given.iter().zip(&sizes).all(|(given, size)| given <= size));
        let filled = sizes.iter().filter(|size| **size > 0).count();
        if wanted >= filled {
            prop_assert!(given.iter().zip(&sizes).all(|(given, size)| *given > 0 || *size == 0));
        } else {
            prop_assert!(given.iter().zip(&sizes).all(|(given, size)| (given * whole).abs_diff(size * wanted) < whole));
        }
    }
}

#[test]
fn shares_go_by_the_largest_remainder_and_nobody_is_left_out() {
    assert_eq!(allocate(&[50, 30, 20], 10), [5, 3, 2]);
    // 4.9, 3.9, 1.2: the two largest remainders.
    assert_eq!(allocate(&[49, 39, 12], 10), [5, 4, 1]);
    // 9.7, 0.2, 0.1: those with none get one from the first.
    assert_eq!(allocate(&[97, 2, 1], 10), [8, 1, 1]);
    // Fewer than there are strata: the largest ones.
    assert_eq!(allocate(&[10, 30, 20], 2), [0, 1, 1]);
    assert_eq!(allocate(&[0, 5], 5), [0, 5]);
}

#[test]
fn sizes_are_read_as_people_write_them() {
    let of = |text: &str, n| text.parse::<Size>().and_then(|size| size.of(n)).map_err(|e| e.0);
    assert_eq!((of("25", 400), of("10%", 401), of("2.5 %", 400), of("all", 7), of("100%", 7)), (Ok(25), Ok(41), Ok(10), Ok(7), Ok(7)));
    for text in ["", "0", "-3", "0%", "101%", "many", "1.25%"] {
        assert!(of(text, 400).is_err(), "{text}");
    }
    assert!(of("12", 11).unwrap_err().contains("has 11"));
    assert_eq!("2.5%".parse::<Size>().unwrap().to_string(), "2.5%");
}

fn sample(members: &[Member], method: SamplingMethod, n: usize) -> Sample {
    let drawn = draw(members, &ask(method, Size::Count(n), "seed")).unwrap();
    let names: Vec<String> = members.iter().map(|member| member.name.clone()).collect();
    Sample {
        reference: "S-01".into(),
        title: "Sample".into(),
        method,
        size: n.to_string(),
        seed: "seed".into(),
        strata: (method == SamplingMethod::Stratified).then_some(Strata::Category),
        reason: String::new(),
        representative: String::new(),
        practices: vec![],
        questions: vec![],
        conclusion: String::new(),
        by: "A. Assessor".into(),
        at: Moment("2026-11-23T09:12:00Z".parse().unwrap()),
        withdrawn: None,
        population: Population {
            of: PopulationKind::Typed,
            cluster: String::new(),
            filter: String::new(),
            count: members.len(),
            counted: Moment("2026-11-23T09:12:00Z".parse().unwrap()),
            digest: digest(names.iter().map(String::as_str)),
            snapshots: vec![],
            incomplete: vec![],
            members: names,
        },
        items: drawn.into_iter().map(SampleItem::of).collect(),
    }
}

#[test]
fn a_population_that_changed_is_told_and_one_that_did_not_gives_the_same() {
    let members = typed("a\nb\nc\nd\ne\n b \n\n");
    assert_eq!(members.len(), 5);
    let mut kept = sample(&members, SamplingMethod::Random, 2);
    assert_eq!(again(&kept, &members), Again::Same);
    let Again::Changed(drift) = again(&kept, &typed("b\nc\nd\ne\nf\ng")) else { unreachable!() };
    assert_eq!((drift.came.clone().unwrap(), drift.went.clone().unwrap()), (vec!["f".to_owned(), "g".to_owned()], vec!["a".to_owned()]));
    assert!(drift.words().contains("5 then and 6 now: 2 came: f, g; 1 went: a"), "{}", drift.words());
    // An item that was put into the workbook by hand shows.
    let other = members.iter().find(|member| kept.items.iter().all(|item| item.name != member.name)).unwrap().name.clone();
    kept.items[0].name = other;
    assert_eq!(again(&kept, &members), Again::Differs);
}

#[test]
fn disagreement_is_told_with_its_majority_its_outliers_and_what_is_left() {
    let members = population(&["a", "b", "c", "dd", "ee"].map(str::to_owned).into());
    let mut kept = sample(&members, SamplingMethod::Stratified, 5);
    assert_eq!(summary(&kept).overall.words(), "nothing is shown yet: 5 left");
    for (name, result) in [("a", ItemResult::Conforms), ("b", ItemResult::Conforms), ("dd", ItemResult::Deviates)] {
        kept.items.iter_mut().filter(|item| item.name == name).for_each(|item| item.result = Some(result));
    }
    let told = summary(&kept);
    assert_eq!(told.overall.words(), "inconsistent: 2 conform, 1 deviates, 2 left");
    assert_eq!(told.outlier_words().unwrap(), "Most conform; these deviate: dd");
    let strata: Vec<(String, String)> = told.strata.iter().map(|(name, tally)| (name.clone(), tally.words())).collect();
    let words = |name: &str, words: &str| (name.to_owned(), words.to_owned());
    assert_eq!(
        strata,
        [words("connected", "consistent so far: 2 conform, 1 left"), words("out of scope", "consistent so far: 1 deviates, 1 left")]
    );
    // What could not be looked at speaks for neither side, and as many on both sides make no majority.
    kept.items.iter_mut().filter(|item| item.name == "c").for_each(|item| item.result = Some(ItemResult::NotTested));
    kept.items.iter_mut().filter(|item| item.name == "ee").for_each(|item| item.result = Some(ItemResult::Deviates));
    let told = summary(&kept);
    assert_eq!(told.overall.words(), "inconsistent: 2 conform, 2 deviate, 1 not tested");
    assert_eq!((told.majority, told.outliers.len()), (None, 0));
}

#[test]
fn populations_of_a_cluster_are_named_counted_and_dated() {
    let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
    for kind in Kind::ALL {
        ingest.state(*kind, if kind.stock() { KindState::Read } else { KindState::Absent }, "");
    }
    ingest.state(Kind::CronJobs, KindState::Forbidden, "no");
    let mut put = |kind: Kind, object: serde_json::Value| ingest.object(kind, &object.to_string());
    for (name, team) in [("pay", "cards"), ("shop", "web")] {
        put(Kind::Namespaces, json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"team": team}}}));
    }
    put(Kind::Nodes, json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1", "labels": {"karpenter.sh/nodepool": "blue"}}}));
    for (namespace, name) in [("pay", "api"), ("shop", "web")] {
        put(
            Kind::Pods,
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace},
                   "spec": {"containers": [{"name": "c", "image": "nginx:1.29"}]}}),
        );
    }
    put(
        Kind::ClusterRoleBindings,
        json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "b"},
               "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
               "subjects": [{"kind": "User", "name": "jane"}, {"kind": "ServiceAccount", "namespace": "pay", "name": "api"}]}),
    );
    let day: jiff::Timestamp = "2026-11-23T09:12:00Z".parse().unwrap();
    ingest.cluster().collected_at = Some(day);
    let inventory = ingest.finish();
    let scope = Scope::parse("default = \"out_of_scope\"\n[[namespace]]\nmatch = \"pay\"\ncategory = \"cde\"\n").unwrap();
    let place = Place { key: "eu", inventory: &inventory, snapshot: "55" };
    let of = |of, filter: &str| gather(of, &[place], &scope, filter).unwrap();
    let names = |gathered: &Gathered| gathered.members.iter().map(|member| member.name.clone()).collect::<Vec<_>>();
    let workloads = of(PopulationKind::Workloads, "");
    assert_eq!(names(&workloads), ["eu pay/Pod/api", "eu shop/Pod/web"]);
    assert_eq!((workloads.counted, workloads.snapshots.clone()), (Some(day), vec!["55".to_owned()]));
    assert_eq!(workloads.incomplete, ["eu cronjobs: forbidden"]);
    assert_eq!(names(&of(PopulationKind::Workloads, "cat:cde -web")), ["eu pay/Pod/api"]);
    assert_eq!(of(PopulationKind::Workloads, "nothing").unfiltered, 2);
    let nodes = of(PopulationKind::Nodes, "");
    assert_eq!((names(&nodes), nodes.members[0].owner.as_str(), nodes.incomplete.len()), (vec!["eu Node/n1".to_owned()], "blue", 0));
    let namespaces = of(PopulationKind::Namespaces, "owner:cards");
    assert_eq!((names(&namespaces), namespaces.members[0].category), (vec!["eu Namespace/pay".to_owned()], Some(Category::Cde)));
    assert_eq!(names(&of(PopulationKind::Subjects, "")), ["eu User/jane", "eu pay/ServiceAccount/api"]);
    // One image runs in both places; the more sensitive one counts.
    let images = of(PopulationKind::Images, "");
    assert_eq!((names(&images), images.members[0].category), (vec!["eu docker.io/library/nginx:1.29".to_owned()], Some(Category::Cde)));
    assert_eq!(names(&of(PopulationKind::Clusters, "")), ["eu"]);
}
