# Before PostgreSQL starts where there are no data. The first pod makes a database of its own, unless the Service leads to another
# primary; any other waits until the data of the primary are copied to it.
set -eu
[ ! -s "$PGDATA/PG_VERSION" ] || exit 0
if [ "${HOSTNAME##*-}" = 0 ] && ! pg_isready --quiet --host=postgres --username="$POSTGRES_USER" --timeout=3; then
  exit 0
fi
until [ -s "$PGDATA/PG_VERSION" ]; do sleep 1; done
