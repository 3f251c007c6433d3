/** Textos de los eventos. */
import type { Texts } from '../en/index.ts'

const n = new Intl.NumberFormat('es')

export const events: Texts['events'] = {
  title: 'Eventos',
  lead: 'Lo que pasó, lo haya pedido alguien o no.',
  search: 'Id del recurso o del evento',
  anyType: 'Cualquier tipo',
  nobody: 'Nadie lo pidió',
  columns: { type: 'Evento', tenant: 'Cliente', outcome: 'Entregas', at: 'Cuándo' },
  empty: { title: 'Aún no hay eventos', text: 'Una fila que cambia en una tabla vigilada es aquí un evento en un segundo; rowhook watch o emit crea el primero.' },
  fresh: (of, isAtLeast) => (of === 1 ? 'Mostrar 1 evento nuevo' : `Mostrar ${isAtLeast ? 'más de ' : ''}${n.format(of)} eventos nuevos`),
  emit: {
    open: 'Emitir un evento',
    title: 'Emitir un evento a mano',
    text: 'Se registra como cualquier otro y va a cada destino que pide su tipo. Para probar un solo destino, envíele una prueba.',
    type: 'Tipo de evento',
    data: 'Datos',
    dataHint: 'Para empezar, el ejemplo del tipo. Se envía tal como está escrito aquí.',
    resourceType: 'Tipo de recurso',
    resourceId: 'Id del recurso',
    run: 'Emitirlo',
  },
  detail: {
    title: 'Evento',
    missing: 'Este evento no está aquí',
    missingText: 'La retención lo eliminó, o pertenece a otro cliente.',
    who: 'Quién lo recibió, y por qué',
    noEndpoints: 'No hay ningún destino que lo hubiera podido recibir.',
    notSent: 'No enviado',
    seeDelivery: 'Ver la entrega',
    payload: 'Cuerpo que se envía',
    previous: 'Lo que cambió, como era antes',
    omitted: (why) => `El contenido solo tiene las columnas clave: ${why}.`,
    facts: {
      resource: 'Recurso', more: 'todos sus eventos', at: 'Ocurrió', due: 'Previsto', only: 'Solo para', tenant: 'Cliente', id: 'Identificador', user: 'Escrito por', cause: 'Causado por', context: 'Contexto',
      depth: (depth) => (depth === 1 ? 'un evento detrás' : `${n.format(depth)} eventos detrás`),
    },
  },
}
