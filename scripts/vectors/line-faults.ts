import { PLAIN, tamperedAt, type ArchiveCase } from './archive-case.ts';
import { layArchive } from './lay-archive.ts';
import { sha256Hex } from '../../protocol/digest.ts';
import { rehash } from './relink.ts';

/** A line, and whether it is one of a ledger; its hash is always that of its bytes. */
export interface LineCase {
  readonly name: string;
  /** Which of the forty inputs and faults in the design of the ledger it is; absent for others. */
  readonly input?: number;
  /** Without its newline; bytes where it is no UTF-8. */
  readonly line: string | Buffer;
  readonly valid: boolean;
}

/** Line 3 of a task log of the project without keys, and what it could be instead. */
export function lineCases(): readonly LineCase[] {
  const line = PLAIN.first.lines[2] ?? '';
  const say = (text: string) => line.replace('a person had a look', text);
  const put = (member: string) => line.replace('"reason":', `${member},"reason":`);
  const bad = (input: number, name: string, line: string): LineCase => {
    return { name, input, line: rehash(line), valid: false };
  };
  const good = (name: string, line: string, input?: number): LineCase => {
    return { name, ...(input === undefined ? {} : { input }), line: rehash(line), valid: true };
  };
  return [
    good('a line', line),
    good('text of every kind', say('ü € 𝄞 \\" \\\\ / \\n \\u0000 \\u001b \u2028 <b>')),
    good('terminal escapes and bidirectional text', say('\\u001b[31m \u202Egnp.exe'), 14),
    good('a text that shows a hash', say('\\"event_hash\\":\\"0\\",')),
    bad(1, 'a key twice', put('"reason":"first"')),
    bad(2, '1.0', put('"n":1.0')),
    bad(2, '-0', put('"n":-0')),
    bad(2, '1E3', put('"n":1E3')),
    bad(2, '1e400', put('"n":1e400')),
    bad(2, '2^53 + 1', put('"n":9007199254740993')),
    bad(3, 'half of a surrogate pair', say('\\ud800')),
    { name: 'invalid UTF-8', input: 4, line: rehashBytes(line, Buffer.of(0xff)), valid: false },
    {
      name: 'an overlong form in UTF-8',
      input: 4,
      line: rehashBytes(line, Buffer.of(0xc0, 0xaf)),
      valid: false,
    },
    bad(5, 'a byte order mark', `\ufeff${line}`),
    bad(5, 'CR LF', `${line}\r`),
    bad(6, 'keys not sorted', line.replace(/"data":\{(.*?),(.*?)\}/, '"data":{$2,$1}')),
    bad(6, 'a space', line.replace('"data":{', '"data": {')),
    bad(6, 'an escape that is not needed', say('\\u0041')),
    bad(8, 'a hash in its data', put('"event_hash":"0"')),
    bad(8, 'a link deeper in its data', put('"a":[{"prev_event_hash":null}]')),
    bad(9, 'nested 10,000 deep', put(`"a":${'['.repeat(10_000)}${']'.repeat(10_000)}`)),
    bad(10, 'longer than 65,535 bytes', say('x'.repeat(65_535))),
    { name: 'an empty line', input: 12, line: '', valid: false },
    { name: 'null', input: 12, line: 'null', valid: false },
    { name: 'a list', input: 12, line: '[]', valid: false },
    bad(13, 'version 2', line.replace('"v":1}', '"v":2}')),
  ];
}

/** Each bad line in its place in an archive that was made anew around it. */
export function lineFaultCases(): readonly ArchiveCase[] {
  const log = 'tasks/T-1/events.jsonl';
  return lineCases().flatMap(({ name, line, valid }): readonly ArchiveCase[] => {
    if (valid) return [];
    const before = PLAIN.first.lines.slice(0, 2).map((text) => Buffer.from(`${text}\n`));
    const text = Buffer.concat([...before, Buffer.from(line), Buffer.from('\n')]);
    const files = layArchive(new Map([...PLAIN.files(), [log, text]]), null);
    return [
      {
        name: `line: ${name}`,
        describe: 'In the place of line 3.',
        base: 'unsigned',
        files,
        expect: tamperedAt(log, 3),
      },
    ];
  });
}

/** Puts bytes into a line that no text can hold, and gives it the hash of its bytes. */
function rehashBytes(line: string, bytes: Buffer): Buffer {
  const latin1 = line.replace('a person had a look', bytes.toString('latin1'));
  const bare = latin1.replace(/"event_hash":"[0-9a-f]{64}",/, '');
  const hash = sha256Hex(Buffer.from(bare, 'latin1'));
  return Buffer.from(bare.replace('"id":"019', `"event_hash":"${hash}","id":"019`), 'latin1');
}
