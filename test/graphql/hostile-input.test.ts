/** Values that no client of good will sends, for every argument of every field: each gets a sentence and a code, and none is a fault of the server. */
import {
  buildClientSchema, getIntrospectionQuery, getNamedType, GraphQLEnumType, GraphQLInputObjectType, isListType, isNonNullType, isObjectType,
  type GraphQLArgument, type GraphQLField, type GraphQLInputType, type IntrospectionQuery,
} from 'graphql'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startTestApi, type Answer } from '../support/api.ts'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents, deliveriesOf } from '../support/endpoints.ts'

const db = await createTestDatabase({ template: 'core' })
const api = await startTestApi(db.url)
const operator = await api.as('operator')
const schema = buildClientSchema((await operator(getIntrospectionQuery())).data as IntrospectionQuery)
const endpointId = await createEndpoint(db.pool, { tenant_id: 'a' })
const [eventId] = await createEvents(db.pool, { tenant: 'a' })
const [delivery] = await deliveriesOf(db.pool, endpointId)

/** Of a length that no index takes, and that does not shrink by compression. */
const noise = Array.from({ length: 9_000 }, (_, n) => String.fromCharCode(0x4e00 + ((n * 7_919 + n * n) % 20_000))).join('')
const cursor = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')

const hostile: Readonly<Record<string, readonly unknown[]>> = {
  String: ['', '\0', 'a\0b', '\ud800', noise, `'; drop table x; --`, '%', '\\'],
  Int: [-1, 0, 2 ** 31 - 1, -(2 ** 31)],
  Float: [-1, 0, 1e308, 1e-320],
  Boolean: [true, false, null],
  Datetime: ['infinity', '-infinity', 'garbage', '', '294276-12-31', '294277-01-01', '4713-01-01 BC', '2020-01-01\0', 'now'],
  UUID: ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', endpointId, eventId, delivery!.id],
  BigInt: ['99999999999999999999999', '-1', 'x', ''],
  Cursor: ['', 'x', cursor({}), cursor(null), cursor(['id', 'abc']), cursor(['39ba8665b4', 'zzz']), cursor(['39ba8665b4', 'a\0']), cursor(['39ba8665b4'])],
  JSON: [null, 'text', 1, [], {}, { a: 'x\0' }, { '\0': 1 }, { a: '\ud800' }, [[[[]]]], 1e308, { a: noise }],
  JSONPath: ['', '$', 'garbage(', '$\0', '$.a ? (@ like_regex "(((")', 'strict $', '$.**', '$'.repeat(2_000)],
  IntervalInput: [{}, { years: 2 ** 31 - 1 }, { months: -(2 ** 31) }, { days: 2 ** 31 - 1, hours: 2 ** 31 - 1 }, { seconds: 1e308 }, { seconds: 1e-320 }, { seconds: -1 }, { years: 200 }],
}

/** What stands for a value that matters not now. */
const harmless = ({ name, type }: GraphQLArgument): unknown => {
  const typeName = getNamedType(type).name
  if (name === 'tenantId') return 'a'
  if (name === 'role') return 'viewer'
  if (typeName === 'UUID') return endpointId
  if (typeName === 'Datetime') return '2020-01-01'
  if (typeName === 'NewEndpoint') return { url: 'https://a.test/', events: ['*'] }
  if (typeName.endsWith('Changes')) return {}
  if (name === 'events') return ['*']
  return typeName === 'String' ? 'test.event' : null
}

const required = ({ type, defaultValue }: { readonly type: GraphQLInputType; readonly defaultValue?: unknown }) => isNonNullType(type) && defaultValue === undefined
const triedOperators = new Set<string>()

