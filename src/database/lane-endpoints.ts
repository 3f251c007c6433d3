/** What the owner of a lane must know of its endpoint, read when the lane is taken and twice a second after that. */
import type pg from 'pg'

/** OAuth 2 client credentials of an endpoint. */
export type LaneAuth = {
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecret: string
  readonly scope?: string
}

/** An endpoint as its lane sees it. Times are milliseconds from now by the clock of the database. */
export type LaneEndpoint = {
  readonly id: string
  readonly version: string
  readonly tenantId: string
  readonly name: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly maxInFlight: number
  /** requests a minute; null = no limit */
  readonly rateLimit: number | null
  /** whether some deliveries must go one after the other */
  readonly ordered: boolean
  readonly noRetryCodes: readonly number[]
  readonly signatureProfile: 'standard' | 'legacy'
  readonly auth: LaneAuth | null
  /** active, not paused, not deleted, and sending switched on for all and for the tenant */
  readonly maySend: boolean
  /** valid signing secrets, the oldest first */
  readonly secrets: readonly string[]
  /** requests a minute for the tenant; null = no limit */
  readonly tenantRateLimit: number | null
  readonly tenantMaxInFlight: number
  /** deliveries of one type about one resource within ten minutes, above which a circle is suspected; null = no limit */
  readonly circleLimit: number | null
  /** how long nothing may be sent yet; null = not held */
  readonly heldForMs: number | null
  readonly circuit: 'closed' | 'open' | 'half-open'
  readonly circuitOpenings: number
  readonly circuitRules: CircuitRules
  readonly consecutiveFailures: number
  /** how far ahead the endpoint's rate is used up; null = it is not */
  readonly paceUsedForMs: number | null
  readonly crashes: number
  readonly suspectId: string | null
  /** owners that died while it was under way alone */
  readonly suspectCrashes: number
  /** when a delivery was last cancelled by hand, as text; null = never */
  readonly recalledAt: string | null
}

export type CircuitRules = {
  readonly failures: number
  readonly failureRate: number
  readonly openMinMs: number
  readonly openMaxMs: number
}

const LOAD = `
select p.id, p.version::text as version, p.tenant_id as "tenantId", p.name, p.url, p.headers,
       p.timeout_ms as "timeoutMs", p.max_in_flight as "maxInFlight", p.rate_limit as "rateLimit",
       p.ordering <> 'none' or exists (
         select from webhooks.deliveries as d
          where d.endpoint_id = p.id and d.status in ('pending', 'retrying') and d.order_key is not null) as ordered,
       p.no_retry_codes as "noRetryCodes", p.signature_profile as "signatureProfile",
       case when p.auth is not null then jsonb_strip_nulls(jsonb_build_object(
         'tokenUrl', p.auth ->> 'token_url', 'clientId', p.auth ->> 'client_id', 'scope', p.auth ->> 'scope',
         'clientSecret', coalesce((select k.secret from webhooks_private.endpoint_secrets as k
                                    where k.endpoint_id = p.id and k.purpose = 'oauth2_client'
                                    order by k.created_at desc limit 1), ''))) end as auth,
       p.is_active and p.paused_at is null and p.deleted_at is null and s.sending and coalesce(t.sending, true) as "maySend",
       array(select k.secret from webhooks_private.endpoint_secrets as k
              where k.endpoint_id = p.id and k.purpose = 'signing' and (k.expires_at is null or k.expires_at > now())
              order by k.created_at, k.id) as secrets,
       case when t.tenant_id is null then s.tenant_rate_limit else t.rate_limit end as "tenantRateLimit",
       s.tenant_max_in_flight as "tenantMaxInFlight", s.circle_limit as "circleLimit",
       case when l.held_until > clock_timestamp()
            then extract(epoch from least(l.held_until, now() + interval '10 days') - clock_timestamp())::double precision * 1000 end as "heldForMs",
       coalesce(l.circuit, 'closed') as circuit, coalesce(l.circuit_openings, 0) as "circuitOpenings",
       json_build_object('failures', s.circuit_failures, 'failureRate', s.circuit_failure_rate,
                         'openMinMs', extract(epoch from s.circuit_open_min) * 1000,
                         'openMaxMs', extract(epoch from s.circuit_open_max) * 1000) as "circuitRules",
       coalesce(f.consecutive_failures, 0)::integer as "consecutiveFailures",
       extract(epoch from l.pace_used_until - clock_timestamp())::double precision * 1000 as "paceUsedForMs",
       coalesce(l.crashes, 0) as crashes, l.suspect_id as "suspectId", coalesce(l.suspect_crashes, 0) as "suspectCrashes",
       l.recalled_at::text as "recalledAt"
  from webhooks.endpoints              as p
 cross join webhooks.settings          as s
  left join webhooks.tenant_settings   as t on t.tenant_id = p.tenant_id
  left join webhooks.endpoint_stats    as f on f.endpoint_id = p.id
  left join webhooks_private.lanes     as l on l.endpoint_id = p.id
 where p.id = any ($1::uuid[])`

/** The endpoints of lanes; one that no longer exists is left out. */
export const loadLaneEndpoints = async (pool: pg.Pool, endpointIds: readonly string[]): Promise<LaneEndpoint[]> => {
  const { rows } = await pool.query<LaneEndpoint>({ name: 'load_lane_endpoints', text: LOAD, values: [endpointIds] })
  return rows
}
