/** Textos del resumen. */
import type { Texts } from '../en/index.ts'

const n = new Intl.NumberFormat('es')
const count = (of: number, one: string, many: string) => `${n.format(of)} ${of === 1 ? one : many}`

export const overview: Texts['overview'] = {
  title: 'Resumen',
  lead: 'Cómo van las entregas, y qué necesita a alguien.',
  leadOfAll: 'Elija de quién son las entregas que quiere ver.',
  success: 'Éxito',
  ofDeliveries: (of) => `de ${count(of, 'entrega', 'entregas')}`,
  failed: 'Fallidas',
  forGood: 'definitivamente, en este periodo',
  latency: 'Tiempo de respuesta',
  p95: (time) => `mediana; 95 % en ${time}`,
  noAnswers: 'sin respuestas en este periodo',
  backlog: 'En espera',
  due: (of) => `${of} previstas ya`,
  noneDue: 'ninguna prevista ya',
  deadLetters: 'Cartas muertas',
  untilRecovered: 'hasta recuperarlas o caducar',
  failing: 'Destinos que fallan',
  ofEndpoints: (of) => `de ${count(of, 'destino', 'destinos')}`,
  overTime: 'Entregas en el tiempo',
  quiet: 'No se entregó nada en este periodo. Elija uno más largo, o envíe una prueba desde un destino.',
  endpoints: 'Destinos',
  allEndpoints: (of) => (of > 8 ? `Los ${n.format(of)}` : 'Todos'),
  failingSince: 'falla desde',
  letters: (of) => `${of} muertas`,
  wait: (of) => `${of} en espera`,
  fresh: { title: 'Bienvenido: aún no se entrega nada', text: 'Nombre una URL suya y de qué quiere enterarse. Una prueba muestra enseguida si llega.', action: 'Crear el primer destino' },
  tenants: {
    search: 'Buscar clientes',
    none: 'Ningún cliente se llama así',
    noneText: 'Un cliente existe en cuanto un destino o un evento lo nombra.',
    endpoints: (of) => count(of, 'destino', 'destinos'),
    off: 'Apagado',
    more: 'Hay más: busque uno por su nombre.',
  },
}
