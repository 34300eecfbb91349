/** Names of the tag files of a bag (RFC 8493), beside the payload in `data/`. */
export const BAG = {
  declaration: 'bagit.txt',
  info: 'bag-info.txt',
  manifest: 'manifest-sha256.txt',
  tagManifest: 'tagmanifest-sha256.txt',
  payload: 'data/',
} as const;

/** Names of the further tag files that Reeve writes, and checks where there is something to check. */
export const TAG = {
  reportText: 'REPORT.md',
  reportPage: 'report.html',
  verifier: 'verify.mjs',
  verifierKey: 'checkpoint.vkey',
  attestation: 'attestation.dsse.json',
  disclosure: 'disclosure.json',
} as const;

/** The one declaration that is written, and accepted. */
export const BAG_DECLARATION = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n';

/** Labels of `bag-info.txt` that are read back. */
export const BAG_LABEL = {
  projectId: 'External-Identifier',
  payloadOxum: 'Payload-Oxum',
  ledgerHead: 'Reeve-Ledger-Head',
} as const;

/** A file of a bag and its SHA-256, in lowercase hexadecimal. */
export interface BagDigest {
  /** Relative to the bag's top folder. */
  readonly path: string;
  readonly sha256: string;
}

/** Writes a manifest, which `sha256sum -c` reads as well. */
export function formatManifest(digests: readonly BagDigest[]): string {
  return digests.map(({ path, sha256 }) => `${sha256}  ${path.replaceAll(/[\r\n%]/g, escape)}\n`).join('');
}

/** Reads a manifest line by line; a line that is none gives its number. */
export function parseManifest(text: string): readonly (BagDigest | number)[] {
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, at) => {
    const [, sha256, path] = MANIFEST_LINE.exec(line) ?? [];
    if (sha256 === undefined || path === undefined) return at + 1;
    return { path: path.replaceAll(/%(?:0A|0D|25)/gi, unescape), sha256: sha256.toLowerCase() };
  });
}

/** Writes `bag-info.txt`; a label may come more than once. */
export function formatInfo(members: readonly (readonly [label: string, value: string])[]): string {
  return members.map(([label, value]) => `${label}: ${value}\n`).join('');
}

/** Reads `bag-info.txt`: the values of each label, in order. */
export function parseInfo(text: string): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  // A line that begins with white space goes on from the one before.
  for (const line of text.replaceAll(/(?:\r\n|\r|\n)[ \t]+/g, ' ').split(/\r\n|\r|\n/)) {
    const [, label, value] = /^([^:\s][^:]*?)[ \t]*:[ \t]*(.*)$/.exec(line) ?? [];
    if (label === undefined || value === undefined) continue;
    values.set(label, [...(values.get(label) ?? []), value]);
  }
  return values;
}

const MANIFEST_LINE = /^([0-9a-fA-F]{64})[ \t]+(\S.*)$/;

function escape(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

function unescape(escaped: string): string {
  return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
}
