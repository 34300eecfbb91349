import { execFileSync, spawnSync } from 'node:child_process';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openBenchDaemon } from './open-bench-daemon.ts';
import { faster, type Benchmark, type BenchResult } from './result.ts';
import { createRepository, inScratch, packText } from './scratch.ts';

const PACKS = 60;
const EDIT = ['sh', '-c', 'mkdir -p out && echo done > out/result.txt'] as const;

/** Whole packs, from the drop to the close, against a shell that does by hand only what is unavoidable. */
export const packsPerSecond: Benchmark = async (say) => {
  say(`${PACKS} packs through Reeve`);
  const withReeve = await inScratch((folder) => reevePacks(folder, EDIT));
  say(`${PACKS} rounds of the shell loop`);
  const byHand = await inScratch(shellLoop);
  const results: BenchResult[] = [
    faster('packs per second', '/s', withReeve, { name: 'shell loop', value: byHand }, '≥ 0.7'),
  ];
  if (spawnSync('nq', ['-h']).error !== undefined) {
    say('nq is not installed: no figure against it');
    return results;
  }
  say(`${PACKS} packs that change nothing, and as many jobs through nq`);
  const idle = await inScratch((folder) => reevePacks(folder, ['true']));
  const queued = await inScratch((folder) => Promise.resolve(nqJobs(folder)));
  return [
    ...results,
    faster('packs per second, nothing to change', '/s', idle, { name: 'nq', value: queued }, 'told'),
  ];
};

async function reevePacks(folder: string, worker: readonly string[]): Promise<number> {
  await createRepository(folder, worker);
  const daemon = await openBenchDaemon(folder);
  try {
    let open = PACKS;
    const allClosed = daemon.next((event) => event.type === 'task.closed' && --open === 0);
    for (let index = 0; index < PACKS; index += 1)
      await writeFile(join(folder, `P-${index}.tmp`), packText(`P-${index}`));
    const start = performance.now();
    for (let index = 0; index < PACKS; index += 1) {
      await rename(join(folder, `P-${index}.tmp`), join(folder, 'workflow', `P-${index}.json`));
    }
    await allClosed;
    return (PACKS * 1000) / (performance.now() - start);
  } finally {
    await daemon.close();
  }
}

/** One shell for all rounds, as somebody would write it who needs no record of anything. */
async function shellLoop(folder: string): Promise<number> {
  await createRepository(folder, EDIT);
  const script = `set -e
i=0
while [ $i -lt ${PACKS} ]; do
  git worktree add -q -b "hand/$i" "wt/$i"
  (cd "wt/$i" && ${EDIT[0]} ${EDIT[1]} '${EDIT[2]}' && git add -A && git -c user.name=hand -c user.email=hand@localhost commit -q -m "round $i")
  git worktree remove "wt/$i"
  i=$((i+1))
done`;
  const start = performance.now();
  execFileSync('sh', ['-c', script], { cwd: folder });
  return (PACKS * 1000) / (performance.now() - start);
}

function nqJobs(folder: string): number {
  const script = `i=0; while [ $i -lt ${PACKS} ]; do nq -q true; i=$((i+1)); done; nq -w`;
  const start = performance.now();
  execFileSync('sh', ['-c', script], { cwd: folder, env: { ...process.env, NQDIR: folder } });
  return (PACKS * 1000) / (performance.now() - start);
}
