import type { Verb } from './context.ts';

/** Loads the code of one verb, and nothing of any other's: starting must cost no more than what is used. */
export async function loadVerb(name: string): Promise<Verb | null> {
  return (await LOADERS.get(name)?.()) ?? null;
}

const LOADERS: ReadonlyMap<string, () => Promise<Verb>> = new Map<string, () => Promise<Verb>>([
  ['init', async () => (await import('./commands/init.ts')).init],
  ['start', async () => (await import('./commands/start.ts')).start],
  ['stop', async () => (await import('./commands/stop.ts')).stop],
  ['status', async () => (await import('./commands/status.ts')).status],
  ['submit', async () => (await import('./commands/submit.ts')).submit],
  ['validate', async () => (await import('./commands/validate.ts')).validate],
  ['run', async () => (await import('./commands/run.ts')).run],
  ['logs', async () => (await import('./commands/logs.ts')).logs],
  ['events', async () => (await import('./commands/events.ts')).events],
  ['attempt', async () => (await import('./commands/attempt.ts')).attempt],
  ['close', async () => (await import('./commands/close.ts')).close],
  ['retry', async () => (await import('./commands/retry.ts')).retry],
  ['review', async () => (await import('./commands/review.ts')).review],
  ['verify', async () => (await import('./commands/verify.ts')).verify],
  ['anchor', async () => (await import('./commands/anchor.ts')).anchor],
  ['sign-off', async () => (await import('./commands/sign-off.ts')).signOff],
  ['prove-event', async () => (await import('./commands/prove-event.ts')).proveEvent],
  ['export', async () => (await import('./commands/export.ts')).exportProject],
  ['import', async () => (await import('./commands/import.ts')).importProject],
  ['prove', async () => (await import('./commands/prove.ts')).prove],
  ['key', async () => (await import('./commands/key.ts')).key],
  ['why', async () => (await import('./commands/why.ts')).why],
  ['doctor', async () => (await import('./commands/doctor.ts')).doctor],
  ['rebuild', async () => (await import('./commands/rebuild.ts')).rebuild],
  ['completion', async () => (await import('./commands/completion.ts')).completion],
]);
