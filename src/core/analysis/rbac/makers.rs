//! The ways from some rights to more that lead through a controller: objects from which one makes pods, or applies whatever they point at, and
//! roads to pods and nodes that pass by network policies. Groups and resources are those that the projects document.

use super::paths::{BASE, CHANGE, Path, WRITE, When};
use crate::model::Severity;

/// Paths through controllers and proxies, in the order in which they are told.
pub(super) const PATHS: &[Path] = &[
    Path {
        id: "create_pods_by_controller",
        opens: &[
            (
                WRITE,
                "argoproj.io",
                &[
                    "workflows",
                    "cronworkflows",
                    "workflowtemplates",
                    "workflowtasksets",
                    "rollouts",
                    "analysisruns",
                    "experiments",
                    "sensors",
                    "eventsources",
                ],
            ),
            (WRITE, "kubevirt.io", &["virtualmachines", "virtualmachineinstances", "virtualmachineinstancereplicasets"]),
            (WRITE, "pool.kubevirt.io", &["virtualmachinepools"]),
            (WRITE, "cdi.kubevirt.io", &["datavolumes"]),
            (WRITE, "serving.knative.dev", &["services", "configurations", "revisions"]),
            (WRITE, "sources.knative.dev", &["containersources"]),
            (WRITE, "serving.kserve.io", &["inferenceservices", "servingruntimes"]),
            (WRITE, "jobset.x-k8s.io", &["jobsets"]),
            (WRITE, "leaderworkerset.x-k8s.io", &["leaderworkersets"]),
            (WRITE, "sparkoperator.k8s.io", &["*"]),
            (WRITE, "tekton.dev", &["taskruns", "pipelineruns", "tasks", "pipelines", "customruns"]),
            (WRITE, "triggers.tekton.dev", &["eventlisteners", "triggertemplates"]),
            (WRITE, "kubeflow.org", &["*"]),
            (WRITE, "trainer.kubeflow.org", &["trainjobs", "trainingruntimes"]),
            (WRITE, "ray.io", &["rayclusters", "rayjobs", "rayservices", "raycronjobs"]),
            (WRITE, "batch.volcano.sh", &["jobs"]),
            (WRITE, "flow.volcano.sh", &["jobtemplates", "jobflows"]),
            (WRITE, "flink.apache.org", &["flinkdeployments", "flinksessionjobs"]),
            (
                WRITE,
                "apps.kruise.io",
                &[
                    "clonesets",
                    "statefulsets",
                    "daemonsets",
                    "broadcastjobs",
                    "advancedcronjobs",
                    "sidecarsets",
                    "uniteddeployments",
                    "workloadspreads",
                ],
            ),
            (WRITE, "keda.sh", &["scaledjobs"]),
            (WRITE, "apps.openshift.io", &["deploymentconfigs", "deploymentconfigs/instantiate"]),
            (WRITE, "build.openshift.io", &["builds", "buildconfigs", "buildconfigs/instantiate", "buildconfigs/instantiatebinary"]),
            (WRITE, "template.openshift.io", &["templateinstances"]),
            (WRITE, "shipwright.io", &["builds", "buildruns"]),
            (WRITE, "agones.dev", &["gameservers", "fleets", "gameserversets"]),
            (WRITE, "opentelemetry.io", &["opentelemetrycollectors", "instrumentations"]),
            (WRITE, "monitoring.coreos.com", &["prometheuses", "prometheusagents", "alertmanagers", "thanosrulers"]),
            (WRITE, "actions.github.com", &["autoscalingrunnersets", "ephemeralrunnersets", "ephemeralrunners"]),
            (WRITE, "actions.summerwind.dev", &["runners", "runnersets", "runnerdeployments"]),
            (WRITE, "workload.codeflare.dev", &["appwrappers"]),
            (WRITE, "core.oam.dev", &["applications"]),
        ],
        everywhere: &[(WRITE, "argoproj.io", &["clusterworkflowtemplates"]), (WRITE, "triggers.tekton.dev", &["clusterinterceptors"])],
        consequence: "a controller makes the pods that the object describes, which can run as any ServiceAccount of the namespace and mount any Secret of it",
        mend: "Treat the right like that of making pods: leave it to the delivery tool, and enforce Pod Security on the namespaces in which it holds.",
        ..BASE
    },
    Path {
        id: "deploy_by_controller",
        opens: &[
            (WRITE, "argoproj.io", &["applications", "applicationsets", "appprojects"]),
            (WRITE, "kustomize.toolkit.fluxcd.io", &["kustomizations"]),
            (WRITE, "helm.toolkit.fluxcd.io", &["helmreleases"]),
            (WRITE, "fluxcd.controlplane.io", &["*"]),
            (WRITE, "helm.cattle.io", &["helmcharts", "helmchartconfigs"]),
            (WRITE, "fleet.cattle.io", &["gitrepos", "bundles", "helmops"]),
            (WRITE, "operators.coreos.com", &["clusterserviceversions", "operatorgroups"]),
            (WRITE, "kappctrl.k14s.io", &["apps"]),
            (WRITE, "packaging.carvel.dev", &["packageinstalls"]),
            (WRITE, "kubernetes.crossplane.io", &["objects"]),
            (WRITE, "kubernetes.m.crossplane.io", &["objects"]),
            (WRITE, "helm.m.crossplane.io", &["releases"]),
            (WRITE, "apps.open-cluster-management.io", &["subscriptions"]),
            (WRITE, "work.open-cluster-management.io", &["manifestworks", "manifestworkreplicasets"]),
            (WRITE, "config.projectsveltos.io", &["profiles"]),
            (WRITE, "configsync.gke.io", &["rootsyncs", "reposyncs"]),
            (WRITE, "infra.contrib.fluxcd.io", &["terraforms"]),
            (WRITE, "addons.cluster.x-k8s.io", &["clusterresourcesets", "helmchartproxies", "helmreleaseproxies"]),
            // Where a delivery that is there already takes its objects from.
            (CHANGE, "source.toolkit.fluxcd.io", &["gitrepositories", "ocirepositories", "buckets", "helmrepositories", "helmcharts"]),
        ],
        everywhere: &[
            (WRITE, "k3s.cattle.io", &["addons"]),
            (WRITE, "olm.operatorframework.io", &["clusterextensions"]),
            (WRITE, "kubernetes.crossplane.io", &["objects", "providerconfigs"]),
            (WRITE, "helm.crossplane.io", &["releases"]),
            (
                WRITE,
                "pkg.crossplane.io",
                &["providers", "functions", "configurations", "deploymentruntimeconfigs", "controllerconfigs", "imageconfigs"],
            ),
            (WRITE, "apiextensions.crossplane.io", &["compositions"]),
            (WRITE, "config.projectsveltos.io", &["clusterprofiles"]),
            (WRITE, "kro.run", &["resourcegraphdefinitions"]),
        ],
        consequence: "a controller applies whatever the object points at, roles and bindings included, with its own rights, which are often an administrator's",
        mend: "Let the delivery tool act for each team with an account of the team's own, and keep these objects to the platform team.",
        ..BASE
    },
    Path {
        id: "change_nodes_by_controller",
        opens: &[
            // Plans of Rancher's upgrade controller are jobs with all rights on the nodes that they select.
            (WRITE, "upgrade.cattle.io", &["plans"]),
            (WRITE, "rke.cattle.io", &["*"]),
            (WRITE, "provisioning.cattle.io", &["clusters"]),
            // What new nodes are told to run at their first start, and what they are made of.
            (WRITE, "bootstrap.cluster.x-k8s.io", &["*"]),
            (WRITE, "controlplane.cluster.x-k8s.io", &["*"]),
            (WRITE, "infrastructure.cluster.x-k8s.io", &["*"]),
            (WRITE, "cluster.x-k8s.io", &["machines", "machinesets", "machinedeployments", "machinepools", "clusters", "clusterclasses"]),
            (WRITE, "machine.openshift.io", &["machines", "machinesets", "controlplanemachinesets"]),
            (WRITE, "metal3.io", &["baremetalhosts", "hostfirmwaresettings"]),
            // Settings of the kernel, at its start and while it runs.
            (WRITE, "tuned.openshift.io", &["tuneds", "profiles"]),
            (WRITE, "operator.kairos.io", &["nodeops", "nodeopupgrades"]),
        ],
        everywhere: &[
            (
                WRITE,
                "machineconfiguration.openshift.io",
                &[
                    "machineconfigs",
                    "machineconfigpools",
                    "kubeletconfigs",
                    "containerruntimeconfigs",
                    "controllerconfigs",
                    "machineosconfigs",
                    "machineosbuilds",
                ],
            ),
            (WRITE, "performance.openshift.io", &["performanceprofiles"]),
            (WRITE, "karpenter.k8s.aws", &["ec2nodeclasses"]),
            (WRITE, "autopilot.k0sproject.io", &["plans", "updateconfigs"]),
            (WRITE, "node.harvesterhci.io", &["cloudinits"]),
        ],
        severity: Severity::Critical,
        consequence: "a controller carries the object out on nodes as root: it decides which commands, files, kernel settings and images they run",
        mend: "Leave these objects to the platform team's delivery tool: whoever writes them is administrator of every node that they reach.",
        ..BASE
    },
    Path {
        id: "portforward",
        opens: &[(&["create", "get"], "", &["pods/portforward"])],
        when: When::Upgrade,
        consequence: "connections can be made to every port of the pods from outside, past network policies and past what a port listens on",
        mend: "Remove pods/portforward; grant it for a limited time when an incident needs it.",
        severity: Severity::Medium,
        ..BASE
    },
    Path {
        id: "proxy",
        opens: &[(&["get", "create", "update", "patch", "delete"], "", &["pods/proxy", "services/proxy"])],
        consequence: "requests can be sent to every port of pods and Services in the API server's name, past network policies; what trusts the internal network answers them",
        mend: "Remove pods/proxy and services/proxy, or limit them by resourceNames to the one Service that is meant.",
        severity: Severity::Medium,
        ..BASE
    },
    Path {
        id: "admin_access_devices",
        opens: &[(&["create"], "resource.k8s.io", &["resourceclaims", "resourceclaimtemplates"])],
        when: When::AdminAccess,
        named: false,
        severity: Severity::Medium,
        consequence: "a claim with access as administrator reaches devices that others use, and what is in them",
        mend: "Take the label resource.kubernetes.io/admin-access from the namespace, or the right to make claims in it from everybody but the device's administrators.",
        ..BASE
    },
    Path {
        id: "nodes_log",
        everywhere: &[(&["get"], "", &["nodes/log"])],
        severity: Severity::Medium,
        consequence: "the logs of nodes can be read, those of containers with whatever they wrote included, and since 1.37 the kubelets' settings",
        mend: "Leave reading logs to the agent that ships them, and remove nodes/log.",
        ..BASE
    },
];
