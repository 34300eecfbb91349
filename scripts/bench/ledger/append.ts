import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { alone, faster, percentile, type Benchmark } from '../result.ts';
import { inScratch } from '../scratch.ts';
import { openBenchLog } from './bench-log.ts';

const ROUNDS = 9;
const APPENDS = 300;

/** One writer that waits for each event, heads committed as they fall due, against the same bytes written by hand. */
export const durableAppend: Benchmark = (say) =>
  inScratch(async (folder) => {
    const log = await openBenchLog(join(folder, 'ledger'));
    const raw = openSync(join(folder, 'raw'), 'w');
    const own: number[] = [];
    const peer: number[] = [];
    // In turns, so that whatever else the machine does falls on both.
    for (let round = 0; round < ROUNDS; round += 1) {
      say(`round ${round + 1} of ${ROUNDS}`);
      peer.push(await rate(APPENDS, () => rawAppend(raw)));
      own.push(await rate(APPENDS, log.append));
    }
    await log.close();
    closeSync(raw);
    const ratio = percentile(
      own.map((value, round) => value / (peer[round] ?? Number.NaN)),
      0.5,
    );
    const value = percentile(peer, 0.5);
    return [faster('durable append', '/s', value * ratio, { name: 'write + fdatasync', value }, '≥ 0.60')];
  });

const SIZES = [1000, 1_000_000] as const;

/** What an append costs in a small log and in a large one. */
export const appendAtSize: Benchmark = (say) =>
  inScratch(async (folder) => {
    const small = await openBenchLog(join(folder, 'small'));
    const large = await openBenchLog(join(folder, 'large'));
    await small.fill(SIZES[0]);
    say(`writing ${SIZES[1]} events`);
    await large.fill(SIZES[1]);
    const ratios: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      say(`round ${round + 1} of ${ROUNDS}`);
      const inSmall = await rate(APPENDS, small.append);
      const inLarge = await rate(APPENDS, large.append);
      ratios.push(inSmall / inLarge);
    }
    await small.close();
    await large.close();
    return [
      alone('append at 1,000,000 events in terms of one at 1,000', '×', percentile(ratios, 0.5), '≤ 1.1'),
    ];
  });

const LINE = Buffer.alloc(700, 'x');

function rawAppend(fd: number): void {
  writeSync(fd, LINE);
  fdatasyncSync(fd);
}

/** Calls per second, one after the other. */
async function rate(calls: number, call: () => Promise<void> | void): Promise<number> {
  const start = performance.now();
  for (let n = 0; n < calls; n += 1) await call();
  return (calls * 1000) / (performance.now() - start);
}
