//! `kassay trial`: which witness pods admission lets in, where, and past which policy.

use super::{Failure, Manners, lines, output_failed, source};
use crate::collect::Options;
use kassay_core::analysis::trial::{Break, Dress, Form as WitnessForm, Outcome, Trial, WITNESSES, Witness};
use kassay_core::judging::Tables;
use kassay_core::model::Category;
use kassay_core::model::text::{clean, counted};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

/// Tries admission policies on witness pods, and prints which are let in, where, past which policy
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub struct TrialVerb {
    #[command(flatten)]
    source: source::SourceArgs,
    /// Scope file: categories of namespaces
    #[arg(long, value_name = "FILE")]
    scope: Option<PathBuf>,
    /// Form of the output
    #[arg(short, long, value_enum, default_value_t = Form::Text)]
    output: Form,
    /// Prints the witnesses as YAML, to be sent with “kubectl apply --dry-run=server”; nothing is read
    #[arg(long)]
    witnesses: bool,
    /// With --witnesses: for this namespace (may be given more than once)
    #[arg(long, value_name = "NAME", requires = "witnesses")]
    namespace: Vec<String>,
    /// Exits with 1 where a witness is let in outside of the platform's namespaces
    #[arg(long)]
    fail_on_gaps: bool,
    /// Kubernetes version of files that carry none: 1.34
    #[arg(long, value_name = "VERSION")]
    kubernetes_version: Option<String>,
}

const EXIT_CODES: &str = "Exit codes: 0 done; 1 with --fail-on-gaps, a witness is let in outside of the platform's namespaces; 2 it could not be done; 3 done, but some witnesses could not be evaluated.";

/// Form of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// For people
    Text,
    /// For machines: kassay/trial/v1
    Json,
    /// The same as YAML
    Yaml,
}

impl TrialVerb {
    /// Carries it out; the exit code.
    pub(super) fn run(self, manners: &Manners) -> Result<u8, Failure> {
        let mut out = BufWriter::new(io::stdout().lock());
        if self.witnesses {
            return write_witnesses(&mut out, &self.namespace).and_then(|()| out.flush()).map(|()| 0).map_err(|e| output_failed(&e));
        }
        let scope = self.scope.as_deref().map(source::scope).transpose()?.unwrap_or_default();
        // No policy is tried on Secrets.
        let options = Options { kubernetes_version: self.kubernetes_version, without_secrets: true, ..Options::default() };
        let inventory = self.source.read(&options, manners)?;
        let tables = Tables::shipped().map_err(|error| Failure::new(error.to_string()))?;
        let trial = Trial::in_scope(&inventory, &tables.software, &scope);
        let categories = kassay_core::analysis::platform::Categories::new(&inventory, &scope);
        let written = match self.output {
            Form::Json => serde_json::to_writer_pretty(&mut out, &trial.document()).map_err(io::Error::from).and_then(|()| writeln!(out)),
            Form::Yaml => match serde_saphyr::to_string(&trial.document()) {
                Ok(text) => out.write_all(text.as_bytes()),
                Err(error) => Err(io::Error::other(error)),
            },
            Form::Text => Page { trial: &trial, width: lines::columns() }.write(&mut out),
        };
        written.and_then(|()| out.flush()).map_err(|e| output_failed(&e))?;
        Ok(code(&trial, self.fail_on_gaps, |namespace| categories.of(namespace)))
    }
}

/// The exit code: what is let into namespaces of the platform alone is no gap, since the platform itself needs it.
fn code(trial: &Trial<'_>, fail_on_gaps: bool, category: impl Fn(&str) -> Category) -> u8 {
    let breaking = || WITNESSES.iter().enumerate().filter(|(_, witness)| witness.breaks != Break::Nothing && witness.is_pod());
    let any = |outcome: Outcome, counts: &dyn Fn(&str) -> bool| {
        let places = trial.places.iter().enumerate().filter(|(_, place)| place.namespaces.iter().any(|name| counts(name)));
        let places: Vec<usize> = places.map(|(at, _)| at).collect();
        breaking().any(|(witness, _)| places.iter().any(|place| trial.verdict(*place, witness).outcome == outcome))
    };
    match () {
        () if fail_on_gaps && any(Outcome::LetIn, &|name| category(name) != Category::Platform) => 1,
        () if any(Outcome::NotEvaluated, &|_| true) => 3,
        () => 0,
    }
}

/// Witnesses as YAML, each under its words. What an engineer sends of it, and hands in what came back, is proof by the server itself.
fn write_witnesses(out: &mut impl Write, namespaces: &[String]) -> io::Result<()> {
    out.write_all(HEAD.as_bytes())?;
    let none = [String::new()];
    for namespace in if namespaces.is_empty() { &none } else { namespaces } {
        for witness in WITNESSES.iter().filter(|witness| witness.form != WitnessForm::Ephemeral) {
            let mut object = witness.object(namespace, &Dress::default());
            if !namespace.is_empty() {
                // Its name tells where it was sent, also in a refusal, which tells no namespace.
                object["metadata"]["name"] = format!("kassay-{}.{namespace}", witness.id).into();
            }
            let yaml = serde_saphyr::to_string(&object).map_err(io::Error::other)?;
            writeln!(out, "---\n# {}: {}\n{}", witness.id, witness.told(), yaml.trim_end())?;
        }
    }
    Ok(())
}

const HEAD: &str = "\
# Witnesses: pods, and objects that make pods, of which each breaks one demand. Nothing of this is kept where it is sent as a dry run:
#   kubectl apply --dry-run=server -f witnesses.yaml > answers.txt 2>&1
# and answers.txt, attached to an assessment as evidence, is judged as what the server itself says. Write --namespace NAME for each namespace in
# scope, so that the answers tell where they hold. Ephemeral containers can't be sent so: try them with “kubectl debug” on a pod of your own.
";

