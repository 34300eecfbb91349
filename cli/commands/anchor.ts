import type { Answer, Context } from '../context.ts';
import { toActor } from '../actor.ts';
import { usage } from '../options.ts';
import { reeveVersion } from '../version.ts';

/** `reeve anchor ACTION`: what vouches for the ledger from outside of it. */
export async function anchor(context: Context, [action = '']: readonly string[]): Promise<Answer> {
  switch (action) {
    case 'show':
      return await (await import('../anchor/show-anchors.ts')).showAnchors(context);
    case 'note':
      return await (await import('../anchor/print-note.ts')).printNote(context);
    case 'tsa':
      return await (await import('../anchor/time-stamp.ts')).timeStamp(context);
    case 'reset':
      return await reset(context);
    default:
      throw usage(`reeve anchor cannot ${JSON.stringify(action)}: it is show, note, tsa or reset.`);
  }
}

/** A person accepts that the ledger does not continue what this machine last saw of it. */
async function reset(context: Context): Promise<Answer> {
  const { host, options, paint } = context;
  const reason = options.required('reason');
  const config = await context.config();
  const { resetAnchor } = await import('../../daemon/runtime/reset-anchor.ts');
  const { seen, now } = await resetAnchor({
    config,
    clock: { now: () => host.now() },
    version: reeveVersion(),
    projectId: config.project,
    reason,
    actor: toActor(undefined),
  });
  return {
    data: { project_id: config.project, seen, now },
    text: () => [
      `${paint.green('✓')} ${paint.safe(config.project)} goes on from ${now.size} lines; ${seen.size} had been seen`,
    ],
  };
}
