/** Textos de las claves de API. */
import type { Texts } from '../en/index.ts'

export const apiKeys: Texts['apiKeys'] = {
  title: 'Claves de API',
  lead: 'Para las máquinas que usan la API. Cada una se muestra una vez y se puede terminar en cualquier momento.',
  one: 'Clave de API',
  missing: 'Esta clave no está aquí',
  columns: { name: 'Nombre', role: 'Rol', state: 'Estado', ends: 'Termina', by: 'Creada por', made: 'Creada', tenant: 'Cliente', revoked: 'Revocada', id: 'Identificador', did: 'Qué hizo' },
  didLink: 'Sus entradas en la auditoría',
  states: { valid: 'Válida', endsSoon: 'Termina pronto', expired: 'Caducada', revoked: 'Revocada' },
  roleNames: { viewer: 'Lector', manager: 'Gestor', owner: 'Propietario' },
  roleTexts: {
    viewer: 'lee destinos, eventos, entregas y cifras',
    manager: 'además cambia destinos, envía pruebas y eventos, reintenta y repite',
    owner: 'además borra destinos, ve secretos, gestiona claves y lee la auditoría',
  },
  empty: { title: 'Aún no hay claves', text: 'Cree una para cada máquina o programa, con los mínimos permisos que basten.' },
  make: {
    open: 'Clave nueva',
    name: 'Nombre',
    nameHint: 'La máquina o el programa que la usará; por él sabrá más tarde cuál revocar.',
    nameNeeded: 'Póngale un nombre.',
    role: 'Qué puede hacer',
    end: 'Termina después de',
    ends: { month: '30 días', quarter: '90 días', year: 'Un año', never: 'Nunca' },
    run: 'Crear la clave',
    made: 'Su clave nueva',
    once: 'Cópiela ahora: solo se guarda su huella y no se puede mostrar otra vez.',
    tryIt: 'Pruébela:',
    stored: 'La he guardado',
  },
  revoke: { open: 'Revocar', title: (name) => `¿Revocar «${name}»?`, text: 'Su próxima petición se rechaza, y lo que mira en vivo termina en dos segundos. No se puede deshacer; cree otra si fue un error.' },
}
