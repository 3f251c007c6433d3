/** Tenant A tries everything that SQL and GraphQL offer against rows of tenant B. Probes are generated from the catalogue and the schema. */
import {
  buildClientSchema, getIntrospectionQuery, getNamedType, GraphQLEnumType, GraphQLInputObjectType, isListType, isNonNullType, isObjectType,
  type GraphQLField, type GraphQLInputType, type GraphQLObjectType, type IntrospectionQuery,
} from 'graphql'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startTestApi } from '../support/api.ts'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents, deliveriesOf, endDelivery } from '../support/endpoints.ts'

const db = await createTestDatabase({ template: 'core' })
const api = await startTestApi(db.url)

/** Rows of every tenant's table for a tenant, all of whose texts bear its mark. */
const populate = async (tenant: string) => {
  const mark = `mark-${tenant}`
  const endpointId = await createEndpoint(db.pool, { tenant_id: tenant, name: mark, description: mark, url: `https://${mark}.test/h`, headers: { [mark]: mark }, created_by: mark })
  const [eventId] = await createEvents(db.pool, { tenant, resource: mark })
  const [delivery] = await deliveriesOf(db.pool, endpointId)
  await endDelivery(db.pool, delivery!.id, 'failed', 1)
  await db.pool.query(`insert into webhooks.attempts (delivery_id, number, tenant_id, started_at, duration_ms, status, error) values ($1, 1, $2, now(), 1, 500, $3)`, [delivery!.id, tenant, mark])
  await db.pool.query('insert into webhooks.tenant_settings (tenant_id, rate_limit) values ($1, 4711)', [tenant])
  await db.pool.query(`select set_config('rowhook.user', $1, false)`, [mark])
  const { rows: keys } = await db.pool.query<{ id: string; new_key: string }>(`select * from webhooks.create_api_key($1, 'owner', $2)`, [mark, tenant])
  await db.pool.query(`insert into webhooks.alerts (kind, subject, summary) values ('backlog_age', $1, 'Deliveries wait.')`, [mark])
  const { rows: audit } = await db.pool.query<{ id: string }>(`insert into webhooks.audit_log (action, tenant_id, actor) values ('probe', $1, $2) returning id`, [tenant, mark])
  const { rows: secrets } = await db.pool.query<{ secret: string }>('select secret from webhooks_private.endpoint_secrets where endpoint_id = $1', [endpointId])
  return { mark, endpointId, eventId: eventId!, deliveryId: delivery!.id, keyId: keys[0]!.id, key: keys[0]!.new_key, auditId: audit[0]!.id, secret: secrets[0]!.secret }
}

const a = await populate('a')
const b = await populate('b')

/** What must never come back: anything that only B's rows hold. */
const foreign: readonly string[] = [b.mark, b.endpointId, b.eventId, b.deliveryId, b.keyId, b.key, b.secret]
const leaks = (text: string) => foreign.filter((each) => text.includes(each))

let probes = 0
const found: string[] = []
const probe = (what: string, text: string) => {
  probes++
  const leaked = leaks(text)
  if (leaked.length > 0) found.push(`${what}: ${leaked.join(', ')}`)
}

/** An operator whose request is bound to a tenant is nobody special. */
const roles = ['rowhook_viewer', 'rowhook_manager', 'rowhook_tenant_owner', 'rowhook_operator', 'rowhook_api'] as const

const sql = suite('in SQL')

type Column = { readonly relation: string; readonly kind: string; readonly column: string; readonly type: string }

const columns = (await db.pool.query<Column>(`
  select c.oid::regclass::text as relation, c.relkind::text as kind, quote_ident(a.attname) as column, format_type(a.atttypid, null) as type
    from pg_class as c join pg_attribute as a on a.attrelid = c.oid
   where c.relnamespace in ('webhooks'::regnamespace, 'webhooks_private'::regnamespace) and c.relkind in ('r', 'p', 'v')
     and not c.relispartition and a.attnum > 0 and not a.attisdropped
   order by 1, a.attnum`)).rows

for (const role of roles) {
  sql(`${role} reads, writes and locks no row of another tenant`, async () => {
    const client = await db.connect(role)
    const attempt = async (statement: string) => {
      await client.query(`begin; set local rowhook.tenant_id = 'a'`)
      const result = await client.query(statement).then(({ rows, rowCount }) => JSON.stringify({ rows, rowCount }), () => 'refused')
      await client.query('rollback')
      return result
    }
    for (const { relation, column } of columns) probe(`${role} reads ${relation}.${column}`, await attempt(`select ${column}::text from ${relation}`))
    for (const [relation, column] of new Map(columns.map((each) => [each.relation, each.column]))) {
      probe(`${role} changes ${relation}.${column}`, await attempt(`update ${relation} as t set ${column} = ${column} where t::text like '%${b.mark}%' returning t::text`))
      for (const statement of [`delete from ${relation} as t returning t::text`, `select t::text from ${relation} as t for update`, `insert into ${relation} select t.* from ${relation} as t returning *`]) {
        probe(`${role}: ${statement}`, await attempt(statement))
      }
      probe(`${role} empties ${relation}`, (await attempt(`truncate ${relation}`)) === 'refused' ? '' : b.mark)
    }
    await client.end()
  })
}

