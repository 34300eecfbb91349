import { join } from 'node:path';
import { originOf } from '../../protocol/checkpoint.ts';
import { ReeveError } from '../../protocol/errors.ts';
import { formatVerifierKey } from '../../protocol/signed-note.ts';
import type { Config } from '../../daemon/config/config.ts';
import { listProjects } from '../../daemon/ledger/list-projects.ts';
import { scanProjectLog } from '../../daemon/ledger/scan-project-log.ts';
import { keyPlaceOf } from '../../daemon/runtime/key-place.ts';
import { createKey, rotateKey } from '../../daemon/signing/create-key.ts';
import { currentKeyFile, type KeyPlace } from '../../daemon/signing/key-place.ts';
import { openKeyRing } from '../../daemon/signing/open-key-ring.ts';
import { publicKeyPem } from '../../daemon/signing/public-key-pem.ts';
import type { Answer, Context } from '../context.ts';
import { usage } from '../options.ts';
import { plural, shortHash } from '../render/format.ts';

/** `reeve key create | show | rotate`: the key of this user, which signs the checkpoints of every ledger. */
export async function key(context: Context, [action]: readonly string[]): Promise<Answer> {
  const config = await context.config();
  const place = keyPlaceOf(config);
  if (place === null) throw noPlace();
  switch (action) {
    case 'create':
      return create(context, place);
    case 'show':
      return show(context, place, config);
    case 'rotate':
      return rotate(context, place);
    default:
      throw usage(`${action ?? 'Nothing'} cannot be done with a key: it is create, show or rotate.`);
  }
}

function create({ paint }: Context, place: KeyPlace): Answer {
  const { key_id, public_key } = createKey(place);
  const file = currentKeyFile(place);
  return {
    data: { key_id, public_key, file },
    text: () => [
      `${paint.green('✓')} made the key ${shortHash(key_id)} in ${paint.safe(file)}`,
      '  Each project is signed from the next time it is opened. Keep a copy of the key where only you can read it.',
    ],
  };
}

function rotate({ paint }: Context, place: KeyPlace): Answer {
  const { previous, current } = rotateKey(place);
  const { key_id, public_key } = current;
  return {
    data: { key_id, public_key, previous_key_id: previous.key_id, file: currentKeyFile(place) },
    text: () => [
      `${paint.green('✓')} key ${shortHash(previous.key_id)} is replaced by ${shortHash(key_id)}`,
      '  It takes effect when a project is next opened; the old key is kept, since it vouches for the new one there.',
      '  A daemon that runs goes on with the old one until it is started again.',
    ],
  };
}

function show({ paint }: Context, place: KeyPlace, config: Config): Answer {
  const keys = openKeyRing(place);
  if (keys === null) throw noKey(place);
  const { key_id, public_key } = keys.current;
  const file = currentKeyFile(place);
  const pem = publicKeyPem(public_key);
  const projects = listProjects(config.paths.workflow).map((project) => signedProject(config, project));
  return {
    data: { key_id, public_key, pem, file, projects },
    text: () => [
      `${paint.bold('key id')}      ${key_id}`,
      `${paint.bold('public key')}  ${public_key}`,
      `${paint.bold('file')}        ${paint.safe(file)}`,
      '',
      ...pem.trimEnd().split('\n'),
      '',
      projects.length === 0 ? 'No project here is signed yet.' : `${plural(projects.length, 'project')}:`,
      ...projects.map((project) => `  ${project.project_id}  ${standing(project, key_id)}`),
    ],
  };
}

/** A project with the key that its log names now, as verifiers of its checkpoints expect it. */
interface SignedProject {
  readonly project_id: string;
  readonly key_id: string | null;
  readonly vkey: string | null;
}

function signedProject(config: Config, project_id: string): SignedProject {
  const { genesis, keys } = scanProjectLog(join(config.paths.workflow, project_id, 'events.jsonl'));
  const inForce = keys.at(-1);
  if (genesis === null || inForce === undefined) return { project_id, key_id: null, vkey: null };
  const vkey = formatVerifierKey(originOf(genesis.log_id), inForce.public_key);
  return { project_id, key_id: inForce.key_id, vkey };
}

function standing({ key_id, vkey }: SignedProject, current: string): string {
  if (vkey === null) return 'signed from the next time it is opened';
  return key_id === current ? vkey : `${vkey} (another key, until it is next opened)`;
}

function noKey(place: KeyPlace): ReeveError {
  return new ReeveError('NOT_FOUND', `There is no signing key at ${currentKeyFile(place)}.`, {
    hint: 'Make one: reeve key create',
  });
}

function noPlace(): ReeveError {
  return new ReeveError('CONFIG_INVALID', 'This user has no folder for keys: HOME is not set.', {
    hint: 'Name one outside of the repository: REEVE_USER_STATE.',
  });
}