/** Hostile values of an input type. An operator of a filter is tried at one field, since it is the same at all. */
const valuesOf = (type: GraphQLInputType): readonly unknown[] => {
  if (isNonNullType(type)) return valuesOf(type.ofType).filter((value) => value !== null)
  if (isListType(type)) return [[], ...valuesOf(type.ofType).map((value) => [value]), Array(300).fill(valuesOf(type.ofType)[0])]
  const named = getNamedType(type)
  if (named instanceof GraphQLEnumType) return named.getValues().map(({ name }) => name)
  const scalars = hostile[named.name]
  if (scalars || !(named instanceof GraphQLInputObjectType)) return scalars ?? []
  const base = named.name === 'NewEventType' ? { name: 'hostile.event' } : named.name === 'NewEndpoint' ? { url: 'https://a.test/', events: ['*'] } : {}
  const isOfScalar = 'equalTo' in named.getFields()
  return Object.values(named.getFields()).flatMap((field) => {
    const place = `${named.name}.${field.name}`
    if (/^(and|or|not)$/.test(field.name) || (isOfScalar && triedOperators.has(place))) return []
    triedOperators.add(place)
    return [null, ...valuesOf(field.type)].map((value) => ({ ...base, [field.name]: value }))
  })
}

type Ask = { readonly what: string; readonly query: string; readonly variables: Readonly<Record<string, unknown>> }

const asksOf = (kind: 'query' | 'mutation', field: GraphQLField<unknown, unknown>): Ask[] =>
  field.args.flatMap((tried) => {
    const given = field.args.filter((each) => each === tried || required(each) || each.name === 'tenantId')
    const type = getNamedType(field.type)
    const inner = isObjectType(type) ? ` { ${type.name.endsWith('Connection') ? 'edges { cursor }' : '__typename'} }` : ''
    return valuesOf(tried.type).map((value) => ({
      what: `${field.name}(${tried.name}: ${JSON.stringify(value)?.slice(0, 80)})`,
      query: `${kind} (${given.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ')}) { ${field.name}(${given.map(({ name }) => `${name}: $${name}`).join(', ')})${inner} }`,
      variables: Object.fromEntries(given.map((each) => [each.name, each === tried ? value : harmless(each)])),
    }))
  })

/** No code of ours, or advice that only who has SQL could follow. */
const wrongOf = ({ errors }: Answer): string | undefined => {
  const wrong = errors.find(({ extensions = {} }) => extensions['code'] === 'WHINT' || !/^WH[A-Z]{3}$/.test(extensions['code'] ?? '') || /webhooks\.|select /.test(`${extensions['hint']} ${extensions['detail']}`))
  return wrong && `${wrong.extensions?.['code']}: ${wrong.message}`
}

const input = suite('hostile input')

for (const [kind, root] of [['query', schema.getQueryType()!], ['mutation', schema.getMutationType()!]] as const) {
  input(`in a ${kind} is refused with a sentence and a code, or taken as it is`, async () => {
    const asks = Object.values(root.getFields()).flatMap((field) => asksOf(kind, field))
    assert.ok(asks.length > 300, `${asks.length} values are too few`)
    const wrong: string[] = []
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let ask = asks.pop(); ask !== undefined; ask = asks.pop()) {
          const trouble = wrongOf(await operator(ask.query, ask.variables))
          if (trouble) wrong.push(`${ask.what}: ${trouble}`)
        }
      }),
    )
    assert.equal(wrong.slice(0, 20), [])
  })
}

input('has set nothing with which the house could not be kept', async () => {
  await db.pool.query(`update webhooks.tenant_settings set rate_limit = 10000000`)
  for (const statement of [
    'select * from webhooks_private.prune()',
    'select webhooks_private.evaluate_alerts()',
    'select * from webhooks_private.queue_figures()',
    'select granted from webhooks.tenant_settings as t cross join lateral webhooks_private.reserve_slots(t.tenant_id, 1, t.rate_limit)',
    'select webhooks_private.warn_of_expiry(), webhooks_private.expire_open(), webhooks_private.expire_dead_letters(), webhooks_private.disable_failing()',
    `select webhooks_private.drop_partitions('events')`,
  ]) assert.ok((await db.pool.query(statement)).rows, statement)
})

input.after(async () => {
  assert.equal(api.logged.slice(0, 3), [])
  await api.stop()
  await db.drop()
})

input.run()
