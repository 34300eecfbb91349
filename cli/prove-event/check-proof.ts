import { isUtf8 } from 'node:buffer';
import { resolve } from 'node:path';
import { MAX_PROOF_LENGTH, verifyEventProof, type ProvedEvent } from '../../protocol/verify-event-proof.ts';
import { readNoteFiles } from '../../daemon/anchors/note-file.ts';
import { readSmallFile } from '../../daemon/anchors/read-small-file.ts';
import type { Answer, Context, Paint } from '../context.ts';
import { usage } from '../options.ts';
import { plural } from '../render/format.ts';

/** `reeve prove-event --check FILE`: says what a proof proves, or the first thing in it that does not hold. */
export async function checkProof(context: Context, file: string): Promise<Answer> {
  const { host, options, paint } = context;
  const toPath = (path: string): string => (path === '-' ? path : resolve(host.cwd, path));
  const content = await readSmallFile(toPath(file), { maxBytes: MAX_PROOF_LENGTH, isOwn: false });
  if ('problem' in content) throw usage(`${file} ${content.problem}.`);
  if (!isUtf8(content.bytes)) throw usage(`${file} is not text in UTF-8.`);
  const note = options.text('anchor');
  const [anchor] = note === undefined ? [] : await readNoteFiles([toPath(note)]);
  const proved = verifyEventProof(content.bytes.toString('utf8'), {
    anchor: anchor?.checkpoint ?? null,
    verifierKey: options.text('key') ?? null,
  });
  const { event, checkpoint, key, isKeyTrusted, isAnchored } = proved;
  const { origin, size, root } = checkpoint;
  return {
    data: {
      event,
      checkpoint: { origin, size, root },
      key: key === null ? null : { key_id: key.key_id, trust: key.trust },
      key_trusted: isKeyTrusted,
      anchored: isAnchored,
    },
    text: () => provedLines(proved, paint),
  };
}

function provedLines({ event, checkpoint, key, ...proved }: ProvedEvent, paint: Paint): readonly string[] {
  const log = event.task_id === undefined ? 'the project log' : `task ${event.task_id}`;
  const signed = proved.isKeyTrusted
    ? 'the key you trust vouches for it'
    : 'compared with no key: give --key';
  const anchored = proved.isAnchored
    ? 'and that checkpoint is the anchor you gave'
    : 'compared with no anchor: give --anchor';
  return [
    `${paint.green('✓')} event ${event.seq} of ${paint.safe(log)}: ${paint.safe(event.type)} at ${event.time}`,
    `  is in ${checkpoint.origin}, covered by its checkpoint of ${plural(checkpoint.size, 'line')}`,
    ...(key === null ? [] : [`  signed by key ${key.key_id} (${signed})`]),
    `  ${anchored}`,
  ];
}
