/** A database's schema as text, one line for each thing in it, to be compared. */
import type pg from 'pg'

/** Our own schemas; what graphile-worker made is its own affair. */
const ours = `n.nspname in ('webhooks', 'webhooks_private', 'public')`

const parts: readonly string[] = [
  `select format('schema %s owner %s rights %s comment %s', nspname, nspowner::regrole, nspacl, obj_description(oid, 'pg_namespace'))
     from pg_namespace n where ${ours}`,

  `select format('relation %s.%s kind %s owner %s rights %s rls %s %s partition %s options %s comment %s',
                 n.nspname, relname, relkind, relowner::regrole, relacl, relrowsecurity, relforcerowsecurity,
                 pg_get_expr(relpartbound, c.oid), reloptions, obj_description(c.oid, 'pg_class'))
     from pg_class c join pg_namespace n on n.oid = relnamespace where ${ours}`,

  `select format('column %s.%s.%s number %s type %s not null %s default %s generated %s%s rights %s comment %s',
                 n.nspname, relname, attname, (select count(*) from pg_attribute b where b.attrelid = c.oid and b.attnum between 1 and a.attnum and not b.attisdropped),
                 format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid), attgenerated, attidentity, attacl, col_description(c.oid, attnum))
     from pg_attribute a join pg_class c on c.oid = attrelid join pg_namespace n on n.oid = relnamespace
     left join pg_attrdef d on (d.adrelid, d.adnum) = (attrelid, attnum)
    where ${ours} and attnum > 0 and not attisdropped`,

  `select format('constraint %s.%s on %s: %s comment %s', n.nspname, conname, conrelid::regclass, pg_get_constraintdef(c.oid), obj_description(c.oid, 'pg_constraint'))
     from pg_constraint c join pg_namespace n on n.oid = connamespace where ${ours}`,

  `select 'index ' || pg_get_indexdef(c.oid) from pg_class c join pg_namespace n on n.oid = relnamespace where ${ours} and relkind in ('i', 'I')`,

  `select format('view %s.%s: %s', n.nspname, relname, pg_get_viewdef(c.oid))
     from pg_class c join pg_namespace n on n.oid = relnamespace where ${ours} and relkind in ('v', 'm')`,

  `select format('function %s owner %s rights %s comment %s: %s', p.oid::regprocedure, proowner::regrole, proacl, obj_description(p.oid, 'pg_proc'), pg_get_functiondef(p.oid))
     from pg_proc p join pg_namespace n on n.oid = pronamespace where ${ours} and prokind in ('f', 'p')`,

  `select format('trigger on %s enabled %s comment %s: %s', tgrelid::regclass, tgenabled, obj_description(t.oid, 'pg_trigger'), pg_get_triggerdef(t.oid))
     from pg_trigger t join pg_class c on c.oid = tgrelid join pg_namespace n on n.oid = relnamespace where ${ours} and not tgisinternal`,

  `select format('policy %s on %s for %s to %s using %s check %s comment %s', polname, polrelid::regclass, polcmd, polroles::regrole[],
                 pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid), obj_description(p.oid, 'pg_policy'))
     from pg_policy p join pg_class c on c.oid = polrelid join pg_namespace n on n.oid = relnamespace where ${ours}`,

  `select format('type %s.%s kind %s base %s not null %s rights %s comment %s labels %s', n.nspname, typname, typtype, typbasetype::regtype, typnotnull, typacl,
                 obj_description(t.oid, 'pg_type'), (select array_agg(enumlabel order by enumsortorder) from pg_enum where enumtypid = t.oid))
     from pg_type t join pg_namespace n on n.oid = typnamespace where ${ours} and typtype in ('d', 'e', 'r')`,

  `select format('default rights of %s in %s for %s: %s', defaclrole::regrole, defaclnamespace::regnamespace, defaclobjtype, defaclacl) from pg_default_acl`,

  `select format('statistics %s: %s', s.oid::regclass, pg_get_statisticsobjdef(s.oid)) from pg_statistic_ext s join pg_namespace n on n.oid = stxnamespace where ${ours}`,
]

/** Describes schemas webhooks, webhooks_private and public without anything that differs by chance (oids, order). Sorted lines. */
export const describeCatalogue = async (client: pg.ClientBase | pg.Pool): Promise<string[]> => {
  const lines: string[] = []
  for (const part of parts) {
    const { rows } = await client.query<{ line: string }>(`select line from (${part}) as found (line) where line is not null`)
    lines.push(...rows.map(({ line }) => line))
  }
  return lines.toSorted()
}
