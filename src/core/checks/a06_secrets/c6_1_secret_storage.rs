//! Control 6.1: its automated checks. What the detectors said while the inventory was read is told here; the values themselves are gone.

use super::settings;
use super::told;
use crate::judging::{Check, Need};
use crate::model::{Kind, Severity};

/// The checks of control 6.1, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "6.1/secrets-in-configmaps",
        title: "Credentials kept in ConfigMaps",
        severity: Severity::High,
        practices: &["6.1.a"],
        needs: &[Need::List(Kind::ConfigMaps)],
        active: false,
        why: "A ConfigMap is the cluster's place for settings that are no secret: it is stored as plain text, most roles may read it, it is \
              copied into backups and support files, and reading it raises no alarm. A password or key in it is known to everybody who may \
              look at the application's settings.",
        mend: "Treat the credential as disclosed: replace it where it is used, keep the new one in the secret manager (or in a Secret, where \
               Secrets are encrypted and few may read them), mount it as a file, and remove the value from the ConfigMap and from the \
               repository that it came from.",
        blind_spots: "Values, keys, labels and annotations are recognised by their shape (private keys, vendors' keys and tokens, passwords in \
                      addresses and commands) or by a name such as password or api_key, within settings, JSON, base64 and gzip too. A secret without \
                      either, one that is encrypted or split, is not recognised. Stores of keys are known by their names alone. Whether the credential still works is not tried.",
        judge: told::secrets_in_config_maps,
    },
    Check {
        id: "6.1/secrets-in-env",
        title: "Credentials written into environment variables or arguments",
        severity: Severity::High,
        practices: &["6.1.a"],
        needs: &[Need::Workloads],
        active: false,
        why: "A password that is written into a workload's definition lies open in the cluster's database, in the repository of manifests and \
              before everybody who may list workloads. As an environment variable or argument it is also seen by every process of the \
              container, in crash reports and in the node's list of processes.",
        mend: "Replace the credential, keep the new one in the secret manager, and give it to the container as a mounted file (or by \
               secretKeyRef where the program can't read files); remove the literal value from the definition and its history.",
        blind_spots: "The whole definition is looked at: environment, commands, probes, hooks, image references, labels, annotations. What a \
                      variable takes from a Secret or ConfigMap is judged there. Values are recognised by shape or by the name of the variable or \
                      option; others are not. Files inside the image are not read.",
        judge: told::secrets_in_env,
    },
    Check {
        id: "6.1/secrets-elsewhere",
        title: "Credentials in annotations, labels, names and other objects",
        severity: Severity::High,
        practices: &["6.1.a"],
        needs: &[Need::List(Kind::Namespaces), Need::List(Kind::Services), Need::List(Kind::ServiceAccounts), Need::List(Kind::Ingresses)],
        active: false,
        why: "Annotations, labels, addresses of webhooks and the objects of add-ons are settings that many may read: they are stored as plain text, shown by \
              every tool and copied into backups and support files. A password or token in one of them is known to everybody who may look.",
        mend: "Treat the credential as disclosed: replace it where it is used, keep the new one in the secret manager or in a Secret, let the object refer to \
               it, and remove the value here and in the repository that it came from.",
        blind_spots: "ConfigMaps and workloads have checks of their own. Values are recognised by their shape or by a telling name; others are not. Secrets are \
                      listed without their values and annotations, which are never read.",
        judge: told::secrets_elsewhere,
    },
    Check {
        id: "6.1/account-data",
        title: "Card numbers in settings, arguments, names or annotations",
        severity: Severity::Critical,
        practices: &["6.1.a"],
        needs: &[
            Need::List(Kind::ConfigMaps),
            Need::Workloads,
            Need::List(Kind::Namespaces),
            Need::List(Kind::Services),
            Need::List(Kind::Ingresses),
        ],
        active: false,
        why: "A card number in the cluster's configuration is stored account data: it stands unencrypted in the cluster's database, in its \
              backups and in the repository of manifests, outside every control that protects stored account data, and it draws all of \
              these into scope.",
        mend: "Find out whether it is a real number or a published test number. A real one: remove it here, from repositories and \
               backups, handle it as an incident, and look for how it got there. A test number: keep test data out of production clusters.",
        blind_spots: "Every text, key, label and name of every object that was read is looked at, base64, gzip and hexadecimal opened, but for the \
                      values of Secrets, which are never read. Numbers are recognised by scheme range, length and check digit; test numbers look like \
                      real ones, and a few other numbers (orders, serials) pass the same sum by chance. Encrypted or truncated numbers, files in \
                      images, volumes, databases and logs are not looked at.",
        judge: told::account_data,
    },
    Check {
        id: "6.1/encryption-at-rest",
        title: "Encryption of Secrets in the cluster's database",
        severity: Severity::High,
        practices: &["6.1.a"],
        needs: &[Need::ControlPlane],
        active: false,
        why: "Kubernetes writes Secrets to its database as they are, unless the API server is told to encrypt them. Whoever gets at the database's \
              files, a backup or a disk of a control-plane node then reads every Secret.",
        mend: "Give the API servers an encryption configuration (--encryption-provider-config) with a KMS provider first in its list, then write \
               all Secrets anew so that the old ones are encrypted too.",
        blind_spots: "The file that the option names lies on the node: which providers it lists, in which order and for which kinds is judged where the \
                      file is given as evidence, and that each node has the same one is not seen. That Secrets from before are encrypted is not seen; a \
                      finished StorageVersionMigration of secrets is told as evidence of it where there is one. Managed control planes have a setting of their own, which the \
                      provider's description shows. What API servers counted (/metrics) shows how Secrets were written and read since their start, and \
                      nothing of those that nobody touched.",
        judge: settings::encryption_at_rest,
    },
    Check {
        id: "6.1/secret-manager",
        title: "Secret managers found, and Secrets kept in the cluster",
        severity: Severity::Low,
        practices: &["6.1.a"],
        needs: &[Need::List(Kind::Namespaces), Need::List(Kind::Secrets), Need::Workloads],
        active: false,
        why: "A dedicated secret manager keeps, rotates and logs the use of secrets; the cluster's own Secrets do none of that. How many there are, and \
              whether a manager feeds them, shows where credentials really live.",
        mend: "Keep the originals in a secret manager and bring them to workloads through its driver, agent or operator; delete Secrets that \
               nothing uses.",
        blind_spots: "Managers are recognised by the images of their parts in the cluster; an application that asks one by itself leaves no trace here. \
                      What a Secret holds is never read, so certificates and harmless values count too.",
        judge: settings::secret_manager,
    },
    Check {
        id: "6.1/secret-env",
        title: "Secrets handed to containers as environment variables",
        severity: Severity::Low,
        practices: &["6.1.a"],
        needs: &[Need::Workloads],
        active: false,
        why: "An environment variable is seen by every process of the container, is handed on to the programs it starts and ends up in crash reports \
              and debug pages. A file can be read by those who may, and follows when the secret is rotated.",
        mend: "Mount the Secret as a volume (or use the secret manager's driver) and let the program read the file.",
        blind_spots: "What a program does with a file that it read is not seen. Programs that write their environment to logs are not found.",
        judge: settings::secret_env,
    },
];
