import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { alone, faster, percentile, type Benchmark } from '../result.ts';
import { inScratch } from '../scratch.ts';
import { openBenchLog, typicalEvent } from './bench-log.ts';

const PRODUCERS = 64;
const ROUNDS = 5;
const EVENTS = 20_000;
const ROWS = 1000;

/** Many writers of one log, each waiting for its own event, against a database that commits row by row. */
export const concurrentProducers: Benchmark = (say) =>
  inScratch(async (folder) => {
    const log = await openBenchLog(join(folder, 'ledger'));
    const sqlite = await openSqlite(join(folder, 'rows.db'), say);
    const own: number[] = [];
    const peer: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      say(`round ${round + 1} of ${ROUNDS}`);
      if (sqlite !== null) peer.push(rowsPerSecond(sqlite));
      own.push(await eventsPerSecond(log.append));
    }
    await log.close();
    sqlite?.close();
    const name = `${PRODUCERS} concurrent producers`;
    if (sqlite === null) {
      return [alone(name, 'events/s', percentile(own, 0.5), '≥ 20 × better-sqlite3')];
    }
    const ratio = percentile(
      own.map((value, round) => value / (peer[round] ?? Number.NaN)),
      0.5,
    );
    const value = percentile(peer, 0.5);
    return [faster(name, '/s', value * ratio, { name: 'better-sqlite3, WAL, FULL', value }, '≥ 20')];
  });

async function eventsPerSecond(append: () => Promise<void>): Promise<number> {
  let left = EVENTS;
  const produce = async (): Promise<void> => {
    for (; left > 0; left -= 1) await append();
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: PRODUCERS }, produce));
  return (EVENTS * 1000) / (performance.now() - start);
}

/** The little that is used of the database. */
interface Sqlite {
  insert(text: string): void;
  close(): void;
}

/** Null where its native part cannot be built; set-up leaves that to here. */
async function openSqlite(file: string, say: (line: string) => void): Promise<Sqlite | null> {
  const { default: Database } = await import('better-sqlite3');
  const open = (): InstanceType<typeof Database> | null => {
    try {
      return new Database(file);
    } catch (error) {
      say(`better-sqlite3 does not work here: ${String(error).split('\n', 1).join('')}`);
      return null;
    }
  };
  const database = open() ?? (rebuildSqlite(say) ? open() : null);
  if (database === null) return null;
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('CREATE TABLE events (seq INTEGER PRIMARY KEY, line TEXT NOT NULL)');
  const statement = database.prepare('INSERT INTO events (line) VALUES (?)');
  return { insert: (text) => void statement.run(text), close: () => void database.close() };
}

function rebuildSqlite(say: (line: string) => void): boolean {
  say('compiling it, once; this takes a minute');
  return spawnSync('npm', ['rebuild', 'better-sqlite3'], { stdio: 'ignore' }).status === 0;
}

/** One row per transaction; a database has no concurrent writers, so one loop is the best it can do. */
function rowsPerSecond(sqlite: Sqlite): number {
  const start = performance.now();
  for (let n = 0; n < ROWS; n += 1) sqlite.insert(JSON.stringify(typicalEvent(n)).padEnd(700, ' '));
  return (ROWS * 1000) / (performance.now() - start);
}
