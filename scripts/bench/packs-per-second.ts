import { execFileSync, spawnSync } from 'node:child_process';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openBenchDaemon } from './open-bench-daemon.ts';
import { faster, percentile, type Benchmark, type BenchResult } from './result.ts';
import { createRepository, inScratch, packText } from './scratch.ts';

const PACKS = 60;
const ROUNDS = 5;
const EDIT = ['sh', '-c', 'mkdir -p out && echo done > out/result.txt'] as const;

/** Whole packs, from the drop to the close, against a shell that does by hand only what is unavoidable. */
export const packsPerSecond: Benchmark = async (say) => [
  await compare('packs per second', { name: 'shell loop', run: shellLoop }, EDIT, '≥ 0.7', say),
  ...(await againstNq(say)),
];

async function againstNq(say: (line: string) => void): Promise<readonly BenchResult[]> {
  if (spawnSync('nq', ['-h']).error !== undefined) {
    say('nq is not installed: no figure against it');
    return [];
  }
  const peer = { name: 'nq', run: (folder: string) => Promise.resolve(nqJobs(folder)) };
  return [await compare('packs per second, nothing to change', peer, ['true'], 'told', say)];
}

/** Both in turn, so that a machine that changes its speed changes it for both; the median of the ratios counts. */
async function compare(
  name: string,
  peer: { readonly name: string; readonly run: (folder: string) => Promise<number> },
  worker: readonly string[],
  reach: string,
  say: (line: string) => void,
): Promise<BenchResult> {
  const rounds: { readonly own: number; readonly other: number }[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    say(`round ${round} of ${ROUNDS}: ${PACKS} through Reeve, ${PACKS} through ${peer.name}`);
    const own = await inScratch((folder) => reevePacks(folder, worker));
    rounds.push({ own, other: await inScratch(peer.run) });
  }
  const ratio = percentile(
    rounds.map(({ own, other }) => own / other),
    0.5,
  );
  const other = percentile(
    rounds.map((round) => round.other),
    0.5,
  );
  return faster(name, '/s', other * ratio, { name: peer.name, value: other }, reach);
}

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
