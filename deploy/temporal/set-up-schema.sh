#!/bin/sh
# Creates Temporal's two databases and brings their schema up to date. Safe to run again: what
# exists already is left as it is. SQL_PASSWORD is read by the tool itself.
set -eu

schema=/etc/temporal/schema/postgresql/v12

set_up() {
  database=$1
  versions=$2
  sql() {
    temporal-sql-tool --plugin postgres12 --ep "$SQL_HOST" --port 5432 --user "$SQL_USER" \
      --db "$database" "$@"
  }
  sql create
  sql setup-schema -v 0.0
  sql update-schema -d "$schema/$versions/versioned"
}

set_up temporal temporal
set_up temporal_visibility visibility
