/** Grafast asks the environment for its mode when it is loaded, and prints a notice where nothing is said. Imported before it. */
process.env['GRAPHILE_ENV'] ??= 'production'
