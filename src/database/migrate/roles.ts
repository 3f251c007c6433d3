/** Makes the roles and schemas that the first migration needs. Roles belong to the cluster, so another database may have made them. */
import pg from 'pg'
import { RowhookError } from '../../core/errors.ts'

/** Every role of Rowhook; what each may do is granted in migrations/core. */
const roles: readonly { readonly name: string; readonly options: string }[] = [
  { name: 'rowhook_owner', options: 'nologin' },
  { name: 'rowhook_dba', options: 'nologin' },
  { name: 'rowhook_emitter', options: 'nologin' },
  { name: 'rowhook_viewer', options: 'nologin' },
  { name: 'rowhook_manager', options: 'nologin' },
  { name: 'rowhook_tenant_owner', options: 'nologin' },
  { name: 'rowhook_operator', options: 'nologin' },
  // the server's login: it can do nothing but become one of the four above; it gets a password from the operator
  { name: 'rowhook_api', options: 'login noinherit' },
]

/** Who may become what: the server's login one of the four, and the owner the server's login, where one user does everything. */
const memberships: readonly (readonly [role: string, member: string])[] = [
  ['rowhook_viewer', 'rowhook_api'],
  ['rowhook_manager', 'rowhook_api'],
  ['rowhook_tenant_owner', 'rowhook_api'],
  ['rowhook_operator', 'rowhook_api'],
  ['rowhook_api', 'rowhook_owner'],
]

/**
 * Two databases of one cluster may be migrated at once, and roles are theirs together: 42710 and 23505 say that the other one was
 * first, XX000 ("tuple concurrently updated") that both touched the same row.
 */
const wasRaced = (error: unknown) =>
  error instanceof pg.DatabaseError &&
  (['42710', '23505'].includes(error.code ?? '') || (error.code === 'XX000' && error.message.includes('concurrently')))

const needsAdministrator = (user: string, statement: string, cause: unknown) =>
  new RowhookError({
    code: 'WHROL',
    message: `The role ${user} may not prepare this database for Rowhook.`,
    detail: `Refused: ${statement}. ${cause instanceof Error ? cause.message : ''}`,
    hint: 'Migrate once as the owner of the database with CREATEROLE (a managed database\'s administrator has both), or have him run that statement.',
    cause,
  })

type Preparer = { readonly client: pg.Client; readonly user: string }

/** Runs `statement` until `isDone` holds, so that a race with another database ends well and a repeated run touches nothing. */
const ensure = async ({ client, user }: Preparer, isDone: string, statement: string) => {
  for (let tries = 0; ; tries++) {
    const { rows } = await client.query<{ done: boolean }>(`select (${isDone}) as done`)
    if (rows[0]?.done) return
    try {
      await client.query(statement)
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.code === '42501') throw needsAdministrator(user, statement, error)
      if (!wasRaced(error) || tries === 5) throw error
    }
  }
}

const prepareRoles = async (preparer: Preparer) => {
  for (const { name, options } of roles) {
    await ensure(preparer, `exists (select from pg_roles where rolname = '${name}')`, `create role ${name} ${options}`)
  }
  for (const [role, member] of memberships) {
    await ensure(
      preparer,
      `exists (select from pg_auth_members where roleid = '${role}'::regrole and member = '${member}'::regrole)`,
      `grant ${role} to ${member}`,
    )
  }
  // A superuser is a member of everything already.
  for (const name of ['rowhook_owner', 'rowhook_dba']) {
    await ensure(preparer, `pg_has_role('${name}', 'usage')`, `grant ${name} to current_user`)
  }
}

const prepareSchemas = async (preparer: Preparer) => {
  const { client } = preparer
  const { rows } = await client.query<{ name: string }>('select quote_ident(current_database()) as name')
  await ensure(
    preparer,
    `has_database_privilege('rowhook_owner', current_database(), 'create')`,
    `grant create on database ${rows[0]!.name} to rowhook_owner`,
  )
  for (const schema of ['webhooks', 'webhooks_private']) {
    await ensure(preparer, `to_regnamespace('${schema}') is not null`, `create schema ${schema} authorization rowhook_owner`)
  }
}

const refuseForeignSchemas = async (client: pg.Client) => {
  const { rows } = await client.query<{ schema: string; owner: string }>(`
    select nspname as schema, nspowner::regrole::text as owner
      from pg_namespace
     where nspname in ('webhooks', 'webhooks_private', 'graphile_worker')
       and nspowner <> 'rowhook_owner'::regrole`)
  const [found] = rows
  if (found === undefined) return
  throw new RowhookError({
    code: 'WHOWN',
    message: `The schema ${found.schema} belongs to ${found.owner}, not to rowhook_owner.`,
    detail: 'Rowhook calls its own schemas and graphile_worker as rowhook_owner, and graphile-worker shows its jobs to their owner only.',
    hint: `Give Rowhook a database of its own, or hand the schema over: alter schema ${found.schema} owner to rowhook_owner (and everything in it).`,
  })
}

/**
 * Makes what is missing of roles, memberships of the connecting user, and schemas.
 * @param client connected as the user who migrates, with no role set
 * @throws RowhookError WHROL when this user may not, WHOWN when one of the schemas belongs to somebody else
 */
export const prepareDatabase = async (client: pg.Client): Promise<void> => {
  const { rows } = await client.query<{ user: string }>('select current_user as user')
  const preparer = { client, user: rows[0]!.user }
  await prepareRoles(preparer)
  await prepareSchemas(preparer)
  await refuseForeignSchemas(client)
}
