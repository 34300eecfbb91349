import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import { signWithSsh } from '../../daemon/anchors/ssh-signature.ts';
import { toActor } from '../actor.ts';
import { newestCheckpoint } from '../anchor/newest-checkpoint.ts';
import type { Answer, Context } from '../context.ts';
import { withCommands } from '../services.ts';

/** `reeve sign-off`: a person signs, with their SSH key, where the ledger stands. */
export async function signOff(context: Context): Promise<Answer> {
  const { host, paint } = context;
  const keyFile = findKey(context);
  const { projectId, text: checkpoint, size } = await newestCheckpoint(context);
  const folder = await mkdtemp(join(tmpdir(), 'reeve-sign-off-'));
  let proof: Uint8Array;
  try {
    const file = join(folder, 'checkpoint');
    await writeFile(file, checkpoint);
    proof = await signWithSsh({ file, keyFile, env: host.env });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const record = { kind: 'ssh_signature', checkpoint, proof } as const;
  const event = await withCommands(context, (commands) => {
    return commands.recordAnchor(projectId, record, toActor(undefined));
  });
  return {
    data: { event, size },
    text: () => [
      `${paint.green('✓')} ${size} lines of ${paint.safe(projectId)} signed off with ${paint.safe(keyFile)} (event ${event.seq})`,
      'Check it with: reeve verify --allowed-signers FILE',
    ],
  };
}

function findKey({ host, options }: Context): string {
  const named = options.text('sshKey');
  if (named !== undefined) return resolve(host.cwd, named);
  const home = host.env['HOME'] ?? host.env['USERPROFILE'];
  const found = home === undefined ? undefined : KEYS.map((key) => join(home, '.ssh', key)).find(isThere);
  if (found !== undefined) return found;
  throw new ReeveError('NOT_FOUND', `There is no SSH key in ~/.ssh (${KEYS.join(', ')}).`, {
    hint: 'Name one with --ssh-key FILE: a private key, or the .pub of one that ssh-agent holds.',
  });
}

/** Where ssh itself looks, in its order of preference for signing. */
const KEYS = ['id_ed25519_sk', 'id_ed25519', 'id_ecdsa', 'id_rsa'];

function isThere(file: string): boolean {
  return existsSync(file);
}