sql('no function gives or changes what belongs to another tenant', async () => {
  const { rows: functions } = await db.pool.query<{ name: string; types: string[] }>(`
    select p.oid::regproc::text as name, array(select format_type(t, null) from unnest(p.proargtypes) as t) as types
      from pg_proc as p where p.pronamespace in ('webhooks'::regnamespace, 'webhooks_private'::regnamespace) and p.prokind = 'f' and p.prorettype <> 'trigger'::regtype`)
  const before = await fingerprint()
  for (const role of roles) {
    const client = await db.connect(role)
    for (const { name, types } of functions) {
      for (const id of /endpoint|secret|recover|replay|test/.test(name) ? [b.endpointId] : [b.eventId, b.deliveryId, b.keyId]) {
        if (role === 'rowhook_viewer' && !types.includes('uuid')) continue // asked by the others
        const values = types.map((type) => (type === 'uuid' ? `'${id}'::uuid` : type === 'uuid[]' ? `array['${id}']::uuid[]` : type === 'text' ? `'b'` : type === 'timestamp with time zone' ? `'2020-01-01'::timestamptz` : type === 'json' || type === 'jsonb' ? `'{}'::${type}` : `null::${type}`))
        await client.query(`begin; set local rowhook.tenant_id = 'a'`)
        const text = await client.query(`select f::text from ${name}(${values.join(', ')}) as f`).then(({ rows }) => JSON.stringify(rows), () => 'refused')
        // What only computes gives back what it was given.
        probe(`${role} calls ${name}`, text.replaceAll(id, ''))
        await client.query('commit')
      }
    }
    await client.end()
  }
  assert.is(await fingerprint(), before, 'rows of the other tenant have changed')
})

/** All rows of tenant B, to see that nothing of them has changed. */
const fingerprint = async () => {
  const tables = [...new Set(columns.filter(({ kind, column }) => kind !== 'v' && column === 'tenant_id').map(({ relation }) => relation))]
  const { rows } = await db.pool.query<{ hash: string }>(`select md5(string_agg(h, ',' order by h)) as hash from (${tables.map((table) => `select md5(t::text) as h from ${table} as t where tenant_id = 'b'`).join(' union all ')}) as every`)
  return rows[0]!.hash
}

const graphql = suite('in GraphQL')

const viewer = await api.as('viewer', 'a')
const schema = buildClientSchema((await viewer(getIntrospectionQuery())).data as IntrospectionQuery)

