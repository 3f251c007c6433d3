/** Python 3, with its standard library. */
import type { Snippet } from './receiver.ts'

export const python: Snippet = {
  name: 'Python',
  file: 'receiver.py',
  run: 'python3 receiver.py',
  write: ({ path, secretName, profile, type }) => `${profile === 'standard' ? 'import base64\n' : ''}import hashlib
import hmac
import json
import os
${profile === 'standard' ? 'import time\n' : ''}from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

secret = os.environ["${secretName}"]
${
    profile === 'standard'
      ? `key = base64.b64decode(secret.removeprefix("whsec_"))


def is_signed(headers, body):
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    # A request that was captured cannot be sent again later.
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > 300:
        return False
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    # While a secret is rotated, two signatures come: one match is enough.
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(expected.encode(), each.encode()) for each in given)`
      : `

def is_signed(headers, body):
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), headers.get("x-signature", "").encode())`
  }


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))  # the raw bytes
        if self.path.split("?")[0] != "${path}":
            return self.answer(404)
        if not is_signed(self.headers, body):
            return self.answer(401)
        # The same event may come twice:${profile === 'standard' ? ' webhook-id tells.' : ' its id tells.'} Answer first, then work.
        self.answer(204)
        event = json.loads(body)
        print(self.headers["x-event"], event)  # such as ${type}

    def answer(self, status):
        self.send_response(status)
        self.end_headers()


ThreadingHTTPServer(("", int(os.environ.get("PORT", 3000))), Receiver).serve_forever()
`,
}
