/** What the codes of the API's errors say in the language of the reader. English is what the server speaks, so there is nothing here. */
export type ErrorWords = { readonly message: string; readonly hint: string }

export const errors: Readonly<Record<string, ErrorWords>> = {}
