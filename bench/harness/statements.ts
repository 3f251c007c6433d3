/** What each statement cost the server, for who looks for time: `npm run bench -- throughput --statements`. */
import type pg from 'pg'

type Row = { readonly calls: number; readonly ms: number; readonly each: number; readonly rows: number; readonly query: string }

/** Prints the most expensive statements of a database, to standard error. */
export const reportStatements = async (pool: pg.Pool): Promise<void> => {
  const { rows } = await pool.query<Row>(`
    select s.calls::integer, s.total_exec_time as ms, s.mean_exec_time as each, s.rows::integer, left(regexp_replace(s.query, '\\s+', ' ', 'g'), 110) as query
      from pg_stat_statements as s
      join pg_database as d on d.oid = s.dbid
     where d.datname = current_database()
     order by s.total_exec_time desc
     limit 25`)
  console.error('    calls       ms  ms each     rows')
  for (const { calls, ms, each, rows: count, query } of rows) {
    console.error(`${String(calls).padStart(9)} ${ms.toFixed(0).padStart(8)} ${each.toFixed(3).padStart(8)} ${String(count).padStart(8)}  ${query}`)
  }
}
