/** Textos de los endpoints: lista, detalle, lo que se puede hacer con uno. */
import type { Texts } from '../en/index.ts'

const n = new Intl.NumberFormat('es')
const count = (of: number, one: string, many: string) => `${n.format(of)} ${of === 1 ? one : many}`
const deliveries = (of: number) => (of >= 10_000 ? `${n.format(of)} entregas o más` : count(of, 'entrega', 'entregas'))

export const endpoints: Texts['endpoints'] = {
  title: 'Destinos',
  lead: 'Adónde se envían los eventos, y cómo va.',
  create: 'Nuevo destino',
  search: 'Nombre o URL',
  columns: { state: 'Salud', endpoint: 'Destino', events: 'Eventos', activity: 'Últimas 24 horas', success: 'Éxito', waiting: 'En espera', last: 'Último envío' },
  states: { label: 'Estado', all: 'Todos', active: 'Activos', paused: 'En pausa', disabled: 'Desactivados' },
  allEvents: 'todos los eventos',
  filtered: 'con filtro',
  moreEvents: (of) => `y ${n.format(of)} más`,
  number: (of) => n.format(of),
  percent: (share) => `${(Math.floor(share * 1_000) / 10).toFixed(share === 1 ? 0 : 1).replace('.', ',')} %`,
  spark: (succeeded, failed) => `${n.format(succeeded)} entregadas, ${n.format(failed)} fallidas en las últimas 24 horas`,
  waiting: (of) => (of >= 10_000 ? '10.000+' : n.format(of)),
  rateLimited: 'espera por su límite de ritmo',
  empty: { title: 'Todavía no hay destinos', text: 'Un destino es una URL suya que recibe eventos por POST, firmados. Cree uno y envíele una prueba enseguida.' },
  emptyViewer: 'Alguien con el rol de gestor o propietario puede crear uno.',
  missing: { title: 'Este destino no está aquí', text: 'No existe, o pertenece a otro inquilino.', action: 'Todos los destinos' },
  health: {
    ok: 'Sano', new: 'Nada enviado aún', failing: 'Falla', open: 'Circuito abierto', probing: 'En prueba', held: 'Retenido', refused: 'Credenciales rechazadas',
    paused: 'En pausa', disabled: 'Desactivado', off: 'Apagado', deleted: 'Eliminado',
  },
  notice: {
    failing: (since) => `Todos los intentos han fallado, el primero ${since}. Lo que falla se reintenta según el calendario.`,
    open: (when) => `Falló demasiadas veces, así que por ahora no se envía nada. Una petición lo probará ${when}.`,
    openNow: 'Falló demasiadas veces, así que por ahora no se envía nada. Una petición está a punto de probarlo.',
    probing: 'Falló demasiadas veces. Una petición lo prueba ahora; si la acepta, todo vuelve a fluir.',
    held: (when) => `El receptor pidió una pausa. La próxima petición le llega ${when}.`,
    refused: (since) => `Su receptor respondió 401 o 403 (${since}): no acepta las credenciales que se le envían. Revise cabeceras y OAuth.`,
    paused: (since) => `En pausa ${since}. Los eventos se acumulan y nada se envía hasta que alguien lo reanude.`,
    disabled: (why) => `Desactivado: ${why}. No acumula nada. Cuando se active, la repetición trae lo que se perdió.`,
    off: 'El envío está apagado para este inquilino o para todos. Lo acumulado se envía en cuanto vuelva a encenderse.',
    deleted: (since) => `Eliminado ${since}. Sus entregas siguen legibles hasta que venza su conservación.`,
    rate: (when) => `Ha agotado sus peticiones por minuto; lo pendiente sigue ${when}.`,
    waiting: (of) => `${deliveries(of)} en espera.`,
  },
  stats: {
    title: 'Entregas', range: 'Período', ranges: { hour: '1 hora', day: '24 horas', week: '7 días', month: '30 días' },
    success: 'Éxito', delivered: 'Entregadas', failed: 'Fallidas', retried: 'Con reintentos', waiting: 'En espera ahora', deadLetters: 'Sin entregar',
    open: 'Abiertas', latency: 'Tiempo de respuesta', p50: 'mediana', p95: '95\u00a0%', table: 'Como tabla', from: 'Desde', until: (from, to) => `de ${from} a ${to}`,
    chart: (delivered, failed, open) => `${count(delivered, 'entrega aceptada', 'entregas aceptadas')}, ${n.format(failed)} fallidas, ${n.format(open)} abiertas en este período`,
    estimated: 'Más de lo que se pudo contar: estas cifras son estimaciones.', none: 'No se envió nada en este período.',
  },
  recent: { title: 'Últimas entregas', all: 'Todas', failed: 'Las fallidas', empty: 'Todavía no se le ha enviado nada. Una prueba muestra enseguida si se le oye.' },
  facts: {
    title: 'Cómo se envía', events: 'Eventos', filter: 'Filtro', headers: 'Cabeceras', auth: 'Con OAuth 2', rate: 'Ritmo', noLimit: 'sin límite', perMinute: (of) => `${n.format(of)} por minuto`,
    inFlight: 'A la vez', atOnce: (of) => count(of, 'petición', 'peticiones'), timeout: 'Plazo', ordering: 'Orden', orders: { none: 'ninguno', resource: 'por recurso', endpoint: 'estricto' },
    format: 'Cuerpo', signature: 'Firma', legacy: 'antigua', standard: 'estándar', retries: 'Intentos', noRetry: 'No se reintenta', made: 'Creado', by: (who) => `por ${who}`, changed: 'Cambiado', id: 'Clave',
  },
  timeline: {
    label: 'Cuándo llegan los intentos', first: 'enseguida', after: (time) => `a los ${time}`,
    end: (attempts, time) => (attempts === 1 ? 'Un intento; lo que falla queda sin entregar enseguida.' : `${n.format(attempts)} intentos; queda sin entregar tras ${time}.`),
  },
  acts: {
    menu: 'Más acciones', edit: 'Editar', test: 'Enviar una prueba', pause: 'Pausar', resume: 'Reanudar', disable: 'Desactivar', enable: 'Activar', delete: 'Eliminar', rotate: 'Rotar el secreto', reveal: 'Mostrar',
    pauseText: (of) => `No se le envía nada hasta que alguien lo reanude. Los eventos siguen acumulándose${of > 0 ? `; ya hay ${deliveries(of)} en espera` : ''}.`,
    resumeText: (of) => (of > 0 ? `Sale ahora lo acumulado (${deliveries(of)}), lo más antiguo primero, dentro de sus límites.` : 'No se ha acumulado nada. Recibe lo que ocurra desde ahora.'),
    disableText: (of) => `No acumula nada más${of > 0 ? `, y se cancela lo que sigue abierto: ${deliveries(of)}` : ''}. Al activarlo de nuevo, la repetición trae lo que se perdió y la recuperación lo cancelado.`,
    enableText: 'Recibe lo que ocurra desde ahora, y sus fallos se olvidan. Lo que se perdió llega por repetición, lo cancelado por recuperación; ambas están en las entregas.',
    deleteText: (of) => `No recibe nada más${of > 0 ? `, y se cancela lo que sigue abierto: ${deliveries(of)}` : ''}. No se puede deshacer. Lo enviado sigue legible hasta que venza su conservación.`,
    reason: 'Motivo', reasonHint: 'Para quien se lo pregunte después. Puede quedar vacío.',
    confirmName: (name) => `Escriba ${name} para confirmar`,
    done: { pause: 'En pausa.', resume: 'Reanudado.', disable: 'Desactivado.', enable: 'Activado.', delete: 'Eliminado.' },
  },
  secret: {
    title: 'Secreto de firma', text: 'El receptor verifica con él cada petición.', none: 'Solo los propietarios pueden verlo o cambiarlo.', hide: 'Ocultar', revealed: 'El registro de auditoría dice que usted miró.',
    once: 'Su secreto de firma', onceText: 'Se muestra esta única vez. Póngalo donde el receptor lee sus secretos; un propietario puede volver a mostrarlo, y la auditoría lo cuenta.', stored: 'Lo he guardado', copy: 'Copiar el secreto',
    rotateText: 'Un secreto nuevo firma desde ahora. El anterior firma a su lado hasta que termine el solape, para que el receptor cambie sin perder nada.',
    overlap: 'Solape', overlaps: { none: 'Ninguno: el anterior termina ya', hour: '1 hora', day: '24 horas', days: '3 días', week: '7 días' },
    noneText: 'Las peticiones en curso, y los receptores que no hayan cambiado, no podrán verificar.',
    both: 'Firman dos secretos', bothText: 'El anterior termina', left: (time) => `quedan ${time}`,
  },
  test: {
    title: 'Enviar una prueba', text: 'El ejemplo de un tipo de evento va solo a este destino, pida lo que pida.', type: 'Tipo de evento', example: 'Lo que envía', send: 'Enviar', again: 'Enviar otra', watching: 'En camino …',
    paused: 'Está en pausa: la prueba espera hasta que se reanude.', seen: (ms) => `respondió en ${ms}`, open: 'Abrir la entrega',
    accepted: 'Llegó, y el receptor la aceptó.', refused: 'Se envió, y no fue aceptada.', nothing: 'El receptor no dio respuesta.',
  },
  verify: {
    title: 'Verificar en su código', text: 'Un receptor entero que solo atiende peticiones firmadas por este destino. Ponga el secreto en el entorno con el nombre que lee.',
    language: 'Lenguaje', secretName: (name) => `Lee el secreto de ${name}.`,
  },
}
