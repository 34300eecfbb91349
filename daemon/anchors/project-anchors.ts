import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSignedCheckpoint, type SignedCheckpoint } from '../../protocol/checkpoint.ts';
import type { Anchor } from '../ports/anchors.ts';
import { joinFound, NOTHING_FOUND, type FoundAnchors } from './found-anchors.ts';
import { readSmallFile } from './read-small-file.ts';
import { verifySshSignature } from './ssh-signature.ts';
import { verifyTimestamp } from './timestamp.ts';

/** What the anchors in a project folder are checked with. */
export interface ProjectAnchorsOptions {
  /** Absolute path. */
  readonly projectFolder: string;
  /** A file of allowed signers (ssh-keygen(1)); null: signatures are not checked. */
  readonly allowedSigners: string | null;
  /** A PEM file of certificates to trust; null: tokens are not checked. */
  readonly tsaCa: string | null;
  readonly env: NodeJS.ProcessEnv;
}

/** Reads and checks the tokens and signatures in `anchors/` of a project folder, at most the 256 newest. */
export async function readProjectAnchors(options: ProjectAnchorsOptions): Promise<FoundAnchors> {
  const folder = join(options.projectFolder, 'anchors');
  const proofs = (await listFolder(folder)).flatMap(toProof).toSorted((a, b) => b.size - a.size);
  const found: FoundAnchors[] = [];
  for (const proof of proofs.slice(0, MAX_PROOFS)) found.push(await checkProof(options, folder, proof));
  const older = proofs.length - found.length;
  if (older > 0)
    found.push({ ...NOTHING_FOUND, notes: [`${older} older proofs in anchors/ were not checked`] });
  return joinFound(found);
}

const MAX_PROOFS = 256;

const MAX_BYTES = 65_536;

/** A token or signature about the checkpoint of a size. */
interface Proof {
  readonly name: string;
  readonly size: number;
  readonly kind: 'rfc3161' | 'ssh_signature';
}

function toProof(name: string): readonly Proof[] {
  const [, size, token] = /^([1-9][0-9]{0,14})(?:(\.tsr)|\.[0-9a-f]{16}\.sig)$/.exec(name) ?? [];
  if (size === undefined) return [];
  return [{ name, size: Number(size), kind: token === undefined ? 'ssh_signature' : 'rfc3161' }];
}

async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}

async function checkProof(
  options: ProjectAnchorsOptions,
  folder: string,
  proof: Proof,
): Promise<FoundAnchors> {
  const { kind, name } = proof;
  // Whoever names a file to check proofs with wants to know of each that does not hold.
  const isAsked = (kind === 'rfc3161' ? options.tsaCa : options.allowedSigners) !== null;
  const unchecked = (why: string): FoundAnchors => ({
    ...NOTHING_FOUND,
    [isAsked ? 'failures' : 'notes']: [`anchors/${name}: ${why}`],
  });
  const checkpointFile = `${proof.size}.checkpoint`;
  const content = await readSmallFile(join(folder, checkpointFile), { maxBytes: MAX_BYTES, isOwn: true });
  if ('problem' in content) return unchecked(`anchors/${checkpointFile} ${content.problem}`);
  const data = content.bytes;
  const signed = parseSignedCheckpoint(data.toString('utf8'));
  if (signed?.size !== proof.size) return unchecked(`anchors/${checkpointFile} is not that checkpoint`);
  const proofFile = join(folder, name);
  // Only looked at here: the programs open it again, and would wait for ever at a FIFO.
  const proofContent = await readSmallFile(proofFile, { maxBytes: MAX_BYTES, isOwn: true });
  if ('problem' in proofContent) return unchecked(proofContent.problem);
  const vouched = await (kind === 'rfc3161' ? checkToken : checkSignature)(options, proofFile, data);
  return 'problem' in vouched
    ? unchecked(vouched.problem)
    : { ...NOTHING_FOUND, anchors: [toAnchor(kind, vouched, signed)] };
}

/** Who vouches for the checkpoint, and since when. */
interface Vouched {
  readonly by: string;
  readonly time: string | null;
}

type Check = (
  options: ProjectAnchorsOptions,
  file: string,
  data: Uint8Array,
) => Promise<Vouched | { readonly problem: string }>;

const checkToken: Check = async ({ tsaCa, env }, file, data) => {
  if (tsaCa === null) return { problem: 'a time-stamp token, not checked without --tsa-ca' };
  const stamp = await verifyTimestamp({ file, data, tsaCa, env });
  return 'problem' in stamp ? stamp : { by: stamp.authority, time: stamp.time };
};

const checkSignature: Check = async ({ allowedSigners, env }, signatureFile, data) => {
  if (allowedSigners === null)
    return { problem: "a person's signature, not checked without --allowed-signers" };
  const signed = await verifySshSignature({ data, signatureFile, allowedSigners, env });
  return 'problem' in signed ? signed : { by: signed.signer, time: null };
};

function toAnchor(kind: Proof['kind'], vouched: Vouched, signed: SignedCheckpoint): Anchor {
  const { note, ...checkpoint } = signed;
  return { kind, ...vouched, checkpoint, note };
}
