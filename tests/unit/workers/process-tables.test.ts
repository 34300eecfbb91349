import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLinuxTable, isProcMounted } from '../../../daemon/workers/process-table/linux-table.ts';
import { createPsTable, parsePsLine } from '../../../daemon/workers/process-table/ps-table.ts';
import { parseWindowsLine } from '../../../daemon/workers/process-table/windows-table.ts';

test('reads a line of ps, and none of a zombie or of anything else', () => {
  const line = '  412     1   410 S    1234 Tue Nov 18 09:41:07 2025';
  assert.deepEqual(parsePsLine(line), {
    pid: 412,
    parent: 1,
    group: 410,
    session: 0,
    startedAt: Date.parse('Tue Nov 18 09:41:07 2025'),
    residentBytes: 1234 * 1024,
  });
  assert.equal(parsePsLine(line.replace(' S ', ' Z+ ')), null);
  assert.equal(parsePsLine(''), null);
  assert.equal(parsePsLine('ps: illegal option'), null);
});

test('reads a line of the Windows query, and nothing of anything else', () => {
  assert.deepEqual(parseWindowsLine('4120 880 1048576 1763458867123'), {
    pid: 4120,
    parent: 880,
    group: 0,
    session: 0,
    startedAt: 1_763_458_867_123,
    residentBytes: 1_048_576,
  });
  assert.equal(parseWindowsLine('Get-CimInstance : Access denied'), null);
  assert.equal(parseWindowsLine(''), null);
});

test('tells of this process the same by /proc as by ps and Node', { skip: !isProcMounted() }, async () => {
  const [proc] = await createLinuxTable().read([process.pid]);
  const ps = createPsTable();
  assert.ok((await ps.pids()).includes(process.pid));
  const [printed] = await ps.read([process.pid]);
  assert.equal(proc?.parent, process.ppid);
  assert.deepEqual([proc?.parent, proc?.group], [printed?.parent, printed?.group]);
  assert.equal(ps.startedAt(process.pid), printed?.startedAt);
  assert.equal(createLinuxTable().startedAt(process.pid), proc?.startedAt);
  // Two readings of a figure that moves: the page size is right when they are of one order.
  const ratio = (proc?.residentBytes ?? 0) / process.memoryUsage.rss();
  assert.ok(ratio > 0.5 && ratio < 2, String(ratio));
});

test('knows nothing of a pid that is not in use', { skip: !isProcMounted() }, async () => {
  const table = createLinuxTable();
  const unused = 2 ** 22 + 1;
  assert.deepEqual(await table.read([unused]), []);
  assert.equal(table.startedAt(unused), null);
  assert.deepEqual(await table.markers([unused]), new Map([[unused, null]]));
});
