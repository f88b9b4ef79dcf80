package main

import (
	"reflect"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	nodev1 "k8s.io/api/node/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// A root is a kind whose lists are read as protobuf.
type root struct {
	apiVersion string
	list       runtime.Object // nil for what is no list
	object     any
}

// roots are the kinds that the application lists and that Kubernetes itself serves, without those that it keeps whole.
var roots = []root{
	{"v1", &corev1.NamespaceList{}, corev1.Namespace{}},
	{"v1", &corev1.NodeList{}, corev1.Node{}},
	{"v1", &corev1.PodList{}, corev1.Pod{}},
	{"v1", &corev1.PodTemplateList{}, corev1.PodTemplate{}},
	{"v1", &corev1.ReplicationControllerList{}, corev1.ReplicationController{}},
	{"v1", &corev1.ServiceAccountList{}, corev1.ServiceAccount{}},
	{"v1", &corev1.ConfigMapList{}, corev1.ConfigMap{}},
	{"v1", &corev1.ServiceList{}, corev1.Service{}},
	{"v1", &corev1.PersistentVolumeList{}, corev1.PersistentVolume{}},
	{"v1", &corev1.PersistentVolumeClaimList{}, corev1.PersistentVolumeClaim{}},
	{"v1", &corev1.ResourceQuotaList{}, corev1.ResourceQuota{}},
	{"v1", &corev1.LimitRangeList{}, corev1.LimitRange{}},
	{"apps/v1", &appsv1.DeploymentList{}, appsv1.Deployment{}},
	{"apps/v1", &appsv1.ReplicaSetList{}, appsv1.ReplicaSet{}},
	{"apps/v1", &appsv1.StatefulSetList{}, appsv1.StatefulSet{}},
	{"apps/v1", &appsv1.DaemonSetList{}, appsv1.DaemonSet{}},
	{"batch/v1", &batchv1.JobList{}, batchv1.Job{}},
	{"batch/v1", &batchv1.CronJobList{}, batchv1.CronJob{}},
	{"discovery.k8s.io/v1", &discoveryv1.EndpointSliceList{}, discoveryv1.EndpointSlice{}},
	{"rbac.authorization.k8s.io/v1", &rbacv1.RoleList{}, rbacv1.Role{}},
	{"rbac.authorization.k8s.io/v1", &rbacv1.ClusterRoleList{}, rbacv1.ClusterRole{}},
	{"rbac.authorization.k8s.io/v1", &rbacv1.RoleBindingList{}, rbacv1.RoleBinding{}},
	{"rbac.authorization.k8s.io/v1", &rbacv1.ClusterRoleBindingList{}, rbacv1.ClusterRoleBinding{}},
	{"networking.k8s.io/v1", &networkingv1.NetworkPolicyList{}, networkingv1.NetworkPolicy{}},
	{"networking.k8s.io/v1", &networkingv1.IngressList{}, networkingv1.Ingress{}},
	{"node.k8s.io/v1", &nodev1.RuntimeClassList{}, nodev1.RuntimeClass{}},
	{"certificates.k8s.io/v1", &certificatesv1.CertificateSigningRequestList{}, certificatesv1.CertificateSigningRequest{}},
	{"certificates.k8s.io/v1", &certificatesv1.ClusterTrustBundleList{}, certificatesv1.ClusterTrustBundle{}},
	{"admissionregistration.k8s.io/v1", &admissionregistrationv1.ValidatingWebhookConfigurationList{}, admissionregistrationv1.ValidatingWebhookConfiguration{}},
	{"admissionregistration.k8s.io/v1", &admissionregistrationv1.MutatingWebhookConfigurationList{}, admissionregistrationv1.MutatingWebhookConfiguration{}},
	// What a server says instead of an answer.
	{"v1", nil, metav1.Status{}},
}

// groups register the lists, so that the library can write them.
var groups = []func(*runtime.Scheme) error{
	corev1.AddToScheme, appsv1.AddToScheme, batchv1.AddToScheme, discoveryv1.AddToScheme, rbacv1.AddToScheme, networkingv1.AddToScheme,
	nodev1.AddToScheme, certificatesv1.AddToScheme, admissionregistrationv1.AddToScheme,
}

func (r root) kind() string { return reflect.TypeOf(r.object).Name() }
