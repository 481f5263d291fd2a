#!/bin/sh
# Makes the keys and passwords of compose.yaml, each once: what is there stays. The provider's key comes from
# OPENAI_API_KEY, or is read from standard input.
#
# Keep a copy of secrets/master_key elsewhere: without it no tenant's data can be opened again.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
# The folder keeps others out; the files are read by the containers' users, who are none of this machine's.
make() {
  if [ ! -s "secrets/$1" ]; then
    cat >"secrets/.$1"
    chmod 0444 "secrets/.$1"
    mv "secrets/.$1" "secrets/$1"
    echo "made secrets/$1"
  fi
}
random() { head -c "$1" /dev/urandom; }
random 32 | base64 | tr -d '\n' | make master_key
for name in database_password redis_password grafana_password; do
  random 24 | od -An -v -tx1 | tr -d ' \n' | make "$name"
done
if [ ! -s secrets/upstream_key ]; then
  if [ -z "${OPENAI_API_KEY:-}" ]; then
    [ ! -t 0 ] || printf 'key of the model provider: ' >&2
    read -r OPENAI_API_KEY || true
  fi
  [ -n "${OPENAI_API_KEY:-}" ] || { echo >&2 "no key of the model provider: set OPENAI_API_KEY"; exit 1; }
  printf %s "$OPENAI_API_KEY" | make upstream_key
fi
if ! grep -qs '^HOLDBACK_KEY=.' .env; then
  printf 'HOLDBACK_KEY=%s\n' "$(random 24 | od -An -v -tx1 | tr -d ' \n')" >>.env
  echo "made .env: HOLDBACK_KEY in it is what clients send"
fi
