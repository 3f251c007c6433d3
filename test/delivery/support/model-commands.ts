/** What can happen to the world of the model-based test, one command for each. */
import fc from 'fast-check'
import type pg from 'pg'
import { noteState, type Known, type Mode, type World } from './model.ts'

/** The model lives in the world itself: what matters is what holds in the end. */
type Command = fc.AsyncCommand<object, World, true>

const command = (name: string, run: (world: World) => Promise<void>): Command => ({ check: () => Promise.resolve(true), run: (_, world) => run(world), toString: () => name })

/** Refusals that a caller by hand may meet: it has succeeded already, or the endpoint is disabled. */
const expected = new Set(['WHDON', 'WHOFF'])
const orRefused = (error: { code?: string }): undefined => {
  if (!expected.has(error.code ?? '')) throw error
}

const insert = async (client: pg.Client | pg.Pool, tenant: string, resource: number, count: number): Promise<string[]> => {
  const { rows } = await client.query<{ id: string }>(
    `insert into webhooks.events (tenant_id, type, resource_type, resource_id, data)
     select $1, 'test.event', 'thing', $2::text, json_build_object('n', n, 'price', 12345678901234567890.10) from generate_series(1, $3::integer) as n returning id`,
    [tenant, resource, count],
  )
  return rows.map(({ id }) => id)
}

/** Endpoints that match a statement which runs now. */
const matching = ({ endpoints }: World, tenant: string): Known[] => endpoints.filter(({ hook, isActive }) => hook.tenant === tenant && isActive)

const commit = (world: World, tenant: string, eventIds: readonly string[], matched: readonly Known[]): void => {
  for (const id of eventIds) {
    world.committed.get(tenant)!.add(id)
    for (const known of matched) known.expected.add(id)
  }
}

const publish = (which: number, resource: number, count: number) =>
  command(`publish ${count} to ${which}`, async (world) => {
    const { tenant } = world.endpoints[which]!.hook
    const matched = matching(world, tenant)
    commit(world, tenant, await insert(world.engine.db.pool, tenant, resource, count), matched)
  })

const begin = (which: number, resource: number) =>
  command(`begin with ${which}`, async (world) => {
    const { tenant } = world.endpoints[which]!.hook
    const client = await world.engine.db.connect()
    await client.query('begin')
    const matched = matching(world, tenant)
    world.open.push({ client, tenant, eventIds: await insert(client, tenant, resource, 2), matched })
  })

const end = (isCommit: boolean) =>
  command(isCommit ? 'commit' : 'roll back', async (world) => {
    const transaction = world.open.shift()
    if (transaction === undefined) return
    await transaction.client.query(isCommit ? 'commit' : 'rollback')
    await transaction.client.end()
    if (isCommit) commit(world, transaction.tenant, transaction.eventIds, transaction.matched)
  })

const act = (which: number, what: 'pause' | 'resume' | 'disable' | 'enable') =>
  command(`${what} ${which}`, async ({ engine, endpoints }) => {
    const known = endpoints[which]!
    const beforeMs = performance.now()
    await engine.db.pool.query(`select webhooks.${what}_endpoint($1)`, [known.hook.endpointId])
    if (what === 'pause' || what === 'resume') known.isPaused = what === 'pause'
    else known.isActive = what === 'enable'
    if (what === 'disable') known.mayBeCancelled = true
    noteState(known, what === 'resume' || what === 'enable' ? beforeMs : performance.now())
  })

const behave = (which: number, mode: Mode) =>
  command(`${which} is ${mode}`, ({ endpoints }) => {
    const known = endpoints[which]!
    known.mode = mode
    if (mode !== 'ok' && mode !== 'slow') known.wasBroken = true
    return Promise.resolve()
  })

