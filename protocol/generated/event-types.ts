// generated; npm run generate

/** Every event type, with the log it belongs to. */
export const EVENT_LOGS = {
  'anchor.reset': 'project',
  'archive.exported': 'project',
  'archive.imported': 'project',
  'attempt.interrupted': 'task',
  'attempt.recorded': 'task',
  'attempt.started': 'task',
  'checkpoint.anchored': 'project',
  'daemon.started': 'project',
  'daemon.stopped': 'project',
  'head.committed': 'project',
  'key.added': 'project',
  'key.rotated': 'project',
  'ledger.recovered': 'project',
  'pack.accepted': 'task',
  'pack.refused': 'project',
  'project.created': 'project',
  'rework.requested': 'task',
  'segment.sealed': 'project',
  'step.reset': 'task',
  'task.closed': 'task',
  'task.created': 'project',
  'task.escalated': 'task',
  'task.opened': 'task',
  'work.committed': 'task',
  'worker.exited': 'task',
  'worker.spawned': 'task',
} as const;

export type EventType = keyof typeof EVENT_LOGS;
