import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { verifyProject as VerifyProject } from '../../../daemon/ledger/verify-project.ts';
import { faster, percentile, type Benchmark, type BenchResult } from '../result.ts';
import { inScratch } from '../scratch.ts';
import { openBenchLog } from './bench-log.ts';

const EVENTS = 400_000;
const ROUNDS = 5;

/** Verification of one large log against `sha256sum` of the same file, from a warm page cache, as users run it. */
export const verifyLargeLog: Benchmark = (say) =>
  inScratch(async (folder) => {
    const verify = await loadCompiled();
    say(`writing ${EVENTS} events`);
    const log = await openBenchLog(folder);
    await log.fill(EVENTS);
    await log.close();
    const megabytes = statSync(log.file).size / 1e6;
    const rates = { sum: [] as number[], fast: [] as number[], strict: [] as number[] };
    for (let round = 0; round < ROUNDS; round += 1) {
      say(`round ${round + 1} of ${ROUNDS}, ${megabytes.toFixed(0)} MB`);
      rates.sum.push(megabytes / (await seconds(() => execFileSync('sha256sum', [log.file]))));
      for (const mode of ['fast', 'strict'] as const) {
        rates[mode].push(megabytes / (await seconds(() => verifyIntact(verify, log.project.folder, mode))));
      }
    }
    return [
      toResult('verify, byte-slicing', rates.fast, rates.sum, '≥ 1.0'),
      toResult('verify, strict', rates.strict, rates.sum, '≥ 0.5'),
    ];
  });

/** The compiled product: what users run, and what may start threads without a loader. */
async function loadCompiled(): Promise<typeof VerifyProject> {
  const path = join(import.meta.dirname, '..', '..', '..', 'dist', 'daemon', 'ledger', 'verify-project.js');
  const module = (await import(path)) as { readonly verifyProject: typeof VerifyProject };
  return module.verifyProject;
}

async function verifyIntact(
  verify: typeof VerifyProject,
  folder: string,
  mode: 'fast' | 'strict',
): Promise<void> {
  const report = await verify(folder, { mode });
  if (report.faults.length > 0) throw new Error(`an intact log is ${JSON.stringify(report.faults)}`);
}

async function seconds(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function toResult(name: string, own: readonly number[], sums: readonly number[], reach: string): BenchResult {
  const ratio = percentile(
    own.map((value, round) => value / (sums[round] ?? Number.NaN)),
    0.5,
  );
  const value = percentile(sums, 0.5);
  return faster(name, 'MB/s', value * ratio, { name: 'sha256sum', value }, reach);
}
