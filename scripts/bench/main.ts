import { parseArgs } from 'node:util';
import { dropToSpawn } from './drop-to-spawn.ts';
import { exportProject } from './export.ts';
import { growth } from './growth.ts';
import { ledgerBenchmarks } from './ledger.ts';
import { packsPerSecond } from './packs-per-second.ts';
import type { Benchmark, BenchResult } from './result.ts';
import { restart } from './restart.ts';

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  'drop-to-spawn': dropToSpawn,
  packs: packsPerSecond,
  restart,
  growth,
  export: exportProject,
  ...ledgerBenchmarks,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
});
const names = Object.keys(BENCHMARKS);
/** A whole name means that one alone. */
const isMeant = (name: string, part: string): boolean =>
  names.includes(part) ? name === part : name.includes(part);
const chosen =
  positionals.length === 0 ? names : names.filter((name) => positionals.some((part) => isMeant(name, part)));

if (values.help === true || chosen.length === 0) {
  console.log(`npm run bench -- [--json] [NAME …]\n\nBenchmarks: ${names.join(', ')}\n
Figures are ratios against a peer measured in the same run: machines differ, and shared ones are noisy.`);
} else {
  const results: BenchResult[] = [];
  for (const name of chosen) {
    const say = (line: string) => console.error(`${name}: ${line}`);
    const taken = await BENCHMARKS[name]?.(say);
    for (const result of taken ?? []) {
      results.push(result);
      if (values.json !== true) console.log(row(result));
    }
  }
  if (values.json === true) console.log(JSON.stringify({ data: results }, null, 2));
}

function row({ name, value, unit, peer, ratio, reach }: BenchResult): string {
  const against =
    peer === null ? '' : `${peer.name} ${figure(peer.value)} ${unit}, ratio ${ratio?.toFixed(2) ?? ''}`;
  return `${name.padEnd(52)} ${`${figure(value)} ${unit}`.padStart(14)}   ${against.padEnd(48)} reach ${reach}`;
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
