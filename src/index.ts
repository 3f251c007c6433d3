/** What `import … from 'rowhook'` gives: for receivers `verify`, for senders `migrate`, `emit` and `createWorker`. */
export { RowhookError, type RowhookErrorFields } from './core/errors.ts'
export { sign, type Signable } from './core/signature.ts'
export type { Verified } from './core/verify.ts'
export { emit, type EmitClient, type NewEvent } from './database/emit.ts'
export { migrateUp as migrate, type MigrateOptions } from './database/migrate.ts'
export { verify, type ReceivedRequest } from './http/verify.ts'
export { createWorker, type CreateWorkerOptions, type WorkerLog } from './wiring/create-worker.ts'
export type { Worker } from './worker/worker.ts'
