/**
 * A daemon to be killed: `drilled-daemon REPOSITORY [BOUNDARY]`, the boundary as JSON.
 *
 * It is the daemon of `reeve start --once`, in a process of its own. It tells every durable event as a line of JSON, and
 * ends itself by SIGKILL (on Windows by TerminateProcess, which is as sudden) at the boundary, before anything can
 * follow from that event. Without a boundary it ends when nothing is owed any more.
 */
import { writeSync } from 'node:fs';
import { pino } from 'pino';
import { loadConfig } from '../../daemon/config/load-config.ts';
import { startDaemon } from '../../daemon/main.ts';
import { reeveVersion } from '../version.ts';
import { createBoundaryWatch, type Boundary } from './boundaries.ts';
import { READY } from './drill-contract.ts';

const [repository = '', boundary] = process.argv.slice(2);
const isFatal = boundary === undefined ? () => false : createBoundaryWatch(JSON.parse(boundary) as Boundary);
const daemon = await startDaemon({
  config: await loadConfig({ startDir: repository, env: process.env }),
  clock: { now: Date.now },
  log: pino({ level: 'silent' }),
  hostEnv: process.env,
  version: reeveVersion(),
  onEvent(event) {
    writeSync(1, `${JSON.stringify(event)}\n`);
    if (isFatal(event)) process.kill(process.pid, 'SIGKILL');
  },
});
writeSync(1, `${READY}\n`);
await daemon.settled();
await daemon.close('the drill has come to its end');
