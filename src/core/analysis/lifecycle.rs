//! Support dates: which release of a product is looked after until when, and what that says of a version on a given day.
//!
//! A cycle is the front part of a version (`1.34`, `2023`, `22.04`); the longest that fits names the release. A version above every known
//! cycle is newer than the table, one below them all is older, and anything else that fits no cycle is unknown: none of these is support.

use crate::sensitive::toml_fault;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;

/// Support dates of products.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Lifecycle {
    /// Day of the data.
    #[serde(deserialize_with = "day")]
    pub as_of: Option<Date>,
    /// Releases.
    pub release: Vec<Release>,
    /// The file of a user that it is from; "" for the one that came with the program.
    #[serde(skip)]
    pub file: String,
}

/// Why a file of support dates is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// It is no TOML, or of another shape; with its place.
    #[error("{0}")]
    Broken(String),
    /// It does not tell what it must.
    #[error("{0}")]
    Incomplete(String),
    /// It knows less than the program.
    #[error("it is of {theirs}, and the support dates that come with the program are of {ours}")]
    Older {
        /// Its day.
        theirs: Date,
        /// The day of those of the program.
        ours: Date,
    },
}

/// A release cycle of a product; an absent date is unknown.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Release {
    /// Product: `kubernetes`, `amazon-eks`…
    pub product: String,
    /// Cycle: `1.34`.
    pub cycle: String,
    /// First released.
    #[serde(deserialize_with = "day")]
    pub released: Option<Date>,
    /// End of active support.
    #[serde(deserialize_with = "day")]
    pub active_support_until: Option<Date>,
    /// End of support.
    #[serde(deserialize_with = "day")]
    pub support_until: Option<Date>,
    /// End of paid, extended support.
    #[serde(deserialize_with = "day")]
    pub extended_support_until: Option<Date>,
    /// Whether support has ended, where only that is known and no day.
    pub support_ended: Option<bool>,
    /// Whether paid, extended support has ended, where only that is known.
    pub extended_support_ended: Option<bool>,
    /// Whether active support has ended, where only that is known.
    pub active_support_ended: Option<bool>,
    /// Newest patch.
    pub latest: String,
    /// Its day.
    #[serde(deserialize_with = "day")]
    pub latest_released: Option<Date>,
}

fn day<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    let value = Option::<toml::value::Datetime>::deserialize(deserializer)?;
    Ok(value
        .and_then(|v| v.date)
        .and_then(|d| Date::new(i16::try_from(d.year).ok()?, i8::try_from(d.month).ok()?, i8::try_from(d.day).ok()?).ok()))
}

/// How a version is supported on a given day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Support {
    /// Supported, until a day where one is known.
    Until(Option<Date>),
    /// Ordinary support has ended; who pays for extended support has it until this day.
    ExtendedUntil(Date),
    /// Support has ended, on a day where one is known.
    Ended(Option<Date>),
    /// Newer than anything that the table knows.
    Newer,
    /// Older than anything that the table knows.
    Older,
    /// The table says nothing of it.
    Unknown,
}

impl Lifecycle {
    /// Reads a user's file of support dates, which must be newer than these, dated, and know Kubernetes itself.
    ///
    /// # Errors
    /// Where it is none, or is not newer.
    pub fn newer(&self, text: &str, file: &str) -> Result<Self, NotTaken> {
        let read: Self = toml::from_str(text).map_err(|error| NotTaken::Broken(toml_fault(&error, text)))?;
        let incomplete = |why: &str| Err(NotTaken::Incomplete(why.to_owned()));
        let Some(theirs) = read.as_of else { return incomplete("it does not say of which day it is (as_of)") };
        if !read.release.iter().any(|release| release.product == "kubernetes") {
            return incomplete("it knows no release of Kubernetes ([[release]] with product = \"kubernetes\")");
        }
        if let Some(unnamed) = read.release.iter().find(|release| release.product.is_empty() || numbers(&release.cycle).is_empty()) {
            return incomplete(&format!("a release of it lacks its product or cycle (“{}” “{}”)", unnamed.product, unnamed.cycle));
        }
        match self.as_of {
            Some(ours) if theirs < ours => Err(NotTaken::Older { theirs, ours }),
            _ => Ok(Self { file: file.to_owned(), ..read }),
        }
    }

    /// Whose data it is, and of which day, as a sentence begins: `Support data of 2026-08-22`.
    #[must_use]
    pub fn title(&self) -> String {
        let day = self.as_of.map_or_else(|| "without a day".to_owned(), |day| format!("of {day}"));
        let from = if self.file.is_empty() { String::new() } else { format!(" from {}", self.file) };
        format!("Support data {day}{from}")
    }

    /// Age of the data in days.
    #[must_use]
    pub fn age(&self, today: Date) -> Option<i64> {
        Some(days_between(self.as_of?, today))
    }

