#!/bin/sh
# Publishes a stream where and when the supervisor says, and again after a loss. The encoder takes the address as its last word:
#   STREAMSUPERVISOR_SERVER=http://10.0.0.1:8085 ./publish.sh live/cam1 ffmpeg -re -i in.mp4 -c copy -f flv
# The credential of the stream: STREAMSUPERVISOR_CREDENTIAL='token=v1.…'. An API key instead: a line header = "Authorization: Bearer …" in
# ~/.curlrc. Ends with 0 when the encoder ends with 0, with 77 when the stream is refused for good. Needs curl and jq.
set -u
key=$1 api=${STREAMSUPERVISOR_SERVER:-http://127.0.0.1:8085}/api/v1/registrations attempt=0 error='' id='' encoder='' lang=en
shift
case ${LC_ALL:-${LANG:-}} in zh*) lang=zh ;; esac
call() { curl -sS -m 10 -H 'Content-Type: application/json' "$@"; }
register() {
    jq -n --arg key "$key" --arg me "${ENCODER_ID:-$(uname -n):$key}" --arg error "$error" --argjson n "$attempt" \
        '{key: $key, encoderId: $me, attempt: $n, credential: env.STREAMSUPERVISOR_CREDENTIAL, lastError: $error}' |
        call -d @- "$api"
}
said() { printf '%s' "$answer" | jq -r "$1" 2>/dev/null; }
trap '[ -z "$encoder" ] || kill "$encoder" 2>/dev/null; [ -z "$id" ] || call -X DELETE "$api/$id" >/dev/null' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
exec 3<&0
while attempt=$((attempt + 1)); do
    answer=$(register)
    new=$(said '.registrationId // empty') id=${new:-$id}
    while [ "$(said .decision)" = wait ]; do answer=$(call "$api/$id?wait=5s"); done
    if [ "$(said .decision)" = publish ]; then
        began=$(date +%s)
        "$@" "$(said ".publish[$((attempt - 1)) % (.publish | length)].url")" <&3 & encoder=$!
        wait "$encoder" && exit 0
        error="the encoder ended with $?" encoder=''
        [ $(($(date +%s) - began)) -lt 15 ] || attempt=0 # It was on air.
    fi
    said ".text.$lang // .detail // .title // empty" >&2
    [ "$(said .kind)" != permanent ] || exit 77
    pause=$(said 'if .retryAfterMs then .retryAfterMs / 1000 | ceil elif .attemptsLeft == 0 then 30 else 1 end')
    sleep "${pause:-2}" & wait $!
done
