/** What Node and the packages say is deprecated, since this process began. Node tells each once. */
export const deprecations: string[] = []

process.on('warning', ({ name, message }) => {
  if (name === 'DeprecationWarning') deprecations.push(message)
})
