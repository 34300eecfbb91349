import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Answer, Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { usage } from '../options.ts';
import { runDrill, type DrillProgress, type Round } from '../prove/drill.ts';
import { drillLines, progressLine, roundLine } from '../prove/drill-lines.ts';
import { startLiveLine } from '../run/live-line.ts';

/**
 * `reeve prove`: the crash drill. In a scratch folder it kills the daemon by SIGKILL (on Windows by TerminateProcess)
 * right after every event of a scripted run, starts it again, and judges what became of the run. Exits 0 if every
 * promise held, 1 otherwise.
 *
 * It needs no network, account or key, and touches neither the user's repository nor anything in their home.
 */
export async function prove(context: Context): Promise<Answer | number> {
  const { host, options } = context;
  const rounds = options.count('rounds');
  if (rounds === 0) throw usage('--rounds must be at least 1.');
  const started = host.now();
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'reeve-prove-')));
  const progress = showProgress(context, started);
  let isKept = options.flag('keep');
  try {
    const done = await runDrill({ host, folder, rounds, onProgress: progress.show });
    isKept ||= done.some(isBroken);
    return toAnswer(context, done, { durationMs: host.now() - started, kept: isKept ? folder : null });
  } catch (error) {
    if (!host.signal.aborted) throw error;
    context.note('Stopped; everything that the drill started has ended.');
    return EXIT.interrupted;
  } finally {
    progress.close();
    if (!isKept) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function toAnswer(
  { paint }: Context,
  done: readonly Round[],
  end: { readonly durationMs: number; readonly kept: string | null },
): Answer {
  const held = !done.some(isBroken);
  return {
    data: { held, rounds: done.map((round) => ({ ...round, held: !isBroken(round) })), kept: end.kept },
    meta: { duration_ms: end.durationMs },
    text: () => drillLines(done, paint, end),
    exit: held ? EXIT.ok : EXIT.failed,
  };
}

function isBroken({ findings }: Round): boolean {
  return findings.length > 0;
}

/** A moving line on a terminal; elsewhere a line for each round, among the diagnostics. */
function showProgress(
  context: Context,
  started: number,
): { readonly show: (progress: DrillProgress) => void; readonly close: () => void } {
  const { host, live, json, note } = context;
  let latest: DrillProgress | null = null;
  const line = live
    ? startLiveLine(host, () => {
        const elapsed = host.now() - started;
        return latest === null ? 'an undisturbed run first' : progressLine(latest, elapsed);
      })
    : null;
  return {
    show(progress) {
      latest = progress;
      const { round, done, total } = progress;
      if (line === null && !json && round !== null) note(`${done} of ${total} ${roundLine(round)}`);
    },
    close: () => line?.close(),
  };
}
