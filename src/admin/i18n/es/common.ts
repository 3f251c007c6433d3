/** Textos que comparten varias páginas. */
import type { Texts } from '../en/index.ts'

export const common: Texts['common'] = {
  loading: 'Cargando',
  retry: 'Intentar de nuevo',
  again: 'Otra vez',
  cancel: 'Cancelar',
  close: 'Cerrar',
  back: 'Volver',
  clear: 'Borrar',
  all: 'Todas',
  copy: 'Copiar',
  copied: 'Copiado',
  more: 'Cargar más',
  end: 'Eso es todo.',
  yes: 'Sí',
  no: 'No',
  never: 'nunca',
  none: 'ninguno',
  code: (code) => `Código ${code}`,
  problems: {
    network: 'No se puede alcanzar el servidor.',
    networkHint: 'Compruebe que está en marcha y que usted tiene conexión, e inténtelo de nuevo.',
    unknown: 'Algo ha fallado.',
    unknownHint: 'Inténtelo de nuevo; si persiste, el registro del servidor dice más.',
    missing: 'Aquí ya no hay nada, o pertenece a otra persona.',
    crash: 'Esta página ha tropezado.',
    crashHint: 'Recárguela. Lo que había guardado está a salvo.',
    reload: 'Recargar',
  },
  status: { pending: 'Pendiente', retrying: 'Reintentando', success: 'Entregada', failed: 'Fallida', cancelled: 'Cancelada', expired: 'Caducada' },
}