const rotate = (which: number) =>
  command(`rotate ${which}`, async ({ engine, endpoints }) => {
    const { hook, secrets } = endpoints[which]!
    if (secrets.length >= 5) return
    // Known beforehand, since the first request under it may come before the statement returns.
    const secret = `whsec_${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64')}`
    secrets.push(secret)
    await engine.db.pool.query('select webhooks.rotate_secret($1, secret => $2)', [hook.endpointId, secret])
  })

/** Some delivery of the endpoint. */
const pick = async ({ engine, endpoints }: World, which: number, nth: number): Promise<string | undefined> => {
  const { rows } = await engine.db.pool.query<{ id: string }>('select id from webhooks.deliveries where endpoint_id = $1 order by id', [endpoints[which]!.hook.endpointId])
  return rows.length === 0 ? undefined : rows[nth % rows.length]!.id
}

const retry = (which: number, nth: number, force: boolean) =>
  command(`retry of ${which}`, async (world) => {
    const id = await pick(world, which, nth)
    if (id !== undefined) await world.engine.db.pool.query('select webhooks.retry_delivery($1, $2)', [id, force]).catch(orRefused)
  })

const cancel = (which: number, nth: number) =>
  command(`cancel of ${which}`, async (world) => {
    const id = await pick(world, which, nth)
    world.endpoints[which]!.mayBeCancelled = true
    if (id !== undefined) await world.engine.db.pool.query('select webhooks.cancel_delivery($1)', [id]).catch(orRefused)
  })

const recover = (which: number) =>
  command(`recover ${which}`, async ({ engine, endpoints }) => {
    await engine.db.pool.query(`select webhooks.recover($1, now() - interval '1 hour')`, [endpoints[which]!.hook.endpointId]).catch(orRefused)
  })

const replay = (which: number) =>
  command(`replay ${which}`, async ({ engine, endpoints, committed }) => {
    const { hook, isActive, expected: owed } = endpoints[which]!
    const known = [...committed.get(hook.tenant)!]
    await engine.db.pool.query(`select webhooks.replay($1, now() - interval '1 hour')`, [hook.endpointId]).catch(orRefused)
    if (isActive) for (const id of known) owed.add(id)
  })

/** Every connection of the worker is cut in the middle of what it does, and its requests with them; another one starts. */
const kill = command('kill', async (world) => {
  world.kills += 1
  const { engine } = world
  const victim = engine.worker()
  await engine.db.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name in ('rowhook lanes', 'rowhook worker')`)
  await Promise.all([victim.stop(0), engine.launch()])
})

/** Until the receivers have had some more: what follows then meets the engine at work. */
const work = command('work', async ({ engine }) => {
  const before = engine.receiver.requests.length
  const untilMs = performance.now() + 100
  while (engine.receiver.requests.length < before + 3 && performance.now() < untilMs) await new Promise((resolve) => setImmediate(resolve))
})

const which = fc.nat({ max: 2 })
const nth = fc.nat({ max: 20 })

/** Sequences of commands, most of them publishing. */
export const commands = (maxCommands: number) =>
  fc.commands(
    [
      fc.tuple(which, fc.nat({ max: 2 }), fc.integer({ min: 1, max: 8 })).map((given) => publish(...given)),
      fc.tuple(which, fc.nat({ max: 2 }), fc.integer({ min: 1, max: 8 })).map((given) => publish(...given)),
      fc.tuple(which, fc.nat({ max: 2 })).map((given) => begin(...given)),
      fc.boolean().map(end),
      fc.tuple(which, fc.constantFrom('pause', 'resume', 'disable', 'enable', 'resume', 'enable')).map((given) => act(...given)),
      fc.tuple(which, fc.constantFrom<Mode>('ok', 'slow', 'error', 'refuse', 'reset')).map((given) => behave(...given)),
      which.map(rotate),
      fc.tuple(which, nth, fc.boolean()).map((given) => retry(...given)),
      fc.tuple(which, nth).map((given) => cancel(...given)),
      which.map(recover),
      which.map(replay),
      fc.constant(work),
      fc.constant(work),
      fc.constant(kill),
    ],
    { maxCommands, size: 'max' },
  )
