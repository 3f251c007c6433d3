/** What Node and the packages say is deprecated, since this process began, with the stack of whoever used it. Node tells each once. */
export const deprecations: string[] = []

process.on('warning', ({ name, message, stack }) => {
  if (name === 'DeprecationWarning') deprecations.push(stack ?? message)
})
