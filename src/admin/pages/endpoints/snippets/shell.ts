/** A shell script for one request that was kept: its headers as arguments, its body on standard input. */
import type { Snippet } from './receiver.ts'

export const shell: Snippet = {
  name: 'Shell',
  file: 'verify.sh',
  run: '',
  write: ({ secretName, profile }) =>
    profile === 'standard'
      ? `#!/bin/sh
# sh verify.sh WEBHOOK-ID WEBHOOK-TIMESTAMP WEBHOOK-SIGNATURE < body
# Says whether a request was signed by this endpoint's secret; needs openssl.
set -eu
secret=\${${secretName}:?is not set}
id=$1 timestamp=$2 signatures=$3

age=$(($(date +%s) - timestamp))
if [ "\${age#-}" -gt 300 ]; then
  echo 'refused: signed more than five minutes ago' >&2
  exit 1
fi

key=$(printf '%s\\n' "\${secret#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \\n')
expected=v1,$({ printf '%s.%s.' "$id" "$timestamp"; cat; } |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)

# While a secret is rotated, two signatures come: one match is enough.
for given in $signatures; do
  if [ "$given" = "$expected" ]; then
    echo genuine
    exit 0
  fi
done
echo 'refused: the signature does not match' >&2
exit 1
`
      : `#!/bin/sh
# sh verify.sh X-SIGNATURE < body
# Says whether a body was signed by this endpoint's secret; needs openssl.
set -eu
secret=\${${secretName}:?is not set}

key=$(printf '%s' "$secret" | od -An -v -tx1 | tr -d ' \\n')
expected=sha256=$(openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | od -An -v -tx1 | tr -d ' \\n')

if [ "$1" = "$expected" ]; then
  echo genuine
  exit 0
fi
echo 'refused: the signature does not match' >&2
exit 1
`,
}
