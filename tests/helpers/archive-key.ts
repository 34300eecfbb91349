import { generateKeyPairSync } from 'node:crypto';
import type { ArchiveSigner } from '../../daemon/archive/export/seal-log.ts';
import type { ProjectLedger } from '../../daemon/ports/ledger.ts';
import type { Signer } from '../../daemon/ports/signing.ts';
import { toSigner } from '../../daemon/signing/read-signer.ts';
import { signAttestation } from '../../daemon/signing/sign-attestation.ts';
import { signCheckpoint } from '../../daemon/signing/sign-checkpoint.ts';
import { PERSON } from './ledger-fixture.ts';

/** Makes a key that lies nowhere. */
export function makeKey(): Signer {
  return toSigner(generateKeyPairSync('ed25519').privateKey);
}

/** Names a key in a project log, as the daemon does. */
export async function addKey(project: ProjectLedger, { key_id, public_key }: Signer): Promise<void> {
  await project.appendProject(PERSON, [{ type: 'key.added', data: { key_id, public_key } }]).durable;
}

/** What an export signs with. */
export function archiveSigner(key: Signer): ArchiveSigner {
  return {
    key_id: key.key_id,
    signCheckpoint: (checkpoint) => signCheckpoint(key, checkpoint),
    signAttestation: (payloadType, body) => signAttestation(key, payloadType, body),
  };
}
