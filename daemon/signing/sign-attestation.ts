import { toBase64 } from '../../protocol/base64.ts';
import { dssePreAuthEncoding } from '../../protocol/dsse.ts';
import type { Signer } from '../ports/signing.ts';

/** One signature of a DSSE envelope, as its JSON has it. */
export interface AttestationSignature {
  readonly keyid: string;
  /** In base64. */
  readonly sig: string;
}

/** Signs the body of a DSSE envelope (github.com/secure-systems-lab/dsse). @param body UTF-8 text, before base64 */
export function signAttestation(signer: Signer, payloadType: string, body: string): AttestationSignature {
  const sig = toBase64(signer.sign(dssePreAuthEncoding(payloadType, body)));
  return { keyid: signer.key_id, sig };
}