/// A trial for people: for each group of namespaces the witnesses that get in, those of which it is not known, and who refuses the others.
struct Page<'t, 'a> {
    trial: &'t Trial<'a>,
    width: usize,
}

impl Page<'_, '_> {
    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let (trial, width) = (self.trial, self.width);
        let breaking = WITNESSES.iter().filter(|witness| witness.breaks != Break::Nothing).count();
        let names = trial.policies();
        lines::wrapped(
            out,
            width,
            "",
            &format!(
                "{} on trial, with {breaking} witnesses in {} of namespaces that no policy tells apart. Policies are run here as their engines would run \
                 them; nothing is sent to the cluster.",
                counted(names.len(), "policy", "policies"),
                counted(trial.places.len(), "group", "groups"),
            ),
        )?;
        for words in &trial.missing() {
            lines::wrapped(out, width, "? ", words)?;
        }
        for (at, place) in trial.places.iter().enumerate() {
            writeln!(out)?;
            lines::wrapped(out, width, "", &format!("{}: {}", told(&place.namespaces), self.counts(at)))?;
            for (breaks, rows) in self.by_break(at) {
                // Those of one demand of whom the same is said by the same are told in one line.
                let mut rest = &rows[..];
                while let [(id, first), ..] = rest {
                    let alike = rest.iter().take_while(|(_, verdict)| {
                        verdict.outcome == first.outcome && verdict.by == first.by && verdict.around == first.around
                    });
                    let (own, next) = rest.split_at(alike.count());
                    let name = match (own.len(), own.len() == rows.len()) {
                        (1, _) => (*id).to_owned(),
                        (count, true) => format!("{}: all {count}", breaks.id()),
                        (count, false) => format!("{id} +{}", count - 1),
                    };
                    self.row(out, (breaks, is_pod(id)), &name, first)?;
                    rest = next;
                }
            }
        }
        Ok(())
    }

    /// How many pods that break something get in at a place, how many are refused, and of how many it is not known.
    fn counts(&self, place: usize) -> String {
        let breaking = WITNESSES.iter().enumerate().filter(|(_, witness)| witness.breaks != Break::Nothing && witness.is_pod());
        let outcomes: Vec<Outcome> = breaking.map(|(at, _)| self.trial.verdict(place, at).outcome).collect();
        let each = [(Outcome::LetIn, "let in"), (Outcome::NotEvaluated, "not evaluated"), (Outcome::Refused, "refused")];
        let count = |wanted: Outcome| outcomes.iter().filter(|outcome| **outcome == wanted).count();
        let told = each.into_iter().map(|(outcome, words)| (count(outcome), words)).filter(|(count, _)| *count > 0);
        let told: Vec<String> = told.map(|(count, words)| format!("{count} {words}")).collect();
        format!("of {} pods that break something {}", outcomes.len(), told.join(", "))
    }

    /// The witnesses of a place, those of one demand together, in their order.
    fn by_break(&self, place: usize) -> Vec<(Break, Vec<(&'static str, &kassay_core::analysis::trial::Verdict)>)> {
        let mut groups: Vec<(Break, Vec<_>)> = Vec::new();
        for (at, witness) in WITNESSES.iter().enumerate() {
            let row = (witness.id, self.trial.verdict(place, at));
            match groups.last_mut().filter(|(breaks, _)| *breaks == witness.breaks) {
                Some((_, rows)) => rows.push(row),
                None => groups.push((witness.breaks, vec![row])),
            }
        }
        groups
    }

    fn row(
        &self,
        out: &mut impl Write,
        (breaks, is_pod): (Break, bool),
        name: &str,
        verdict: &kassay_core::analysis::trial::Verdict,
    ) -> io::Result<()> {
        // Of a clean witness it is good that it is let in.
        let sign = match (verdict.outcome, breaks) {
            (Outcome::Refused, Break::Nothing) => "○",
            (Outcome::LetIn, _) if !is_pod => "○",
            (Outcome::Refused, _) | (Outcome::LetIn, Break::Nothing) => "✓",
            (Outcome::NotEvaluated, _) => "?",
            (Outcome::LetIn, _) => "✗",
        };
        let word = match verdict.outcome {
            Outcome::Refused => "refused",
            Outcome::NotEvaluated => "not evaluated",
            Outcome::LetIn => "let in",
        };
        let why = shortened(&verdict.why);
        let by = match (verdict.by.is_empty(), why.is_empty()) {
            (true, _) => why,
            (false, true) => verdict.by.clone(),
            (false, false) => format!("{}: {why}", verdict.by),
        };
        let unless = if verdict.around.is_empty() { String::new() } else { format!(" (leaves out {})", verdict.around.join(", ")) };
        lines::wrapped(out, self.width, &format!("  {sign} {word:<13}  {name:<34}  "), &format!("{}{unless}", clean(&by)))
    }
}

/// Whether a witness is a pod, and not what makes pods, which may be let in: its pods are tried as pods.
fn is_pod(id: &str) -> bool {
    Witness::by_id(id).is_none_or(Witness::is_pod)
}

/// A reason without the rest of a long expression, which JSON tells in full.
fn shortened(why: &str) -> String {
    const MOST: usize = 140;
    match why.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &why[..end]),
        None => why.to_owned(),
    }
}

/// Namespaces by name, the first of many.
fn told(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let more = names.len().saturating_sub(SHOWN);
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}