    /// The release to which a version belongs.
    #[must_use]
    pub fn release(&self, product: &str, version: &str) -> Option<&Release> {
        let version = numbers(version);
        let of_product = self.release.iter().filter(|r| r.product == product);
        of_product
            .filter(|r| version.starts_with(&numbers(&r.cycle)) && !numbers(&r.cycle).is_empty())
            .max_by_key(|r| numbers(&r.cycle).len())
    }

    /// How a version is supported.
    #[must_use]
    pub fn support(&self, product: &str, version: &str, today: Date) -> Support {
        let Some(release) = self.release(product, version) else { return self.unlisted(product, version) };
        let over = |until: Option<Date>, ended: Option<bool>| ended.unwrap_or(false) || until.is_some_and(|day| day < today);
        if !over(release.support_until, release.support_ended) {
            // A release of which neither a last day nor a word is known is not known to be supported.
            return if release.support_until.is_none() && release.support_ended.is_none() {
                Support::Unknown
            } else {
                Support::Until(release.support_until)
            };
        }
        match extended(release).filter(|day| *day >= today && release.extended_support_ended != Some(true)) {
            Some(day) => Support::ExtendedUntil(day),
            None => Support::Ended(release.support_until),
        }
    }

    fn unlisted(&self, product: &str, version: &str) -> Support {
        let version = numbers(version);
        let mut cycles: Vec<Vec<u64>> = self.release.iter().filter(|r| r.product == product).map(|r| numbers(&r.cycle)).collect();
        cycles.sort();
        match (cycles.first(), cycles.last()) {
            _ if version.is_empty() => Support::Unknown,
            (_, Some(last)) if version > *last => Support::Newer,
            (Some(first), _) if version < *first => Support::Older,
            _ => Support::Unknown,
        }
    }

    /// The newest patch of a version's release that the table knows, where the version is behind it.
    #[must_use]
    pub fn newer_patch(&self, product: &str, version: &str) -> Option<&Release> {
        let release = self.release(product, version)?;
        let (have, latest) = (numbers(version), numbers(&release.latest));
        // Builds of providers (`1.36-eks-6`) count otherwise than versions do.
        let comparable = latest.len() >= 3 && have.len() >= 3 && latest.starts_with(&numbers(&release.cycle));
        (comparable && have[..3] < latest[..3]).then_some(release)
    }
}

/// The end of extended support. GKE's Extended channel looks after a minor version for about two years from its release, and the table's source
/// does not list that.
fn extended(release: &Release) -> Option<Date> {
    let channel = || release.released.filter(|_| release.product == "google-kubernetes-engine")?.checked_add(2.years()).ok();
    release.extended_support_until.or_else(channel)
}

/// Days from one day to another.
#[must_use]
pub fn days_between(from: Date, to: Date) -> i64 {
    from.until((jiff::Unit::Day, to)).map_or(0, |span| i64::from(span.get_days()))
}

/// The numbers at the front of a version: `v1.34.4+k3s1` is 1, 34, 4. A build behind a dash or plus is no part of them.
#[must_use]
pub fn numbers(version: &str) -> Vec<u64> {
    let bare = version.trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = bare.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(bare.len());
    bare[..end].split('.').map_while(|part| part.parse().ok()).collect()
}

/// The product whose dates count for a distribution, and the version in its own counting.
#[must_use]
pub fn product_of_distribution(id: &str, version: &str) -> (&'static str, String) {
    let own = version.to_owned();
    match id {
        "eks" => ("amazon-eks", own),
        "gke" | "gke-autopilot" => ("google-kubernetes-engine", own),
        "aks" => ("azure-kubernetes-service", own),
        // OpenShift 4.y carries Kubernetes 1.(y+13).
        "openshift" => match numbers(version).get(1).and_then(|minor| minor.checked_sub(13)) {
            Some(minor) => ("red-hat-openshift", format!("4.{minor}")),
            None => ("red-hat-openshift", own),
        },
        _ => ("kubernetes", own),
    }
}

