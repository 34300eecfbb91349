import type { Config } from '../../daemon/config/config.ts';
import { startDaemon } from '../../daemon/main.ts';
import type { Daemon } from '../../daemon/main.ts';
import type { LedgerEvent } from '../../protocol/events.ts';
import type { Answer, Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { plural } from '../render/format.ts';
import { openDaemonLog } from '../start/daemon-log.ts';
import { dropExamples } from '../start/drop-examples.ts';
import { bannerLines, openConsole } from '../start/start-console.ts';
import { createTally } from '../start/tally.ts';
import type { Tally } from '../start/tally.ts';
import { reeveVersion } from '../version.ts';

/**
 * `reeve start`: the daemon in the foreground, until Ctrl-C or `reeve stop`; with `--once` until nothing is owed.
 */
export async function start(context: Context): Promise<Answer | number> {
  const { host, options } = context;
  const config = await context.config();
  const tally = createTally();
  let daemon: Daemon | null = null;
  const console = openConsole(context, () => daemon?.kernel.running() ?? []);
  const daemonLog = await openDaemonLog(context, config.paths.state, console.print);
  try {
    if (options.flag('withExamples')) await announceExamples(config, console.print);
    const version = reeveVersion();
    const clock = { now: () => host.now() };
    // The banner comes first, whatever the first scan finds meanwhile.
    const early: LedgerEvent[] = [];
    let show = (event: LedgerEvent): void => void early.push(event);
    const onEvent = (event: LedgerEvent): void => {
      tally.count(event);
      show(event);
    };
    daemon = await startDaemon({ config, clock, log: daemonLog.log, hostEnv: host.env, version, onEvent });
    for (const line of bannerLines(context, config, { url: daemon.url, version })) console.print(line);
    for (const event of early) console.show(event);
    show = console.show;
    const reason = await untilEnd(daemon, host.signal, options.flag('once'));
    if (reason !== null) console.print(`Stopping: ${reason}.`);
    const answer = reason === null ? await conclude(context, daemon, tally) : null;
    await daemon.close(reason ?? 'nothing is owed any more');
    return answer ?? (options.flag('once') ? EXIT.interrupted : EXIT.ok);
  } finally {
    await daemon?.close('failed');
    console.close();
    await daemonLog.close();
  }
}

async function announceExamples(config: Config, print: (line: string) => void): Promise<void> {
  const names = await dropExamples(config);
  if (names.length > 0) print(`First start: ${plural(names.length, 'example pack')} dropped into the inbox.`);
}

/** Why the daemon was told to stop; null when `--once` came to its end. */
async function untilEnd(daemon: Daemon, signal: AbortSignal, once: boolean): Promise<string | null> {
  const aborted = new Promise<string>((resolve) => {
    const tell = (): void => resolve(`interrupted by ${String(signal.reason)}`);
    if (signal.aborted) tell();
    else signal.addEventListener('abort', tell, { once: true });
  });
  const ends = [aborted, daemon.stopRequested, ...(once ? [daemon.settled().then(() => null)] : [])];
  return Promise.race(ends);
}

async function conclude(context: Context, daemon: Daemon, tally: Tally): Promise<Answer> {
  const summary = tally.summarize(await daemon.services.queries.listTasks());
  const { paint } = context;
  const { accepted, rejected, needs_person, unfinished, refused } = summary.counts;
  const isClean = accepted === summary.tasks.length && refused === 0;
  const parts = [
    paint.green(`${accepted} accepted`),
    ...(rejected > 0 ? [paint.red(`${rejected} rejected`)] : []),
    ...(needs_person > 0 ? [paint.magenta(plural(needs_person, 'needs a person', 'need a person'))] : []),
    ...(refused > 0 ? [paint.red(`${refused} refused`)] : []),
    ...(unfinished > 0 ? [paint.cyan(`${unfinished} waiting`)] : []),
  ];
  return {
    data: summary,
    text: () => ['', `Nothing is owed any more: ${parts.join(', ')}.`],
    exit: context.options.flag('strict') && !isClean ? EXIT.failed : EXIT.ok,
  };
}
