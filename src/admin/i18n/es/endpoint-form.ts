/** Textos del formulario que crea y cambia destinos. */
import type { Texts } from '../en/index.ts'

const n = new Intl.NumberFormat('es')

export const endpointForm: Texts['endpointForm'] = {
  create: 'Nuevo destino', edit: (name) => `Editar ${name}`, save: 'Guardar', make: 'Crear destino', optional: 'opcional', byDefault: (of) => `por defecto: ${of}`,
  nothing: 'No se cambió nada.', check: 'Mire lo que está marcado arriba.',
  parts: { where: 'Adónde', what: 'Qué recibe', how: 'Cómo se envía', credentials: 'Cabeceras y credenciales', advanced: 'Formatos' },
  url: 'Dirección (URL)', urlHint: 'Cada evento se envía aquí por POST.', name: 'Nombre', nameHint: 'Corto, para personas. Si queda vacío, vale la URL.', description: '¿Para qué sirve?',
  events: {
    label: 'Eventos', search: 'Buscar en el catálogo', all: 'Todos los eventos', allText: 'También los tipos que se añadan después.', group: (prefix) => `Todo ${prefix}`, chosen: 'Elegidos', remove: (pattern) => `Quitar ${pattern}`,
    none: 'Nada del catálogo coincide.', add: (pattern) => `Añadir el patrón ${pattern}`, needed: 'Elija al menos un evento.', deprecated: 'obsoleto', disabled: 'desactivado', covered: 'incluido en un patrón',
  },
  filter: {
    label: 'Filtro', hint: 'Una condición sobre el cuerpo que se envía, como ruta SQL/JSON. Vacío: todos los eventos de los tipos de arriba.', example: 'Por ejemplo $ ? (@.data.total > 100)',
    counting: 'Contando …', none: 'Aún no hay eventos que contar.',
    count: (matched, asked, looked, since) => `De los ${n.format(looked)} eventos más recientes habrían llegado aquí ${n.format(matched)}${asked > matched ? `: ${n.format(asked)} son de estos tipos, y el filtro toma ${n.format(matched)}` : ''}. El más antiguo es de ${since}.`,
    latest: 'El más reciente', preview: 'Lo que habría llegado',
  },
  rate: 'Peticiones por minuto', rateHint: 'Lo que exceda espera. Vacío: sin límite.', inFlight: 'Peticiones a la vez', inFlightHint: 'De 1 a 256', timeout: 'Plazo en segundos', timeoutHint: 'De 1 a 20, para la petición entera', attempts: 'Intentos', attemptsHint: 'En total, incluido el primero',
  schedule: 'Esperas entre intentos', scheduleHint: 'Por ejemplo 1m, 5m, 1h. La última se repite.', noRetry: 'Respuestas que no se reintentan', noRetryHint: 'Estados HTTP de 400 a 599: esa entrega falla enseguida.',
  ordering: 'Orden', orders: { none: 'Ninguno: lo más rápido', resource: 'Por recurso: los eventos de un recurso, uno tras otro', endpoint: 'Estricto: todos los eventos, uno tras otro' },
  headers: { label: 'Más cabeceras', hint: 'Se envían con cada petición. Los valores no se vuelven a mostrar.', name: 'Nombre de la cabecera', value: 'Valor', add: 'Añadir una cabecera', remove: 'Quitar la cabecera', kept: 'Se envían estas, con sus valores ocultos:', replace: 'Sustituirlas todas', keep: 'Dejarlas como están', none: 'Se quitarán todas.' },
  oauth: { label: 'Credenciales de cliente OAuth 2', hint: 'Se obtiene un token y se envía con cada petición.', tokenUrl: 'URL del token', clientId: 'Id de cliente', scope: 'Alcance', secret: 'Secreto de cliente', secretKept: 'Si queda vacío, sigue igual. Nunca se muestra.', secretNew: 'No se vuelve a mostrar.', secretOwner: 'El secreto de cliente lo pone un propietario.' },
  payload: 'Cuerpo', payloads: { standard: 'Estándar', legacy: 'Antiguo: el que leen los receptores de los sistemas anteriores' }, signature: 'Firma', signatures: { standard: 'La de Standard Webhooks', legacy: 'Antigua: solo x-event y x-signature' },
  own: 'Un secreto que el receptor ya tiene', ownHint: 'Si queda vacío, se crea uno bueno.',
  problems: {
    url: 'Escriba una URL como https://example.com/hooks.', number: (from, to) => `Un número entero de ${n.format(from)} a ${n.format(to)}.`, schedule: 'Escriba esperas como 1m, 5m, 1h, separadas por comas.', codes: 'Escriba estados de 400 a 599, separados por comas.',
    headerName: 'Un nombre tiene letras, cifras y guiones, y no es una cabecera que pone Rowhook o HTTP.', headerTwice: 'Dos cabeceras tienen este nombre.', headerValue: 'Un valor solo tiene caracteres ASCII imprimibles.', tokenUrl: 'OAuth necesita una URL del token y un id de cliente.', patterns: (of) => `Ningún tipo de evento coincide con ${of}.`,
  },
  oauthFailed: 'El destino está guardado, pero no su secreto de cliente.',
}
