import { isUtf8 } from 'node:buffer';
import { parseBase64 } from '../../../protocol/base64.ts';
import { dssePreAuthEncoding } from '../../../protocol/dsse.ts';
import { isSignedBy } from '../../../protocol/ed25519.ts';
import { keyInForce } from '../../../protocol/signing-keys.ts';
import { PAYLOAD_TYPE, PREDICATE_TYPE, STATEMENT_TYPE } from '../attestation.ts';
import { BAG, TAG } from '../bag-files.ts';
import { CHECKPOINT } from '../project-layout.ts';
import type { ProjectLog } from '../project-log.ts';
import type { Problems } from './problems.ts';
import type { UnpackedBag } from './unpack-bag.ts';

/**
 * Checks the signed statement about an archive: its envelope, who signed it, and that it names every file beside the
 * payload, whose manifest is one of them.
 *
 * Threat: the manifests are made anew by whoever changes the report or the verifier; the signature is not.
 *
 * @returns whether there is one; null where there is no key that could have signed it
 */
export function checkAttestation(
  bag: Pick<UnpackedBag, 'texts' | 'digests'>,
  top: string,
  log: ProjectLog,
  problems: Problems,
): boolean | null {
  const text = bag.texts.get(TAG.attestation);
  if (text === undefined) return log.keys.length === 0 ? null : false;
  const statement = openEnvelope(text, log);
  if (typeof statement === 'string') problems.add(TAG.attestation, statement);
  else checkStatement(statement, bag, top, log, problems);
  return true;
}

function checkStatement(
  statement: Members,
  { digests }: Pick<UnpackedBag, 'digests'>,
  top: string,
  log: ProjectLog,
  problems: Problems,
): void {
  const { predicate } = statement;
  const { project_id, log_id, size } = toRecord(predicate);
  if (project_id !== top || log_id !== log.log_id)
    problems.add(TAG.attestation, 'it is about another project');
  else if (!(Number(size) <= log.checkpoint.size))
    problems.addLoss(TAG.attestation, 'it is about a project log that goes on');
  const subjects = Array.isArray(statement['subject']) ? statement['subject'] : [];
  const named = new Set<string>();
  for (const subject of subjects) {
    const { name, digest } = toRecord(subject);
    const { sha256 } = toRecord(digest);
    if (typeof name !== 'string' || sha256 === undefined) continue;
    named.add(name);
    if (digests.get(name) !== sha256) problems.add(name, `it is not the file that ${TAG.attestation} names`);
  }
  for (const path of digests.keys())
    if (isAttested(path) && !named.has(path)) problems.add(path, `${TAG.attestation} does not name it`);
}

/** All but itself and what is written after it; of the payload the checkpoint, since the manifest names the rest. */
function isAttested(path: string): boolean {
  if (path.startsWith(BAG.payload)) return path === BAG.payload + CHECKPOINT;
  return path !== TAG.attestation && path !== BAG.tagManifest;
}

type Members = Readonly<Record<string, unknown>>;

/** The statement inside, or what is wrong. */
function openEnvelope(text: string, log: ProjectLog): Members | string {
  const envelope = toRecord(parse(text));
  const { payload, payloadType, signatures } = envelope;
  const bytes = typeof payload === 'string' ? parseBase64(payload) : null;
  if (bytes === null || !isUtf8(bytes) || !Array.isArray(signatures)) return 'it is not a DSSE envelope';
  if (payloadType !== PAYLOAD_TYPE) return 'it holds no in-toto statement';
  const key = keyInForce(log.keys, log.checkpoint.size);
  if (key === null) return 'the project log names no key that may sign it';
  const body = Buffer.from(bytes).toString('utf8');
  const message = dssePreAuthEncoding(PAYLOAD_TYPE, body);
  const isSigned = signatures.some((each) => {
    const sig = parseBase64(String(toRecord(each)['sig']));
    return sig !== null && isSignedBy(key.public_key, message, sig);
  });
  if (!isSigned) return `key ${key.key_id} did not sign it`;
  const statement = toRecord(parse(body));
  if (statement['_type'] !== STATEMENT_TYPE || statement['predicateType'] !== PREDICATE_TYPE)
    return 'its statement is of another kind';
  return statement;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function toRecord(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : {};
}
