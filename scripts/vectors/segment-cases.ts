import { sha256Hex } from '../../protocol/digest.ts';
import type { EventDraft } from '../../protocol/events.ts';
import { edit, PLAIN_EVENTS, tamperedAt, TRUNCATED, unanchored, type ArchiveCase } from './archive-case.ts';
import { layArchive } from './lay-archive.ts';
import { writeShop } from './shop-project.ts';
import { joinLines } from './write-log.ts';

const SEGMENT = 'tasks/T-1/events.000001.jsonl';
const LIVE = 'tasks/T-1/events.jsonl';

/** A task log whose first lines were sealed into a file of their own. */
export function segmentCases(): readonly ArchiveCase[] {
  const shop = writeShop({ keys: null });
  const { first, project } = shop;
  const sealed = joinLines(first.lines.slice(0, 3));
  const { event_hash } = JSON.parse(first.lines[2] ?? '{}') as { readonly event_hash: string };
  const data = {
    ...{
      task_id: 'T-1',
      log_id: first.log_id,
      segment: 1,
      file: 'events.000001.jsonl',
      first_seq: 1,
      last_seq: 3,
    },
    ...{ head_hash: event_hash, bytes: sealed.length, sha256: sha256Hex(sealed) },
  };
  project.append({ type: 'segment.sealed', data } as unknown as EventDraft);
  const files = edit(shop.files(), { [SEGMENT]: sealed, [LIVE]: joinLines(first.lines.slice(3)) });
  const of = (
    name: string,
    describe: string,
    expect: ArchiveCase['expect'],
    payload: typeof files,
  ): ArchiveCase => {
    return { name, describe, base: 'unsigned', files: layArchive(payload, null), expect };
  };
  return [
    of(
      'a sealed segment',
      'The log is the segment, and then the file that grows.',
      unanchored(PLAIN_EVENTS + 1),
      files,
    ),
    of(
      'a missing segment',
      'The log begins with its fourth line.',
      tamperedAt(LIVE, 1),
      edit(files, { [SEGMENT]: null }),
    ),
    of('a missing end', 'Only the segment is left.', TRUNCATED, edit(files, { [LIVE]: '' })),
  ];
}
