/** Names as a reader expects them: a table's own column names, and no prefix or suffix that says what is plain to see. */

export const NamingPlugin: GraphileConfig.Plugin = {
  name: 'RowhookNamingPlugin',
  version: '1.0.0',
  inflection: {
    replace: {
      /** PostGraphile keeps `id` for its own global ids and calls the column `rowId`; there are no global ids here. */
      _attributeName(_previous, _options, { codec, attributeName }) {
        const name = codec.attributes?.[attributeName]?.extensions?.tags?.['name']
        return this.coerceToGraphQLName(typeof name === 'string' ? name : attributeName)
      },
      /** Figures and settings have no singular. */
      singularize(previous, _options, word) {
        return /(figures|settings)$/i.test(word) ? word : (previous?.(word) ?? word)
      },
      customQueryField(previous, _options, details) {
        const { fieldName } = details.resource.extensions?.tags ?? {}
        return typeof fieldName === 'string' ? fieldName : (previous?.(details) ?? '')
      },
      allRowsConnection(previous, _options, resource) {
        const { listField } = resource.codec.extensions?.tags ?? {}
        return typeof listField === 'string' ? listField : (previous?.(resource) ?? '')
      },
    },
  },
}
