import { sha256Hex } from '../../protocol/digest.ts';
import { canonicalJson } from '../../protocol/canonical-json.ts';
import { dssePreAuthEncoding } from '../../protocol/dsse.ts';
import { toBase64 } from '../../protocol/base64.ts';
import type { Checkpoint } from '../../protocol/checkpoint.ts';
import { parseEventLine } from '../../protocol/event-line.ts';
import type { FixedKey } from './fixed-key.ts';

/** Files by path; a text is UTF-8. */
export type Files = ReadonlyMap<string, string | Buffer>;

/** Who signs an archive, and what about. */
export interface ArchiveSeal {
  readonly key: FixedKey;
  readonly logId: string;
  readonly checkpoint: Checkpoint;
}

/**
 * Lays out an archive around the files of a project, as `reeve export` does: description, manifests and, with a seal,
 * the key and the signed statement.
 *
 * @param payload by path below `data/`
 * @param tags further files beside it
 */
export function layArchive(payload: Files, seal: ArchiveSeal | null, tags: Files = new Map()): Files {
  const data = new Map([...payload].map(([path, content]) => [`data/${path}`, content]));
  const files = new Map<string, string | Buffer>([
    ['REPORT.md', '# shop\n'],
    ['bag-info.txt', describe(payload)],
    ['bagit.txt', 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n'],
    ['manifest-sha256.txt', formatManifest(data)],
    ['verify.mjs', '// The verifier.\n'],
    ...tags,
  ]);
  if (seal !== null) {
    files.set('checkpoint.vkey', `${seal.key.verifierKey(seal.logId)}\n`);
    const subjects = [...files, ['data/checkpoint', data.get('data/checkpoint') ?? ''] as const];
    files.set('attestation.dsse.json', attest(seal, new Map(subjects)));
  }
  return new Map([...files, ...data, ['tagmanifest-sha256.txt', formatManifest(files)]]);
}

/** Writes a manifest of files, sorted by path. */
function formatManifest(files: Files): string {
  const lines = [...files].map(([path, content]) => `${sha256Hex(content)}  ${path}\n`);
  return lines.sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)).join('');
}

function describe(payload: Files): string {
  const bytes = [...payload.values()].reduce((sum, content) => sum + Buffer.byteLength(content), 0);
  const lines = String(payload.get('events.jsonl') ?? '').split('\n');
  return [
    'External-Identifier: shop',
    `Payload-Oxum: ${bytes}.${payload.size}`,
    `Reeve-Ledger-Head: ${headOf(lines)}`,
    '',
  ].join('\n');
}

/** A log that was tampered with has no head to tell of. */
function headOf(lines: readonly string[]): string {
  try {
    const { seq, event_hash } = parseEventLine(lines.at(-2) ?? '');
    return `${seq} ${event_hash}`;
  } catch {
    return '0 none';
  }
}

/** Signs a statement about files. */
function attest({ key, logId, checkpoint }: ArchiveSeal, files: Files): string {
  const statement = canonicalJson({
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: 'urn:reeve:archive:v1',
    predicate: {
      archive_format: 1,
      log_id: logId,
      ...checkpoint,
      project_id: 'shop',
      reeve_version: '1.0.0',
      time: '2026-01-01T00:00:00.000Z',
    },
    subject: [...files].map(([name, content]) => ({ name, digest: { sha256: sha256Hex(content) } })),
  });
  const payloadType = 'application/vnd.in-toto+json';
  const sig = key.sign(dssePreAuthEncoding(payloadType, statement));
  const payload = toBase64(Buffer.from(statement));
  return `${canonicalJson({ payload, payloadType, signatures: [{ keyid: key.key_id, sig }] })}\n`;
}
