/** Textos de las alertas: qué significa cada una y qué hacer, en breve; docs/operating.md dice más. */
import type { Texts } from '../en/index.ts'

export const alerts: Texts['alerts'] = {
  title: 'Alertas',
  lead: 'Lo que tiene o tuvo problemas, juzgado cada minuto. Cada una se resuelve sola cuando su causa desaparece.',
  one: 'Alerta',
  missing: 'Esta alerta no está aquí',
  missingText: 'Las alertas se guardan 90 días después de terminar.',
  open: 'Abierta',
  over: 'Terminada',
  lookedAfter: 'Atendida',
  by: (who) => `la atiende ${who}`,
  look: {
    open: 'Yo me encargo',
    again: 'Cambiar la nota',
    text: 'Su nombre queda junto a ella y en la auditoría, y no se avisa de nuevo hasta que termine.',
    note: 'Nota',
    noteHint: 'Para los demás: qué se sabe, quién hace qué. Puede quedar vacía.',
  },
  columns: { kind: 'Alerta', summary: 'Qué dice', state: 'Estado', fired: 'Desde', resolved: 'Terminó', told: 'Avisado', lookedAfter: 'La atiende', note: 'Nota', subject: 'Sobre' },
  toldNobody: 'a nadie por ahora (canales: SLACK_WEBHOOK_URL, SMTP_URL)',
  empty: { title: 'Todo va bien', text: 'Nada necesita a nadie. Lo que tuvo problemas está en «Terminada».' },
  emptyPast: { title: 'Nada tuvo problemas', text: 'Aquí estarían las alertas de los últimos 90 días.' },
  whatToDo: 'Qué hacer',
  runbook: 'Más en',
  unknown: 'La guía de operación dice más.',
  places: { failed: 'Ver lo que falló', retrying: 'Ver lo que se reintenta', open: 'Ver lo que espera', endpoint: 'Ver el destino', audit: 'Ver la auditoría', event: 'Ver el evento' },
  kinds: {
    dead_letters: {
      name: 'Cartas muertas',
      advice: 'Más entregas han fallado definitivamente de las permitidas. Casi siempre un receptor está roto: lea qué responde, avise a su dueño y, cuando funcione, recupere lo fallido. Si nadie las quiere, caducan y la alerta se resuelve sola.',
    },
    dead_letter_age: {
      name: 'Cartas muertas antiguas',
      advice: 'Una carta muerta espera más de lo permitido: nadie ha mirado aún. Lea qué responde su receptor, avise al dueño y recupérela cuando el receptor vuelva a funcionar.',
    },
    retry_rate: {
      name: 'Muchos reintentos',
      advice: 'Demasiados intentos de los últimos 15 minutos deben repetirse. La lista de destinos muestra cuáles fallan. Si son todos, mire nuestro lado: DNS, la salida, certificados, el reloj.',
    },
    error_rate: {
      name: 'Muchos fallos',
      advice: 'Demasiadas entregas de los últimos 15 minutos fallaron definitivamente. Respuestas como 400, 404 o 422 dicen que un receptor no entiende lo que recibe: ¿ha cambiado un contenido?',
    },
    p95_latency: {
      name: 'Receptores lentos',
      advice: 'Los receptores responden despacio. No se pierde nada, y un destino lento no frena a los demás. Si todos son lentos, mire la salida de su red.',
    },
    availability: {
      name: 'Disponibilidad baja',
      advice: 'Menos entregas de las últimas 24 horas tuvieron éxito de lo prometido: la suma de lo que dijeron las otras alertas durante el día.',
    },
    backlog_age: {
      name: 'Entregas en espera',
      advice: 'Una entrega está prevista y no se envía. Mire si un proceso atiende su destino. Si es así, su receptor es lento, o su ritmo o sus plazas son pocos. Si todas esperan, arranque otro proceso.',
    },
    unserved_lane: {
      name: 'Carril sin proceso',
      advice: 'Algo está previsto en un carril que ningún proceso toma. No debería pasar nunca: busque errores en el registro de los procesos, reinícielos uno tras otro e infórmelo con el registro.',
    },
    worker_lost: {
      name: 'Proceso perdido',
      advice: 'Un proceso terminó sin avisar. Los demás lo relevaron en segundos y no se pierde nada; una petición en curso puede repetirse con el mismo webhook-id. Mire por qué: memoria, la máquina, un despliegue que no espera 20 segundos.',
    },
    circle: {
      name: 'Receptor que escribe en círculos',
      advice: 'Un receptor parece escribir lo que causa su próximo evento, y fue detenido. Mire los últimos eventos y pida a su dueño que no escriba lo que no cambia nada, o silencie sus escrituras. Termina cuando nada se detuvo en una hora.',
    },
    capture_failed: {
      name: 'La captura falla',
      advice: 'Escrituras en una tabla vigilada no se capturaron, del todo o en parte; las escrituras en sí se hicieron. Falta una columna, o falla una condición o función de contenido. Vigile la tabla de nuevo como es ahora, o arregle la función; reconcile lista las filas sin evento.',
    },
    missing_deliveries: {
      name: 'Faltan entregas',
      advice: 'No existe una entrega que debería existir. No debería pasar nunca, salvo con filas escritas sin los disparadores del registro. Explain dice lo que se sabe; repetir crea lo que falta.',
    },
    quarantined: {
      name: 'Entrega apartada',
      advice: 'Una entrega se apartó porque repetirla hace daño: hubo procesos que murieron con ella, o PostgreSQL se niega a guardar lo que responde su receptor. Su último error dice cuál. Arregle la causa y repítala.',
    },
    sealed_endpoint: {
      name: 'Secretos que ninguna clave abre',
      advice: 'Hay entregas que esperan porque ninguna clave del proceso abre los secretos de su destino: una clave se quitó demasiado pronto, o los procesos tienen claves distintas. Repóngala y reinícielos; doctor dice qué destino y qué clave. Si la clave se perdió, dé al destino secretos nuevos.',
    },
    audit_chain: {
      name: 'La auditoría fue manipulada',
      advice: 'La auditoría no concuerda con su cadena de huellas: alguien con los permisos del dueño cambió, quitó o coló filas. Trátelo como un incidente de seguridad: compare con una copia y con las huellas del registro de los procesos.',
    },
    partitions_ahead: {
      name: 'Pocas particiones por delante',
      advice: 'Las particiones del registro alcanzan menos de cuatro semanas. Las filas siempre tienen lugar, pero la tarea que crea particiones no corre, o no puede.',
    },
    expiring_deliveries: {
      name: 'Entregas abiertas por caducar',
      advice: 'Una semana del registro se elimina en tres días y tiene entregas aún abiertas, como las de un destino en pausa desde hace semanas. Reanúdelo, o déjelas ir.',
    },
  },
}
