import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildEnvironment, type Environment } from '../../daemon/workers/build-environment.ts';
import { endOrphans } from '../../daemon/workers/end-orphans.ts';
import { createGit } from '../../daemon/workspace/git.ts';
import type { Host } from '../host.ts';
import { WORK_FILE, WORK_FOLDER } from './drill-contract.ts';

/** A repository made for one round of the drill, with a pack that waits in its inbox. */
export interface Arena {
  /** Absolute path of the folder that holds everything of the round. */
  readonly folder: string;
  /** Absolute path of the repository. */
  readonly repository: string;
  /** What every process of the round is started with: a home and a user state of the round's own. */
  readonly env: Environment;
  /** Runs git as the repository's user would; answers its trimmed output. */
  git(...args: readonly string[]): Promise<string>;
  /** The attempts that had their effect, by id, in order, as the worker itself noted them. */
  effects(): Promise<readonly string[]>;
  /** Ends whatever still runs for some attempts. */
  endProcesses(attemptIds: readonly string[]): Promise<void>;
}

export const PROJECT_ID = 'drill';
const TASK_ID = 'DRILL';

/** Makes the arena in a folder that does not exist yet. */
export async function createArena(host: Host, folder: string): Promise<Arena> {
  const repository = join(folder, 'repository');
  const home = join(folder, 'home');
  const effectsFile = join(folder, 'effects.txt');
  const env = toEnvironment(host, folder, home);
  const run = createGit({ hostEnv: { ...env } });
  const git = async (...args: readonly string[]): Promise<string> =>
    (await run(args, { cwd: repository })).stdout.toString().trim();
  const inbox = join(repository, 'workflow', PROJECT_ID, 'inbox');
  await mkdir(inbox, { recursive: true });
  await mkdir(home);
  await writeFile(join(home, '.gitconfig'), GIT_CONFIG);
  await writeFile(join(repository, '.gitignore'), '/workflow/\n/progress/\n/.reeve/\n');
  await writeFile(join(repository, 'reeve.yaml'), JSON.stringify(toConfig(effectsFile), null, 2));
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'A repository to drill in');
  await writeFile(join(inbox, 'pack.json'), JSON.stringify(PACK, null, 2));
  return {
    ...{ folder, repository, env, git },
    effects: async () => toLines(await readFile(effectsFile, 'utf8').catch(() => '')),
    async endProcesses(attemptIds) {
      await Promise.all(attemptIds.map((attemptId) => endOrphans({ attemptId, spawned: null }, 0)));
    },
  };
}

/** Nothing of the user's own is seen, let alone written: no home, no keys, no git configuration. */
function toEnvironment(host: Host, folder: string, home: string): Environment {
  const set = {
    ...{ HOME: home, USERPROFILE: home, APPDATA: home, LOCALAPPDATA: home },
    REEVE_USER_STATE: join(folder, 'user-state'),
  };
  return buildEnvironment(host.env, { allow: [], set });
}

const GIT_CONFIG = '[user]\n\tname = Drill\n\temail = drill@localhost\n';

const IS_SOURCE = import.meta.url.endsWith('.ts');

/** JSON is YAML. */
function toConfig(effectsFile: string): unknown {
  return {
    project: PROJECT_ID,
    http: { enabled: false },
    workers: { drill: { kind: 'command', command: [...programArgv('drill-worker'), effectsFile] } },
  };
}

/** How a program that lies beside this file is started. Run from source, it needs the loader that runs us. */
export function programArgv(name: 'drill-worker' | 'drilled-daemon'): readonly string[] {
  const loader = IS_SOURCE ? ['--import', import.meta.resolve('tsx')] : [];
  const file = fileURLToPath(new URL(`./${name}.${IS_SOURCE ? 'ts' : 'js'}`, import.meta.url));
  return [process.execPath, ...loader, file];
}

/** One retry at most is granted for each attempt: a crash that consumed one would end in another outcome. */
const PACK = {
  task_id: TASK_ID,
  run_id: `${TASK_ID}_run`,
  title: 'Leave a file behind',
  allowed_paths: [`${WORK_FOLDER}/**`],
  // Answered alike on every system: git cannot hash a file that is not there.
  commands_to_run: [`git hash-object ${WORK_FILE}`],
  acceptance_criteria: [`AC1: ${WORK_FILE} exists.`],
  runtime_policy: { retry: { max_attempts: 1 } },
};

function toLines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
