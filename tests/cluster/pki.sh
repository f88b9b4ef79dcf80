# Certificates and kubeconfigs of a test cluster, made with openssl alone; sourced by up.sh and identity.sh.
# Everything lies in DIR/pki and is thrown away with the cluster, so keys carry no passphrase.

# make_authority DIR NAME
make_authority() {
  openssl ecparam -name prime256v1 -genkey -noout -out "$1/pki/$2.key"
  openssl req -x509 -new -sha256 -key "$1/pki/$2.key" -days 3650 -subj "/CN=$2" -out "$1/pki/$2.crt" \
    -addext keyUsage=critical,digitalSignature,keyCertSign,cRLSign 2> /dev/null
}

# issue DIR AUTHORITY FILE SUBJECT [SUBJECT-ALTERNATIVE-NAMES]: a serving certificate where names are given, otherwise one for a client
issue() {
  local pki=$1/pki authority=$2 file=$3 subject=$4 names=${5:-} serial
  serial=0x$(openssl rand -hex 8)
  {
    echo "basicConstraints=critical,CA:FALSE"
    echo "keyUsage=critical,digitalSignature"
    if [ -n "$names" ]; then echo "extendedKeyUsage=serverAuth"; echo "subjectAltName=$names"; else echo "extendedKeyUsage=clientAuth"; fi
  } > "$pki/$file.ext"
  openssl ecparam -name prime256v1 -genkey -noout -out "$pki/$file.key"
  openssl req -new -sha256 -key "$pki/$file.key" -subj "$subject" -out "$pki/$file.csr"
  openssl x509 -req -sha256 -in "$pki/$file.csr" -CA "$pki/$authority.crt" -CAkey "$pki/$authority.key" -set_serial "$serial" \
    -days 365 -extfile "$pki/$file.ext" -out "$pki/$file.crt" 2> /dev/null
  rm "$pki/$file.csr" "$pki/$file.ext"
}

encoded() { openssl base64 -A -in "$1"; }

# write_kubeconfig DIR SERVER CERTIFICATE USER FILE: everything embedded, so that the one file can be handed on
write_kubeconfig() {
  cat > "$5.new" <<EOF
apiVersion: v1
kind: Config
clusters:
- name: kassay-test
  cluster:
    server: $2
    certificate-authority-data: $(encoded "$1/pki/kubernetes.crt")
users:
- name: $4
  user:
    client-certificate-data: $(encoded "$1/pki/$3.crt")
    client-key-data: $(encoded "$1/pki/$3.key")
contexts:
- name: kassay-test
  context:
    cluster: kassay-test
    user: $4
current-context: kassay-test
EOF
  mv "$5.new" "$5"
}
