#!/bin/sh
# Puts a copy of backup.sh where an installation belongs:  restore.sh DIRECTORY
#
# It reads the same environment as the service, which must not run. Nothing is overwritten: files must
# not be there, and databases of PostgreSQL must be there and empty.
set -eu
umask 077
from=${1:?"usage: restore.sh DIRECTORY"}
data=${ASSENT_DATA_DIRECTORY:-var}
mkdir -p "$data"

put() { # FILE PLACE
	if [ -e "$2" ]; then
		echo "restore.sh: $2 is there already; move it away first" >&2
		exit 1
	fi
	cp "$1" "$2"
}

put_database() { # URL FILE
	case $1 in
	sqlite:///*) put "$2" "${1#sqlite:///}" ;;
	*) pg_restore --no-owner --exit-on-error --single-transaction --dbname="$1" "$2" ;;
	esac
}

put_database "${ASSENT_DATABASE_URL:-sqlite:///$data/assent.db}" "$from/log.backup"
put_database "${ASSENT_CONTENT_KEYS_URL:-sqlite:///$data/content-keys.db}" "$from/content-keys.backup"
put "$from/content.key" "${ASSENT_CONTENT_KEY:-$data/content.key}"
put "$from/log.key" "${ASSENT_LOG_KEY:-$data/log.key}"
put "$from/checkpoint" "${ASSENT_LOG_ANCHOR:-$data/checkpoint}"
vouched=${ASSENT_LOG_VOUCHED:-$data/vouched}
if [ -d "$from/vouched" ]; then
	mkdir -p "$vouched"
	cp -R "$from/vouched/." "$vouched"
fi
# What was erased after the copy was made is back, until these have erased it again.
echo "restored; now: assent contents settle, assent log erase-again PUBLISHED, and assent doctor"
