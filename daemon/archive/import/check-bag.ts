import { sha256Hex } from '../../../protocol/digest.ts';
import { BAG, BAG_DECLARATION, parseManifest } from '../bag-files.ts';
import type { Problems } from './problems.ts';
import type { UnpackedBag } from './unpack-bag.ts';

/**
 * Checks a bag against its own manifests (RFC 8493, section 3), strictly: every file listed once, none missing, none
 * besides, all of it here.
 */
export function checkBag(bag: UnpackedBag, problems: Problems): void {
  const { digests, texts } = bag;
  if (texts.get(BAG.declaration) !== BAG_DECLARATION) {
    const found = digests.has(BAG.declaration) ? 'does not declare' : 'is missing: it would declare';
    problems.add(BAG.declaration, `it ${found} BagIt 1.0 in UTF-8`);
  }
  // Threat: files to be fetched from elsewhere were never verified by anybody.
  if (digests.has('fetch.txt')) problems.add('fetch.txt', 'it names files that are elsewhere');
  for (const path of digests.keys()) {
    if (/^(?:tag)?manifest-(?!sha256\.)/.test(path))
      problems.add(path, 'it is a manifest of an unknown kind');
  }
  const paths = [...digests.keys()];
  const payload = paths.filter((path) => path.startsWith(BAG.payload));
  const tags = paths.filter((path) => !path.startsWith(BAG.payload) && path !== BAG.tagManifest);
  checkManifest(BAG.manifest, payload, bag, problems);
  checkManifest(BAG.tagManifest, tags, bag, problems);
}

/** An archive's id: the SHA-256 of its tag manifest, which covers all the rest; null without one. */
export function archiveIdOf({ texts }: Pick<UnpackedBag, 'texts'>): string | null {
  const text = texts.get(BAG.tagManifest);
  return text === undefined ? null : sha256Hex(text);
}

function checkManifest(
  manifest: string,
  paths: readonly string[],
  { digests, texts }: UnpackedBag,
  problems: Problems,
): void {
  const text = texts.get(manifest);
  if (text === undefined) {
    problems.add(manifest, 'it is missing');
    return;
  }
  const listed = new Map<string, string>();
  for (const line of parseManifest(text)) {
    if (typeof line === 'number') problems.add(manifest, `line ${line} is not a digest and a path`);
    else if (listed.has(line.path)) problems.add(line.path, `${manifest} lists it twice`);
    else listed.set(line.path, line.sha256);
  }
  for (const path of paths) {
    const sha256 = listed.get(path);
    if (sha256 === undefined) problems.add(path, `${manifest} does not list it`);
    else if (sha256 !== digests.get(path)) problems.add(path, `its SHA-256 is not the one in ${manifest}`);
  }
  const present = new Set(paths);
  for (const path of listed.keys()) {
    if (!present.has(path)) problems.add(path, `${manifest} lists it, but it is not there`);
  }
}
