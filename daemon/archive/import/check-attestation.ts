import { isUtf8 } from 'node:buffer';
import { parseBase64 } from '../../../protocol/base64.ts';
import { dssePreAuthEncoding } from '../../../protocol/dsse.ts';
import { isSignedBy } from '../../../protocol/ed25519.ts';
import { keyInForce } from '../../../protocol/signing-keys.ts';
import { PAYLOAD_TYPE, PREDICATE_TYPE, STATEMENT_TYPE } from '../attestation.ts';
import { BAG, TAG } from '../bag-files.ts';
import type { ProjectLog } from '../project-log.ts';
import type { Problems } from './problems.ts';
import type { UnpackedBag } from './unpack-bag.ts';

/**
 * Checks the signed statement about an archive: its envelope, who signed it, and every file that it names.
 *
 * An archive without one is as good: there may have been no key.
 */
export function checkAttestation(
  bag: Pick<UnpackedBag, 'texts' | 'digests'>,
  top: string,
  log: ProjectLog,
  problems: Problems,
): void {
  const text = bag.texts.get(TAG.attestation);
  if (text === undefined) return;
  const statement = openEnvelope(text, log);
  if (typeof statement === 'string') {
    problems.add(TAG.attestation, statement);
    return;
  }
  const { predicate } = statement;
  const { project_id, log_id, size } = toRecord(predicate);
  const isAboutThis = project_id === top && log_id === log.log_id && Number(size) <= log.checkpoint.size;
  if (!isAboutThis) problems.add(TAG.attestation, 'it is about another project');
  const subjects = Array.isArray(statement['subject']) ? statement['subject'] : [];
  const named = new Set<unknown>();
  for (const subject of subjects) {
    const { name, digest } = toRecord(subject);
    const { sha256 } = toRecord(digest);
    named.add(name);
    if (typeof name !== 'string' || sha256 === undefined) continue;
    if (bag.digests.get(name) !== sha256)
      problems.add(name, `it is not the file that ${TAG.attestation} names`);
  }
  if (!named.has(BAG.manifest))
    problems.add(TAG.attestation, `it does not name ${BAG.manifest}, so it says nothing of the files`);
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
