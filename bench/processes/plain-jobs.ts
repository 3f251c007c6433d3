/**
 * A job a delivery, as one would write it with graphile-worker alone: the task reads its row, signs, posts, and records the
 * attempt and the state in one statement.
 */
import { Logger, run, type Runner } from 'graphile-worker'
import pg from 'pg'
import { closeAgent, post } from '../harness/dispatch.ts'
import { serve } from '../harness/serve.ts'

let runner: Runner
let pool: pg.Pool

const RECORD = `
with done as (update public.messages set status = 'success', attempts = attempts + 1, delivered_at = now() where id = $1 returning id, attempts)
insert into public.tries (message_id, number, status) select id, attempts, $2 from done`

serve({
  start: async (databaseUrl: string, origin: string) => {
    pool = new pg.Pool({ connectionString: databaseUrl, max: 50 })
    pool.on('error', () => undefined)
    pool.on('connect', (client) => client.on('error', () => undefined))
    runner = await run({
      pgPool: pool,
      concurrency: 50,
      noHandleSignals: true,
      logger: new Logger(() => () => undefined),
      crontab: '',
      taskList: {
        send: async (payload) => {
          const { id } = payload as { id: number }
          const { rows } = await pool.query<{ path: string; body: string }>({ name: 'load', text: 'select path, body from public.messages where id = $1', values: [id] })
          const status = await post(origin, rows[0]!.path, rows[0]!.body)
          await pool.query({ name: 'record', text: RECORD, values: [id, status] })
        },
      },
    })
  },
  stop: async () => {
    await runner.stop()
    await pool.end().catch(() => undefined)
    await closeAgent()
  },
})
