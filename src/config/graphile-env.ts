/** What Graphile's packages ask the environment for when they are loaded. Imported before them. */

// Grafast prints a notice where nothing is said of its mode.
process.env['GRAPHILE_ENV'] ??= 'production'

// A prepared plan is made for the tenant that comes first on a connection and serves all others: a tenant with few rows then
// waited while those of all were read (36 ms instead of 2 at 100,000 deliveries, and growing with the log). Planning takes 1 ms.
process.env['DATAPLAN_PG_PREPARED_STATEMENT_CACHE_SIZE'] ??= '0'
