#!/usr/bin/env bash
# Applies the demo company's manifests to a running test cluster, in the order in which such a cluster would have grown.
# Each folder has the field manager of the tool that would have written it, so that hand edits and drift can be told apart.
# Usage: apply.sh KUBECONFIG      (KUBECTL names another kubectl)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export KUBECONFIG=${1:?apply.sh KUBECONFIG}
kubectl=${KUBECTL:-kubectl}
say() { printf '%s\n' "$*" >&2; }

# These manifests give away every right there is: a cluster that is not a throw-away one on this machine is never touched.
server=$("$kubectl" config view --minify -o 'jsonpath={.clusters[0].cluster.server}')
case $server in https://127.0.0.1:*) ;; *) say "$server is not a test cluster on loopback"; exit 2 ;; esac

applied_by() { # MANAGER FILE…
  local manager=$1 file files=()
  shift
  for file in "$@"; do files+=(-f "$file"); done
  "$kubectl" apply --server-side --force-conflicts --field-manager "$manager" "${files[@]}" > /dev/null
}
unsettled() { # the workloads that do not have all the pods they ask for, or still have others
  local path='{.metadata.namespace}/{.metadata.name} {.metadata.generation},{.status.observedGeneration}'
  {
    "$kubectl" get deployments,statefulsets -A -o "jsonpath={range .items[*]}$path {.spec.replicas},{.status.replicas},{.status.updatedReplicas},{.status.readyReplicas}{\"\\n\"}{end}"
    "$kubectl" get daemonsets -A -o "jsonpath={range .items[*]}$path {.status.desiredNumberScheduled},{.status.updatedNumberScheduled},{.status.numberReady}{\"\\n\"}{end}"
  } | awk '{ for (field = 2; field <= 3; field++) { n = split($field, count, ","); for (i = 2; i <= n; i++) if (count[i] + 0 != count[1] + 0) { print $1; next } } }'
}
settled() {
  local waiting
  for _ in $(seq 120); do
    waiting=$(unsettled)
    [ -n "$waiting" ] || return 0
    sleep 0.5
  done
  say "these do not come up:" $waiting
  exit 1
}

say "nodes, namespaces, definitions"
applied_by kubeadm "$here"/cluster/{10-nodes,11-namespaces,12-definitions}.yaml
"$kubectl" wait --for condition=Ready node --all --timeout 60s > /dev/null
"$kubectl" wait --for condition=Established crd --all --timeout 60s > /dev/null

say "control plane and access"
applied_by kubeadm "$here/cluster/20-kube-system.yaml"
uid=$("$kubectl" get node cp-1 -o 'jsonpath={.metadata.uid}')
sed "s/UID-OF-cp-1/$uid/" "$here/cluster/21-control-plane.yaml" | "$kubectl" apply --server-side --field-manager kubelet -f - > /dev/null
applied_by terraform "$here/cluster/30-access.yaml"

say "workloads"
# It names a port of the nodes, which the server might else have given to another by then.
applied_by helm "$here/helm/observability.yaml"
applied_by helm "$here"/helm/*.yaml
applied_by argocd-controller "$here"/gitops/*.yaml
"$kubectl" apply -f "$here/by-hand" > /dev/null
settled

# What the cloud's and the nodes' own controllers would report.
address() { "$kubectl" patch service "$2" -n "$1" --subresource status --type merge -p "{\"status\":{\"loadBalancer\":{\"ingress\":[{\"ip\":\"$3\"}]}}}" > /dev/null; }
address ingress ingress-nginx-controller 198.51.100.10
address platform argocd-server 198.51.100.11
address merchant-portal merchant-api-partners 198.51.100.12

say "hand edits"
sleep 1 # managed fields know whole seconds, and the edit must be the later one
by_hand() { "$kubectl" patch "$2" -n "$1" --field-manager kubectl-edit --type "$3" -p "$4" > /dev/null; }
by_hand checkout deployment/checkout-api strategic \
  '{"spec":{"template":{"spec":{"containers":[{"name":"api","image":"registry.acmepay.example/checkout/api:7.3.1-hotfix","env":[{"name":"DEBUG","value":"true"}]}]}}}}'
by_hand payments deployment/payments-api merge '{"spec":{"replicas":4}}'
settled

say "reports, certificates, admission"
applied_by helm "$here/late/10-tools.yaml"
"$kubectl" get csr release-bot > /dev/null 2>&1 || "$kubectl" create -f "$here/late/20-certificate-requests.yaml" > /dev/null
"$kubectl" certificate approve release-bot jump-host-admin > /dev/null
applied_by kubeadm "$here/late/30-labels.yaml" 2> /dev/null # it warns about the pods that violate the label, which is the point
applied_by helm "$here/late/40-admission.yaml"

"$kubectl" get pods -A --no-headers | awk '{ states[$4]++ } END { for (state in states) printf "%d pods %s\n", states[state], state }' >&2
