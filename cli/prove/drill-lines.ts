import type { Paint } from '../context.ts';
import { formatDuration, plural } from '../render/format.ts';
import { renderTable } from '../render/table.ts';
import type { DrillProgress, Round } from './drill.ts';

/** The drill for a person: a row for every kill, what was not kept, and a sentence. */
export function drillLines(
  rounds: readonly Round[],
  paint: Paint,
  options: { readonly durationMs: number; readonly kept: string | null },
): readonly string[] {
  const broken = rounds.filter(({ findings }) => findings.length > 0);
  return [
    ...renderTable(
      HEADER,
      rounds.map((round, index) => toRow(round, index, paint)),
      {
        paintHeader: paint.dim,
      },
    ),
    ...broken.flatMap((round) => ['', ...brokenLines(round, paint)]),
    '',
    broken.length === 0
      ? paint.green(heldSentence(rounds.length, options.durationMs))
      : paint.red(`${broken.length} of ${plural(rounds.length, 'round')} broke a promise.`),
    ...(options.kept === null ? [] : [`Kept in ${paint.safe(options.kept)}`]),
  ];
}

/** Where a drill stands, in one line. */
export function progressLine({ total, done, underWay }: DrillProgress, elapsedMs: number): string {
  const what = underWay.length === 0 ? '' : `, killing after ${underWay.join(' and ')}`;
  return `${done} of ${plural(total, 'round')}${what} · ${formatDuration(elapsedMs)}`;
}

/** A round that is over, in one line. */
export function roundLine(round: Round): string {
  const verdict = round.findings.length === 0 ? 'held' : 'BROKEN';
  return `${verdict}: killed after ${round.boundary}`;
}

const HEADER = ['#', 'KILLED AFTER', 'LOG', 'SEQ', 'RESTARTED IN', 'EFFECTS', 'CHAIN', 'ORPHANS', 'VERDICT'];

function toRow(round: Round, index: number, paint: Paint): Parameters<typeof renderTable>[1][number] {
  const { boundary, killed_at, restarted_ms, effects, chain, orphans, findings } = round;
  const held = findings.length === 0;
  return [
    String(index + 1),
    boundary,
    killed_at?.log ?? '-',
    killed_at === null ? '-' : String(killed_at.seq),
    restarted_ms === null ? '-' : formatDuration(restarted_ms),
    effects.interrupted === 0
      ? `${effects.recorded}`
      : `${effects.recorded} + ${effects.interrupted} cut short`,
    chain.replaceAll('_', ' '),
    orphans === 0 ? 'none' : String(orphans),
    { text: held ? 'held' : 'BROKEN', paint: held ? paint.green : paint.red },
  ];
}

function brokenLines({ boundary, findings, folder }: Round, paint: Paint): readonly string[] {
  return [
    `${paint.red('✗')} killed after ${boundary}`,
    ...findings.map(({ promise, detail }) => `    ${promise}: ${paint.safe(detail)}`),
    paint.dim(`    ${paint.safe(folder)}`),
  ];
}

function heldSentence(rounds: number, durationMs: number): string {
  return (
    `Killed ${plural(rounds, 'time')} in ${formatDuration(durationMs)}: every effect happened once, ` +
    'every acknowledged event is there, and no process, worktree or retry was lost.'
  );
}
