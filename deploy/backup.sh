#!/bin/sh
# Copies an installation while it runs:  backup.sh DIRECTORY
#
# It reads the same environment as the service (what stands in a settings file has to be set here as
# well). The order matters. The anchor is first, so that the database has all that it signs. The key
# store comes after the database, so that it has the keys of all that is in there.
set -eu
umask 077
to=${1:?"usage: backup.sh DIRECTORY"}
data=${ASSENT_DATA_DIRECTORY:-var}
if [ -e "$to" ]; then # Copies are never mixed.
	echo "backup.sh: $to is there already; name a new directory" >&2
	exit 1
fi
whole=${to%/} to=${to%/}.unfinished # A copy that broke off is never taken for a whole one.
rm -rf "$to"
mkdir "$to"

copy_database() { # URL FILE
	case $1 in
	sqlite:///*)
		python3 - "${1#sqlite:///}" "$2" <<'PYTHON'
import sqlite3, sys
source = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
with sqlite3.connect(sys.argv[2]) as target:
    source.backup(target)
PYTHON
		;;
	*) pg_dump --format=custom --no-owner --file="$2" --dbname="$1" ;;
	esac
}

cp "${ASSENT_LOG_ANCHOR:-$data/checkpoint}" "$to/checkpoint"
vouched=${ASSENT_LOG_VOUCHED:-$data/vouched}
if [ -d "$vouched" ]; then cp -R "$vouched" "$to/vouched"; fi
copy_database "${ASSENT_DATABASE_URL:-sqlite:///$data/assent.db}" "$to/log.backup"
copy_database "${ASSENT_CONTENT_KEYS_URL:-sqlite:///$data/content-keys.db}" "$to/content-keys.backup"
cp "${ASSENT_LOG_KEY:-$data/log.key}" "$to/log.key"
cp "${ASSENT_CONTENT_KEY:-$data/content.key}" "$to/content.key"
mv "$to" "$whole"
echo "copied to $whole; it holds every key: keep the key store and content.key elsewhere"
