import { join } from 'node:path';
import { listArchive } from '../../daemon/archive/list-archive.ts';
import type { Answer, Context } from '../context.ts';
import { formatBytes, plural } from '../render/format.ts';
import { readChoice } from './read-choice.ts';

/** `reeve export --list`: what an export would hold. It only reads, with the daemon running or stopped. */
export async function listExport(context: Context): Promise<Answer> {
  const { host, paint } = context;
  const { project, paths } = await context.config();
  const list = await listArchive(join(paths.workflow, project), readChoice(context), host.signal);
  const total = list.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const row = (first: string, text: string): string => `${first.padStart(14)}  ${paint.safe(text)}`;
  return {
    data: { project_id: project, ...list },
    text: () => [
      ...list.files.map(({ path, bytes }) => row(String(bytes), path)),
      ...list.withheld.map((each) =>
        row(
          'withheld',
          'seq' in each ? `${each.path} line ${each.seq}` : `${each.path} (${each.bytes} bytes)`,
        ),
      ),
      ...list.left_out.map(({ path, reason }) => row('left out', `${path}: ${reason}`)),
      ...(list.tasks_left_out > 0 ? [row('left out', plural(list.tasks_left_out, 'task'))] : []),
      `${plural(list.files.length, 'file')}, ${formatBytes(total)}; report, verifier and manifests come with them.`,
    ],
  };
}
