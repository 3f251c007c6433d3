/** Whether a URL can be an endpoint: every rule that can be judged without asking DNS. */
import { isIP } from 'node:net'
import { isAllowedAddress, isAllowedPort, type AddressPolicy, type UrlProblem, type UrlRule } from './address.ts'

const MAX_LENGTH = 2048
// Names that only mean something inside a network or a machine.
const LOCAL_SUFFIXES = ['localhost', 'localdomain', 'local', 'internal', 'intranet', 'lan', 'home', 'corp', 'private', 'svc', 'home.arpa']

/** An endpoint URL taken apart; `problems` is empty when a request may be made. */
export type EndpointUrl = {
  readonly problems: readonly UrlProblem[]
  /** set when the URL could be parsed */
  readonly url?: URL
  /** the host without brackets or trailing dot: an IP address in its canonical spelling, or a name in lower case and punycode */
  readonly host?: string
  readonly port?: number
}

const CODES: Partial<Record<UrlRule, string>> = { port: 'WHPRT', ip: 'WHADR', name: 'WHADR', 'single-label': 'WHADR' }

const problem = (rule: UrlRule, message: string, detail: string, hint: string): UrlProblem => ({ rule, code: CODES[rule] ?? 'WHURL', message, detail, hint })

const hostProblem = (host: string, policy: AddressPolicy): UrlProblem | undefined => {
  if (isIP(host) !== 0) {
    return isAllowedAddress(host, policy)
      ? undefined
      : problem('ip', 'Endpoint URL names an address that is not public.', 'Requests go to public addresses only, so that nobody can reach into the network of the sender.', 'Use a public host, or have an operator open the network with WEBHOOK_ALLOW_NETS.')
  }
  const labels = host.split('.')
  if (labels.some((label) => label === '' || label.length > 63) || host.length > 253) {
    return problem('host', 'Endpoint URL has an invalid host name.', 'A label of the name is empty or longer than 63 characters, or the name is longer than 253.', 'Correct the host name.')
  }
  // Where an operator opened networks, such names may well mean a host there; each address is judged when it is connected.
  if (policy.allowNets.rules.length > 0) return undefined
  if (LOCAL_SUFFIXES.some((suffix) => host === suffix || host.endsWith(`.${suffix}`))) {
    return problem('name', 'Endpoint URL names a host of a local network.', 'Such a name never belongs to a public host.', 'Use a public host, or have an operator open the network with WEBHOOK_ALLOW_NETS.')
  }
  if (labels.length === 1) {
    return problem('single-label', 'Endpoint URL names a host without a domain.', 'A name without a dot is looked up in the local network.', 'Use the full name of a public host, or have an operator open the network with WEBHOOK_ALLOW_NETS.')
  }
  return undefined
}

/**
 * Judges an endpoint URL as the WHATWG parser reads it, which is also how it will be requested: so every spelling of an
 * address (`http://2130706433/`, `http://0x7f.1/`, fullwidth digits, IPv4 in IPv6) is the address that it means.
 */
export const parseEndpointUrl = (text: string, policy: AddressPolicy): EndpointUrl => {
  const problems: UrlProblem[] = []
  if (text.length > MAX_LENGTH) {
    problems.push(problem('length', 'Endpoint URL is too long.', `It has ${text.length} characters; ${MAX_LENGTH} are allowed.`, 'Shorten it; move parameters into the receiver.'))
  }
  if (!URL.canParse(text)) {
    problems.push(problem('parse', 'Endpoint URL is not a URL.', 'It has no scheme or host, or holds characters that a host can not have.', 'Write it like https://example.com/hooks.'))
    return { problems }
  }
  const url = new URL(text)
  const secure = url.protocol === 'https:'
  if (!secure && !(url.protocol === 'http:' && policy.allowHttp)) {
    problems.push(problem('scheme', 'Endpoint URL is not https.', 'Payloads are signed, not encrypted, so they may only travel over TLS.', 'Use an https:// URL, or set WEBHOOK_ALLOW_HTTP=true in development.'))
    if (url.protocol !== 'http:') return { problems, url }
  }
  if (url.username !== '' || url.password !== '') {
    problems.push(problem('userinfo', 'Endpoint URL holds a user name or password.', 'They would end up in logs, and HTTP clients drop them silently.', 'Send credentials by a custom header such as authorization.'))
  }
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port)
  if (!isAllowedPort(port, policy)) {
    const allowed = policy.allowPorts === 'any' ? [] : [...policy.allowPorts]
    problems.push(problem('port', `Endpoint URL uses port ${port}.`, `Allowed ports: ${allowed.join(', ') || 'none'}.`, 'Use one of them, or have an operator add it to WEBHOOK_ALLOW_PORTS.'))
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
  const wrongHost = hostProblem(host, policy)
  if (wrongHost !== undefined) problems.push(wrongHost)
  return { problems, url, host, port }
}

/** All problems of an endpoint URL; empty when it may be saved. */
export const endpointUrlProblems = (text: string, policy: AddressPolicy): readonly UrlProblem[] => parseEndpointUrl(text, policy).problems
