import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportArchive } from '../../daemon/archive/export-archive.ts';
import { openLedger } from '../../daemon/ledger/open-ledger.ts';
import { reportedTask } from './many-tasks.ts';
import { alone, percentile, type Benchmark } from './result.ts';
import { inScratch } from './scratch.ts';

const TASKS = 100;
const ARTIFACT_BYTES = 2 * 1024 * 1024;
const ROUNDS = 3;

/** Export, and the digests an auditor takes, against `zip -0` and the same digests over the same tree. */
export const exportProject: Benchmark = (say) =>
  inScratch(async (folder) => {
    say(`writing ${TASKS} tasks with ${(TASKS * ARTIFACT_BYTES) / 1024 / 1024} MB of artifacts`);
    await fill(folder);
    const ratios: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      say(`round ${round} of ${ROUNDS}`);
      const own = await seconds(() => exportOnce(folder));
      const peer = await seconds(() => Promise.resolve(zipOnce(folder)));
      const digests = await seconds(() => Promise.resolve(digestTree(folder)));
      ratios.push((own + digests) / (peer + digests));
    }
    const name = 'export + sha256sum in terms of zip -0 + sync + sha256sum';
    return [alone(name, '×', percentile(ratios, 0.5), '≤ 1.5')];
  });

async function fill(folder: string): Promise<void> {
  const ledger = await openLedger({
    root: folder,
    clock: { now: () => Date.now() },
    reeveVersion: '0.0.0-bench',
  });
  const project = await ledger.project('default', { create: true });
  for (let index = 0; index < TASKS; index += 1) {
    const actor = { kind: 'tool', id: 'bench' } as const;
    await project.appendTask(`T-${index}`, actor, 'rejected', reportedTask('default', 100, false)).durable;
    const artifacts = join(project.folder, 'tasks', `T-${index}`, 'artifacts', 'R0', 'S0', 'A_0');
    await mkdir(artifacts, { recursive: true });
    await writeFile(join(artifacts, 'output.bin'), randomBytes(ARTIFACT_BYTES));
  }
  await ledger.close();
}

async function exportOnce(folder: string): Promise<void> {
  const file = join(folder, 'own.zip');
  await exportArchive({
    projectFolder: join(folder, 'default'),
    projectId: 'default',
    file,
    overwrite: true,
    reeveVersion: '0.0.0-bench',
  });
}

/** Synced, as an export is. */
function zipOnce(folder: string): void {
  // zip would bring an existing archive up to date instead of writing it.
  rmSync(join(folder, 'peer.zip'), { force: true });
  execFileSync('zip', ['-0', '-q', '-r', 'peer.zip', 'default'], { cwd: folder });
  execFileSync('sync', ['peer.zip'], { cwd: folder });
}

function digestTree(folder: string): void {
  execFileSync('find', ['default', '-type', 'f', '-exec', 'sha256sum', '{}', '+'], { cwd: folder });
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
