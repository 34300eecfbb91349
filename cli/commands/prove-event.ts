import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { formatCheckpoint } from '../../protocol/checkpoint.ts';
import { ReeveError } from '../../protocol/errors.ts';
import { formatSignedNote } from '../../protocol/signed-note.ts';
import { readNoteFiles } from '../../daemon/anchors/note-file.ts';
import { readCheckpointFile } from '../../daemon/ledger/checkpoint-file.ts';
import type { Anchor } from '../../daemon/ports/anchors.ts';
import type { Answer, Context } from '../context.ts';
import { findProjectsOf } from '../find-task.ts';
import { usage } from '../options.ts';
import { gatherProof, type WantedEvent, type WantedTree } from '../prove-event/gather-proof.ts';

/**
 * `reeve prove-event TASK SEQ`: the proof that one event is in the ledger, for somebody who has nothing but a note or a
 * key. `--check FILE` checks one, without any ledger.
 */
export async function proveEvent(context: Context, args: readonly string[]): Promise<Answer> {
  const { options } = context;
  const check = options.text('check');
  if (check !== undefined) {
    if (args.length > 0) throw usage('--check takes a proof, and no task or event.');
    return await (await import('../prove-event/check-proof.ts')).checkProof(context, check);
  }
  const wanted = await findWanted(context, args);
  const proof = gatherProof(wanted, await findTree(context, wanted.projectFolder));
  const output = options.text('output');
  if (output === undefined) {
    // The proof is its bytes: only this text may be saved as one.
    return { data: { proof }, text: () => [proof.slice(0, -1)] };
  }
  const file = resolve(context.host.cwd, output);
  await writeFile(file, proof);
  return {
    data: { output: file },
    text: () => [
      `${context.paint.green('✓')} ${context.paint.safe(file)}`,
      'Anyone checks it with: reeve prove-event --check FILE --anchor NOTE',
    ],
  };
}

async function findWanted(context: Context, args: readonly string[]): Promise<WantedEvent> {
  const { project, paths } = await context.config();
  if (context.options.flag('projectLog')) {
    const [seq, ...rest] = args;
    if (rest.length > 0) throw usage('--project-log takes the number of a line, and no task.');
    return { projectFolder: join(paths.workflow, project), taskId: null, seq: toSeq(seq) };
  }
  const [taskId, number] = args;
  if (taskId === undefined) throw usage('Name a task and the number of its event.');
  const seq = toSeq(number);
  const [found = project, ...others] = await findProjectsOf(context, taskId);
  if (others.length > 0) {
    const hint = `Choose one with --project: ${[found, ...others].join(', ')}.`;
    throw usage(`Task ${taskId} is in several projects.`, hint);
  }
  return { projectFolder: join(paths.workflow, found), taskId, seq };
}

function toSeq(text: string | undefined): number {
  if (text !== undefined && /^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw usage('The event is named by its number in the log: 1 or more.');
}

/** The note that was given, else the ledger's own checkpoint. */
async function findTree({ host, options }: Context, projectFolder: string): Promise<WantedTree> {
  const file = options.text('anchor');
  if (file !== undefined) {
    const [anchor] = await readNoteFiles([file === '-' ? file : resolve(host.cwd, file)]);
    if (anchor !== undefined) return { ...anchor.checkpoint, text: textOf(anchor) };
  }
  const own = readCheckpointFile(projectFolder);
  if (own !== null) return { ...own, text: formatSignedNote(own.note) };
  throw new ReeveError('NOT_FOUND', 'The ledger has no signed checkpoint to prove anything against.', {
    hint: 'reeve key create makes a key; or give a note that was kept elsewhere with --anchor FILE.',
  });
}

function textOf({ note, checkpoint }: Anchor): string {
  return note === null ? formatCheckpoint(checkpoint) : formatSignedNote(note);
}