/// The product and version behind a node's description of its operating system.
#[must_use]
pub fn product_of_os(image: &str) -> Option<(&'static str, String)> {
    const STARTS: &[(&str, &str)] = &[
        ("Ubuntu", "ubuntu"),
        ("Debian GNU/Linux", "debian"),
        ("Amazon Linux", "amazon-linux"),
        ("Rocky Linux", "rocky-linux"),
        ("AlmaLinux", "almalinux"),
        ("Oracle Linux Server", "oracle-linux"),
        ("SUSE Linux Enterprise", "sles"),
        ("VMware Photon", "vmware-photon"),
        ("Windows Server", "windows-server"),
    ];
    // CoreOS follows the release of OpenShift that it came with.
    if image.starts_with("Red Hat Enterprise Linux CoreOS") {
        return None;
    }
    if let Some(rest) = image.strip_prefix("Red Hat Enterprise Linux") {
        return Some(("rhel", rest.trim().to_owned()));
    }
    let (start, product) = STARTS.iter().find(|(start, _)| image.starts_with(start))?;
    let rest = image[start.len()..].trim_start_matches(|c: char| !c.is_ascii_digit());
    let version = match (*product, rest.split_once(" SP")) {
        ("sles", Some((major, pack))) => format!("{major}.{pack}"),
        _ => rest.to_owned(),
    };
    Some((product, version))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped() -> Lifecycle {
        toml::from_str(include_str!("../assets/lifecycle.toml")).unwrap_or_default()
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn a_version_is_judged_by_its_release_on_a_day() {
        let table = shipped();
        let support = |product, version, today| table.support(product, version, day(today));
        assert_eq!(support("kubernetes", "v1.34.4", "2026-08-22"), Support::Until(Some(day("2026-10-27"))));
        assert_eq!(support("kubernetes", "v1.34.4+k3s1", "2026-11-23"), Support::Ended(Some(day("2026-10-27"))));
        assert_eq!(support("kubernetes", "v1.99.0", "2026-11-23"), Support::Newer);
        assert_eq!(support("kubernetes", "v1.3.0", "2026-11-23"), Support::Older);
        assert_eq!(support("amazon-eks", "v1.33.1-eks-1", "2026-11-23"), Support::ExtendedUntil(day("2027-07-29")));
        assert_eq!(support("google-kubernetes-engine", "v1.33.5-gke.1", "2026-11-23"), Support::ExtendedUntil(day("2027-06-03")));
        assert!(matches!(support("google-kubernetes-engine", "v1.30.5-gke.1", "2026-11-23"), Support::Ended(_)));
        assert_eq!(support("etcd", "3.6.1-0", "2026-11-23"), Support::Until(None));
    }

    #[test]
    fn newer_dates_are_taken_and_named_and_no_others() {
        let ours = shipped();
        let kubernetes = "[[release]]\nproduct = \"kubernetes\"\ncycle = \"1.38\"\nsupport_until = 2028-02-28\n";
        let taken = ours.newer(&format!("as_of = 2027-01-15\n{kubernetes}"), "dates.toml").unwrap_or_default();
        assert_eq!(taken.title(), "Support data of 2027-01-15 from dates.toml");
        assert_eq!(taken.support("kubernetes", "v1.38.0", day("2027-02-01")), Support::Until(Some(day("2028-02-28"))));
        assert_eq!(ours.title(), "Support data of 2026-08-22");
        for (text, why) in [
            ("as_of = 2027-01-15\n[[release]", "line 2"),
            ("as_of = 2027-01-15\n[[release]]\nproduct = 4\n", "line 3"),
            (kubernetes, "of which day"),
            ("as_of = 2027-01-15\n[[release]]\nproduct = \"etcd\"\ncycle = \"3.6\"\n", "no release of Kubernetes"),
            (&format!("as_of = 2027-01-15\n{kubernetes}[[release]]\nproduct = \"etcd\"\n"), "lacks its product or cycle"),
            (
                &format!("as_of = 2026-08-21\n{kubernetes}"),
                "it is of 2026-08-21, and the support dates that come with the program are of 2026-08-22",
            ),
        ] {
            let said = ours.newer(text, "f").map_or_else(|error| error.to_string(), |_| "taken".to_owned());
            assert!(said.contains(why), "{said}");
        }
    }

    #[test]
    fn patches_are_compared_within_a_release() {
        let table = shipped();
        assert_eq!(table.newer_patch("kubernetes", "v1.34.4").map(|r| r.latest.as_str()), Some("1.34.11"));
        assert!(table.newer_patch("kubernetes", "v1.34.11").is_none());
        assert!(table.newer_patch("amazon-eks", "v1.36.1-eks-1").is_none());
    }

    #[test]
    fn operating_systems_are_told_by_their_own_words() {
        let cases = [
            ("Ubuntu 24.04.3 LTS", Some(("ubuntu", "24.04.3 LTS"))),
            ("Debian GNU/Linux 12 (bookworm)", Some(("debian", "12 (bookworm)"))),
            ("Amazon Linux 2023.6.20241212", Some(("amazon-linux", "2023.6.20241212"))),
            ("SUSE Linux Enterprise Server 15 SP6", Some(("sles", "15.6"))),
            ("Red Hat Enterprise Linux 9.4 (Plow)", Some(("rhel", "9.4 (Plow)"))),
            ("Red Hat Enterprise Linux CoreOS 418.94.1", None),
            ("Talos (v1.11.0)", None),
        ];
        for (image, wanted) in cases {
            assert_eq!(product_of_os(image).as_ref().map(|(p, v)| (*p, v.as_str())), wanted);
        }
        let (product, version) = product_of_os("Windows Server 2022 Datacenter").unwrap_or_default();
        assert!(shipped().release(product, &version).is_some_and(|r| r.cycle == "2022"));
    }
}
