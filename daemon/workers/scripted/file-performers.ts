import { appendFile, chmod, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Performers } from './performer.ts';

/** What a scripted worker does to files; paths are relative to its working directory. */
export const FILE_PERFORMERS: Performers<
  'write' | 'append' | 'delete' | 'rename' | 'mkdir' | 'chmod' | 'symlink' | 'result'
> = {
  async write({ path: file, text }) {
    await makeParent(file);
    await writeFile(file, text);
  },
  async append({ path: file, text }) {
    await makeParent(file);
    await appendFile(file, text);
  },
  async delete({ path: file }) {
    await rm(file, { recursive: true });
  },
  async rename({ from, to }) {
    await makeParent(to);
    await rename(from, to);
  },
  async mkdir({ path: folder }) {
    await mkdir(folder, { recursive: true });
  },
  async chmod({ path: file, mode }) {
    await chmod(file, Number.parseInt(mode, 8));
  },
  async symlink({ path: link, target }) {
    await makeParent(link);
    await symlink(target, link);
  },
  async result({ result }, { env }) {
    const pack = JSON.parse(await readFile(env['REEVE_STEP_PACK'] ?? '', 'utf8')) as Record<string, unknown>;
    const ids = {
      task_id: env['REEVE_TASK_ID'],
      run_id: pack['run_id'],
      step_id: pack['step_id'],
      attempt_id: env['REEVE_ATTEMPT_ID'],
    };
    await writeFile(env['REEVE_RESULT'] ?? '', `${JSON.stringify({ ...ids, ...result }, null, 2)}\n`);
  },
};

async function makeParent(file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
}
