import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseVerifierKey } from '../../protocol/signed-note.ts';
import { signingKeyId } from '../../protocol/signing-keys.ts';
import type { Context } from '../context.ts';
import { usage } from '../options.ts';

/**
 * The ids of the keys given with `--key`: each a key id, a verifier key, a file with one, or a PEM file.
 *
 * @throws ReeveError USAGE for anything else
 */
export function readTrustedKeys({ host, options }: Context): readonly string[] {
  return options.texts('key').map((given) => {
    const keyId = parseKey(given) ?? parseKeyFile(resolve(host.cwd, given));
    if (keyId !== null) return keyId;
    throw usage(
      `${given} is no key.`,
      'A key is a key id, a verifier key as in checkpoint.vkey, or a file with an Ed25519 key in PEM.',
    );
  });
}

function parseKey(text: string): string | null {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  const key = parseVerifierKey(text);
  return key === null ? null : signingKeyId(key.publicKey);
}

function parseKeyFile(path: string): string | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return null;
  }
  return parseKey(text.trim()) ?? parsePem(text);
}

function parsePem(text: string): string | null {
  try {
    const key = createPublicKey(text);
    if (key.asymmetricKeyType !== 'ed25519') return null;
    const { x = '' } = key.export({ format: 'jwk' });
    return signingKeyId(Buffer.from(x, 'base64url').toString('base64'));
  } catch {
    return null;
  }
}
