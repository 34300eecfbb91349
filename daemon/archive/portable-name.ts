/**
 * Gives the names of one folder spellings that every system, zip tool and `sha256sum -c` can hold.
 *
 * Artifacts are named by workers, who may use anything. What is not portable is written `=XX`, the hexadecimal of
 * each UTF-8 byte, as quoted-printable does (RFC 2045); a name that becomes too long goes on in a folder below, after
 * a lone `=`. Other names stay as they are.
 *
 * @returns the spelling of each name; the same names give the same spellings, and no two differ only in case or
 *   Unicode form
 */
export function portableNames(names: Iterable<string>): ReadonlyMap<string, string> {
  const spellings = new Map<string, string>();
  const taken = new Set<string>();
  for (const name of [...names].sort()) {
    const spelling = escapeUnportable(name);
    const isUsable = Buffer.byteLength(spelling) <= MAX_PART_BYTES && !taken.has(foldName(spelling));
    const chosen = isUsable ? spelling : splitLong(escapeAll(name));
    taken.add(foldName(chosen));
    spellings.set(name, chosen);
  }
  return spellings;
}

/** Recovers the path that {@link portableNames} spelled; null for what it never writes. */
export function originalPath(spelled: string): string | null {
  // A lone "=" at the end of a part joins it to the next.
  const originals = spelled.replaceAll('=/', '').split('/').map(originalName);
  return originals.every((name) => name !== null) ? originals.join('/') : null;
}

/** Tells whether every system can hold a path under this very name. */
export function isPortablePath(path: string): boolean {
  return path
    .split('/')
    .every((part) => escapeUnportable(part) === part && Buffer.byteLength(part) <= MAX_PART_BYTES);
}

/** Maps a name to what file systems that ignore case and Unicode form take it for. */
export function foldName(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

/** Longest file name on the common file systems. */
const MAX_PART_BYTES = 255;

/** Length of the pieces of a longer name; a multiple of the three characters of an escape. */
const PIECE = /.{240}(?=.)/g;

/** Device names of Windows, which it finds behind any extension. */
const DEVICE = String.raw`^(?=(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:\.|$)).`;

/**
 * Refused by Windows, deceptive on a screen, or with a meaning in manifests: BagIt writes `%` as `%25`, which
 * `sha256sum -c` does not know, and a backslash means something to the latter only.
 */
const UNPORTABLE = String.raw`[\p{Cc}"%*:<=>?\\|\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]|[. ]$|${DEVICE}`;

const NORMAL = new RegExp(UNPORTABLE, 'giu');

/** Some systems normalise names on their own: only a normalised one survives all of them. */
const NOT_NORMAL = new RegExp(String.raw`${UNPORTABLE}|[^\0-\x7f]`, 'giu');

function escapeUnportable(name: string): string {
  return name.replaceAll(name === name.normalize('NFC') ? NORMAL : NOT_NORMAL, escapeAll);
}

function escapeAll(text: string): string {
  return Buffer.from(text)
    .toString('hex')
    .toUpperCase()
    .replaceAll(/../g, (byte) => `=${byte}`);
}

function splitLong(escaped: string): string {
  return escaped.length <= MAX_PART_BYTES ? escaped : escaped.replaceAll(PIECE, (piece) => `${piece}=/`);
}

function originalName(spelled: string): string | null {
  if (/=(?![0-9A-F]{2})/.test(spelled)) return null;
  const bytes = spelled.replaceAll(/(?:=[0-9A-F]{2})+/g, (escapes) =>
    Buffer.from(escapes.replaceAll('=', ''), 'hex').toString(),
  );
  const isName = bytes !== '' && bytes !== '.' && bytes !== '..' && !/[\0/\ufffd]/.test(bytes);
  return isName ? bytes : null;
}
