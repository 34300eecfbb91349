import { sha256Hex } from '../../protocol/digest.ts';

/** Gives lines their hashes and links again, as somebody would who covers up a change. */
export function relink(lines: readonly string[]): readonly string[] {
  let previous: string | null = null;
  return lines.map((line, index) => {
    const linked: string = line
      .replace(OWN_HASH, '')
      .replace(/"prev_event_hash":(?:null|"[0-9a-f]{64}"),(?="project_id")/, () => {
        return `"prev_event_hash":${previous === null ? 'null' : `"${previous}"`},`;
      })
      .replace(/(?<="project_id":"[^"]+",(?:"run_id":"[^"]+",)?)"seq":\d+/, `"seq":${index + 1}`);
    const hash = sha256Hex(linked);
    previous = hash;
    return withHash(linked, hash);
  });
}

/** Gives one line the hash of its bytes, whatever they are. */
export function rehash(line: string): string {
  const bare = line.replace(OWN_HASH, '');
  return withHash(bare, sha256Hex(bare));
}

const OWN_HASH = /"event_hash":"[0-9a-f]{64}",(?="id":"[0-9a-f-]{36}","log_id")/;

function withHash(bare: string, hash: string): string {
  return bare.replace(/"id":"[0-9a-f-]{36}","log_id"/, (id) => `"event_hash":"${hash}",${id}`);
}
