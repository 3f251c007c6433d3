/** Ruby, as a Rack application: Rails mounts it, and rackup runs it. */
import type { Snippet } from './receiver.ts'

export const ruby: Snippet = {
  name: 'Ruby',
  file: 'config.ru',
  run: 'rackup -p 3000',
  write: ({ path, secretName, profile, type }) => `require "json"
require "openssl"

SECRET = ENV.fetch("${secretName}")

def same?(given, expected)
  given.bytesize == expected.bytesize && OpenSSL.fixed_length_secure_compare(given, expected)
end

${
    profile === 'standard'
      ? `KEY = SECRET.delete_prefix("whsec_").unpack1("m")

def signed?(env, body)
  id = env["HTTP_WEBHOOK_ID"].to_s
  timestamp = env["HTTP_WEBHOOK_TIMESTAMP"].to_s
  # A request that was captured cannot be sent again later.
  return false unless timestamp.match?(/\\A\\d+\\z/) && (Time.now.to_i - timestamp.to_i).abs <= 300

  digest = OpenSSL::HMAC.digest("SHA256", KEY, "#{id}.#{timestamp}.".b + body)
  expected = "v1," + [digest].pack("m0")
  # While a secret is rotated, two signatures come: one match is enough.
  env["HTTP_WEBHOOK_SIGNATURE"].to_s.split(" ").any? { |given| same?(given, expected) }
end`
      : `def signed?(env, body)
  expected = "sha256=" + OpenSSL::HMAC.hexdigest("SHA256", SECRET, body)
  same?(env["HTTP_X_SIGNATURE"].to_s, expected)
end`
  }

run lambda { |env|
  body = env["rack.input"].read.b # the raw bytes, before any JSON parser
  next [404, {}, []] unless env["REQUEST_METHOD"] == "POST" && env["PATH_INFO"] == "${path}"
  next [401, {}, []] unless signed?(env, body)

  # The same event may come twice:${profile === 'standard' ? ' webhook-id tells.' : ' its id tells.'} Hand the work to a job, and answer at once.
  event = JSON.parse(body)
  puts "#{env["HTTP_X_EVENT"]} #{event}" # such as ${type}
  [204, {}, []]
}
`,
}
