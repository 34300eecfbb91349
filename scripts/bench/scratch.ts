import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A folder for one benchmark, on the disk of the checkout: the system's temporary folder may be memory. */
export async function inScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const parent = join(import.meta.dirname, '..', '..', 'node_modules', '.cache');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'reeve-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A small repository with one commit, whose reeve.yaml has one worker. */
export async function createRepository(
  folder: string,
  worker: readonly string[],
  parallel = 2,
): Promise<void> {
  await mkdir(join(folder, 'src'), { recursive: true });
  for (let index = 0; index < 20; index += 1)
    await writeFile(join(folder, 'src', `file-${index}.txt`), `${index}\n`);
  const config = {
    project: 'default',
    workers: { w: { kind: 'command', command: worker } },
    limits: { parallel },
  };
  // JSON is YAML.
  await writeFile(join(folder, 'reeve.yaml'), JSON.stringify(config));
  const git = (...args: readonly string[]) => execFileSync('git', ['-C', folder, ...args]);
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('-c', 'user.name=bench', '-c', 'user.email=bench@localhost', 'commit', '--quiet', '--message=base');
}

/** The smallest useful pack. */
export function packText(taskId: string): string {
  return JSON.stringify({
    task_id: taskId,
    title: `Bench ${taskId}`,
    allowed_paths: ['out/**'],
    commands_to_run: ['true'],
    acceptance_criteria: ['AC1: it runs.'],
  });
}