/** Every scalar of a type, and what one step further holds. */
const selection = (type: GraphQLObjectType, depth = 1): string =>
  Object.values(type.getFields())
    .flatMap((field) => {
      const inner = getNamedType(field.type)
      if (field.args.some(({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined)) return []
      if (!isObjectType(inner)) return [field.name]
      if (inner.name === 'PageInfo' || inner.name.endsWith('Edge')) return []
      return depth === 0 ? [] : [`${field.name}${field.args.some(({ name }) => name === 'first') ? '(first: 3)' : ''} { ${selection(inner, inner.name.endsWith('Connection') ? depth : depth - 1)} }`]
    })
    .join(' ') || '__typename'

const literals: Readonly<Record<string, readonly string[]>> = {
  UUID: [b.endpointId, b.eventId, b.deliveryId, b.keyId].map((id) => JSON.stringify(id)),
  String: [JSON.stringify(b.mark), '"b"', '"%"'],
  Datetime: ['"2020-01-01"', '"2099-01-01"'],
  Int: ['0', '500'],
  BigInt: [`"${b.auditId}"`],
  Boolean: ['true', 'false'],
}

/** Values of an input type, as literals. */
const literalsOf = (type: GraphQLInputType): readonly string[] => {
  if (isNonNullType(type)) return literalsOf(type.ofType)
  if (isListType(type)) return literalsOf(type.ofType).map((literal) => `[${literal}]`)
  if (type instanceof GraphQLEnumType) return type.getValues().map(({ name }) => name)
  return literals[getNamedType(type).name] ?? []
}

/** Every filter of a type, one operator each; `not` and `or` around it. */
const filters = (type: GraphQLInputObjectType): string[] =>
  Object.values(type.getFields()).flatMap((field) => {
    if (['and', 'or', 'not'].includes(field.name)) return []
    if (!(field.type instanceof GraphQLInputObjectType)) return literalsOf(field.type).map((literal) => `{${field.name}: ${literal}}`)
    // The value that finds B's rows, if any does, is the first; one of each operator.
    return Object.values(field.type.getFields()).flatMap((operator) => literalsOf(operator.type).slice(0, 1).map((literal) => `{${field.name}: {${operator.name}: ${literal}}}`))
  })

const queries = Object.values(schema.getQueryType()!.getFields())

/** What can be asked of a root field; filters only where they are wanted, since they are many. */
const asks = (field: GraphQLField<unknown, unknown>, withFilters: boolean): string[] => {
  const type = getNamedType(field.type)
  const fields = isObjectType(type) ? ` { ${selection(type)} }` : ''
  const ask = (args: string, those = fields) => `${field.name}${args ? `(${args})` : ''}${those}`
  const required = field.args.filter(({ type }) => isNonNullType(type))
  // One's own tenant is what leaving the name out means; to name another must be refused.
  const named = field.args.some(({ name }) => name === 'tenantId') ? ['', 'tenantId: "b"'] : ['']
  if (required[0]?.name === 'events') return named.map((tenant) => ask(`events: ["*"] ${tenant}`))
  if (named.length > 1) return named.map((tenant) => ask(tenant))
  if (required.length > 0) {
    return literalsOf(required[0]!.type).map((literal) => ask([`${required[0]!.name}: ${literal}`, ...required.slice(1).map(({ name, type }) => `${name}: ${literalsOf(type)[0]}`)].join(', ')))
  }
  const filter = field.args.find(({ name }) => name === 'filter')?.type
  const order = field.args.find(({ name }) => name === 'orderBy')?.type
  const found = withFilters && filter instanceof GraphQLInputObjectType ? filters(filter) : []
  const first = field.args.some(({ name }) => name === 'first') ? 'first: 5' : ''
  return [
    ask(first),
    ...found.flatMap((each) => [each, `{not: ${each}}`]).map((each) => ask(`${first}, filter: ${each}`, isObjectType(type) ? ` { ${selection(type, 0)} }` : '')),
    ...(order ? literalsOf(order).map((each) => ask(`${first}, orderBy: ${each}`)) : []),
  ]
}

for (const role of ['viewer', 'manager', 'owner', 'operator'] as const) {
  graphql(`${role} finds nothing of another tenant by any field, filter, order or id`, async () => {
    const client = await api.as(role, 'a')
    const every = queries.flatMap((field) => asks(field, role === 'owner'))
    // Twenty a request, each under a name of its own, so that there is time for all of them.
    for (let at = 0; at < every.length; at += 20) {
      const some = every.slice(at, at + 20)
      const { data, errors, text } = await client(`{ ${some.map((ask, n) => `p${n}: ${ask}`).join(' ')} }`)
      assert.ok(data, text.slice(0, 500))
      assert.equal(errors.filter(({ extensions }) => !['WHRGT', 'WHNOF', 'WHTNT', 'WHTYP'].includes(extensions?.['code'] ?? '')), [], text.slice(0, 500))
      some.forEach((ask, n) => probe(`${role}: ${ask}`, JSON.stringify(data[`p${n}`] ?? null)))
    }
  })
}

graphql('no mutation reaches another tenant', async () => {
  const before = await fingerprint()
  const mutations = Object.values(schema.getMutationType()!.getFields())
  for (const role of ['viewer', 'manager', 'owner', 'operator'] as const) {
    const client = await api.as(role, 'a')
    for (const field of mutations) {
      const type = getNamedType(field.type) as GraphQLObjectType
      for (const tenant of ['', 'tenantId: "b"']) {
        for (const id of [/delivery/i.test(field.name) ? b.deliveryId : /key/i.test(field.name) ? b.keyId : b.endpointId]) {
          const args = field.args.filter(({ type }) => isNonNullType(type)).map(({ name, type }) => {
            const { name: typeName } = getNamedType(type)
            if (typeName === 'NewEndpoint') return `${name}: {url: "https://x.test", events: ["*"]}`
            if (typeName === 'EndpointChanges') return `${name}: {name: "taken"}`
            return `${name}: ${typeName === 'UUID' ? JSON.stringify(id) : name === 'role' ? '"viewer"' : (typeName === 'String' ? '"mine"' : (literalsOf(type)[0] ?? 'null'))}`
          })
          const { data, text } = await client(`mutation { ${field.name}(${[...args, tenant].filter(Boolean).join(', ')}) { ${selection(type)} } }`)
          assert.ok(!text.includes('WHINT'), text)
          probe(`${role}: ${field.name} of ${id}`, JSON.stringify(data ?? null))
        }
      }
    }
  }
  assert.is(await fingerprint(), before, 'rows of the other tenant have changed')
})

graphql('who does not say who he is gets nothing at all', async () => {
  const nobody = api.withToken(undefined)
  for (const field of queries) {
    const { status, data, text } = await nobody(`{ ${asks(field, false)[0]} }`)
    assert.equal([status, data], [401, undefined])
    probe(`nobody: ${field.name}`, text)
  }
})

graphql.after(async () => {
  process.stdout.write(`${probes} probes, ${found.length} leaks\n`)
  assert.equal(found.slice(0, 20), [])
  assert.ok(probes >= 2_000, `${probes} probes are too few`)
  assert.ok(a.endpointId && api.logged.length === 0, api.logged.join('\n').slice(0, 2_000))
  await api.stop()
  await db.drop()
})

sql.run()
graphql.run()
