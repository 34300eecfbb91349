import { resolve } from 'node:path';
import { relateToLog, type CheckpointRelation } from '../../daemon/domain/ledger-verdict/log-standing.ts';
import { collectAnchors, type CollectedAnchors } from '../../daemon/anchors/collect-anchors.ts';
import type { Anchor } from '../../daemon/ports/anchors.ts';
import type { Answer, Context } from '../context.ts';
import { plural } from '../render/format.ts';
import { renderTable } from '../render/table.ts';
import { readStanding } from './read-standing.ts';

/** `reeve anchor show`: every anchor that can be found, and how the log stands to it. It only reads. */
export async function showAnchors(context: Context): Promise<Answer> {
  const { paint } = context;
  const { folder, logId } = await readStanding(context);
  const found = await collectAnchorsFor(context, folder, logId);
  const standing = await readStanding(
    context,
    found.anchors.map(({ checkpoint }) => checkpoint.size),
  );
  const anchors = found.anchors.map((anchor) => {
    const { kind, by, time, checkpoint } = anchor;
    const { size, root } = checkpoint;
    return { kind, by, time, size, root, result: relateToLog(standing, checkpoint) };
  });
  const { projectId, size } = standing;
  return {
    data: { project_id: projectId, size, anchors, notes: found.notes, failures: found.failures },
    text: () => [
      `${paint.bold(paint.safe(projectId))}: ${plural(size, 'line')} in the project log, ${plural(anchors.length, 'anchor')}`,
      ...anchorTable(anchors),
      ...[...found.notes, ...found.failures].map((note) => `  ${paint.yellow('!')} ${paint.safe(note)}`),
      ...(anchors.length === 0 ? ['docs/anchors.md says how to make some.'] : []),
    ],
  };
}

/** Collects anchors from all places that the options of a verb and its configuration name. */
export async function collectAnchorsFor(
  context: Context,
  projectFolder: string,
  logId: string,
): Promise<CollectedAnchors> {
  const { host, options } = context;
  const { userState, repository } = await context.config();
  const toPath = (file: string): string => (file === '-' ? file : resolve(host.cwd, file));
  const named = (option: string): string | null => {
    const file = options.text(option);
    return file === undefined ? null : toPath(file);
  };
  return await collectAnchors({
    projectFolder,
    logId,
    userState,
    repository,
    files: options.texts('anchor').map(toPath),
    allowedSigners: named('allowedSigners'),
    tsaCa: named('tsaCa'),
    env: host.env,
  });
}

interface ShownAnchor extends Pick<Anchor, 'kind' | 'by' | 'time'> {
  readonly size: number;
  readonly result: CheckpointRelation;
}

function anchorTable(anchors: readonly ShownAnchor[]): readonly string[] {
  if (anchors.length === 0) return [];
  const rows = anchors.map(({ kind, by, time, size, result }) => {
    return [result.replace('_', ' '), kind.replace('_', ' '), String(size), time ?? '', by];
  });
  return renderTable(['result', 'kind', 'lines', 'time', 'by'], rows);
}
