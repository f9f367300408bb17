#!/bin/sh
# Creates the namespace and the search attributes of the threads. Safe to run again: what exists
# already is left as it is. TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE are read by the CLI itself.
set -eu

tries=0
until temporal operator cluster health; do
  tries=$((tries + 1))
  if [ "$tries" -ge 30 ]; then
    echo "Temporal at $TEMPORAL_ADDRESS does not become healthy" >&2
    exit 1
  fi
  sleep 2
done

if ! temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" \
    --retention "$TEMPORAL_RETENTION"
fi

# A new namespace is known to every part of the server only after some seconds.
tries=0
until
  temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --type Keyword \
    --name ThreadState --name ThreadChannel --name ThreadContact --name ThreadClosedBy \
    --name ThreadMissingLeg --name ThreadCustomer &&
    temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --type Datetime \
      --name ThreadLastActivityAt
do
  tries=$((tries + 1))
  if [ "$tries" -ge 15 ]; then
    echo "the search attributes of namespace $TEMPORAL_NAMESPACE cannot be created" >&2
    exit 1
  fi
  sleep 2
done
