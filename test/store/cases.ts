/** Every event type of the store: the write that makes it, and the data that it must have. */
import { accounts } from './cases/accounts.ts'
import { billing } from './cases/billing.ts'
import type { Case } from './cases/case.ts'
import { credit } from './cases/credit.ts'
import { trade } from './cases/trade.ts'
import { transactions } from './cases/transactions.ts'

/** One for each event type of the store. */
export const cases: readonly Case[] = [...accounts, ...trade, ...credit, ...billing, ...transactions]
