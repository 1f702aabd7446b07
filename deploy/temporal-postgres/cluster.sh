#!/usr/bin/env bash
# A real Temporal cluster on PostgreSQL, without containers. docs/hosting.md says how it is used.
#   cluster.sh build      builds the server and its schema tool with Go, once
#   cluster.sh setup      makes both databases, once
#   cluster.sh update     brings their schema up to date; again after an update of the server
#   cluster.sh start      runs the server in the foreground
#   cluster.sh namespace  makes the namespace, once the server answers
#   cluster.sh drop       drops both databases
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=v1.29.1
bin=${TEMPORAL_SERVER_BIN:-${XDG_CACHE_HOME:-$HOME/.cache}/sdlc-sync/temporal-server-$version}

export POSTGRES_HOST=${POSTGRES_HOST:-127.0.0.1} POSTGRES_PORT=${POSTGRES_PORT:-5432}
export POSTGRES_USER=${POSTGRES_USER:-temporal} POSTGRES_PASSWORD=${POSTGRES_PASSWORD:-}
export TEMPORAL_DB=${TEMPORAL_DB:-temporal} TEMPORAL_VISIBILITY_DB=${TEMPORAL_VISIBILITY_DB:-temporal_visibility}
export TEMPORAL_PORT=${TEMPORAL_PORT:-7233}
export TEMPORAL_DYNAMIC_CONFIG=${TEMPORAL_DYNAMIC_CONFIG:-$here/config/dynamic.yaml}
# In the environment and not among the arguments, which every user of the machine can read.
export SQL_PLUGIN=postgres12 SQL_HOST=$POSTGRES_HOST SQL_PORT=$POSTGRES_PORT
export SQL_USER=$POSTGRES_USER SQL_PASSWORD=$POSTGRES_PASSWORD

on_each_database() {
  "$1" "$TEMPORAL_DB" temporal
  "$1" "$TEMPORAL_VISIBILITY_DB" visibility
}

set_up() {
  "$bin/sql" --db "$1" create-database
  "$bin/sql" --db "$1" setup-schema --version 0.0
}

update() {
  "$bin/sql" --db "$1" update-schema --schema-name "postgresql/v12/$2"
}

drop() {
  "$bin/sql" --db "$1" drop-database --force
}

case "${1:-}" in
build)
  if [ -x "$bin/server" ] && [ -x "$bin/sql" ]; then exit 0; fi
  echo "Building the Temporal server $version with Go (once, a few minutes) ..." >&2
  GOBIN=$bin go install "go.temporal.io/server/cmd/server@$version" "go.temporal.io/server/cmd/tools/sql@$version"
  ;;
setup) on_each_database set_up ;;
update) on_each_database update ;;
start) exec "$bin/server" --root "$here" --config config --env cluster --allow-no-auth start ;;
namespace)
  cli=${TEMPORAL_CLI:-temporal} address=127.0.0.1:$TEMPORAL_PORT name=${TEMPORAL_NAMESPACE:-default}
  for _ in $(seq 120); do
    if "$cli" operator cluster health --address "$address" >/dev/null 2>&1; then break; fi
    sleep 0.5
  done
  "$cli" operator namespace describe --address "$address" --namespace "$name" >/dev/null 2>&1 ||
    "$cli" operator namespace create --address "$address" --namespace "$name" --retention "${TEMPORAL_RETENTION:-30d}"
  # The servers learn of it in their own time.
  for _ in $(seq 120); do
    if "$cli" workflow count --address "$address" --namespace "$name" >/dev/null 2>&1; then exit 0; fi
    sleep 0.5
  done
  echo "The namespace $name was made, and the server still does not know it." >&2
  exit 1
  ;;
drop) on_each_database drop ;;
*)
  sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
  exit 2
  ;;
esac
