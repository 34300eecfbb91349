import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../../daemon/ports/clock.ts';
import type { Ledger, ProjectLedger } from '../../../daemon/ports/ledger.ts';
import { toBase64 } from '../../../protocol/base64.ts';
import { canonicalJson } from '../../../protocol/canonical-json.ts';
import { createMerkleTree, leafHash } from '../../../protocol/merkle-tree.ts';
import { signingKeyId } from '../../../protocol/signing-keys.ts';
import { findChainBreak } from '../../../protocol/chain.ts';
import type { EventDraft, LedgerEvent } from '../../../protocol/events.ts';
import type { Actor } from '../../../protocol/generated/types.ts';

/** Opens an adapter of the ledger port on nothing. */
export type OpenEmptyLedger = (clock: Clock) => Promise<Ledger>;

const PERSON: Actor = { kind: 'person', id: 'operator' };

const opened = (title = 'A task'): EventDraft => ({
  type: 'task.opened',
  data: { project_id: 'p', title },
});
const reset = (reason: string): EventDraft => ({
  type: 'step.reset',
  run_id: 'T-1_x',
  step_id: 'S1',
  data: { step_id: 'S1', reason },
});
const stopped = (): EventDraft => ({ type: 'daemon.stopped', data: { pid: 1, reason: 'test' } });

/** The behaviour that every adapter of the ledger port shares. */
export function describeLedger(name: string, openEmpty: OpenEmptyLedger): void {
  const withProject = async (
    run: (project: ProjectLedger, ledger: Ledger, clock: { time: number }) => Promise<void>,
  ): Promise<void> => {
    const clock = { time: Date.UTC(2026, 1, 19, 12) };
    const ledger = await openEmpty({ now: () => clock.time });
    try {
      await run(await ledger.project('p', { create: true }), ledger, clock);
    } finally {
      await ledger.close();
    }
  };

  describe(`${name} ledger`, () => {
    it('begins a project with its creation', () =>
      withProject(async (project, ledger) => {
        const [genesis] = await collect(project.readProject());
        assert.equal(genesis?.type, 'project.created');
        assert.equal(genesis.seq, 1);
        assert.equal(genesis.prev_event_hash, null);
        assert.deepEqual(genesis.data, { project_id: 'p', reeve_version: '0.0.0-test' });
        assert.deepEqual(await ledger.projects(), ['p']);
      }));

    it('gives the same project to everyone who asks', () =>
      withProject(async (project, ledger) => {
        assert.equal(await ledger.project('p'), project);
        assert.equal(await ledger.project('p', { create: true }), project);
      }));

    it('stands at the Merkle tree over the lines of the project log', () =>
      withProject(async (project) => {
        await project.appendProject(PERSON, [stopped(), stopped()]).durable;
        const tree = createMerkleTree();
        const events = await collect(project.readProject());
        for (const event of events) tree.append(leafHash(canonicalJson({ ...event })));
        const { origin, size, root } = project.checkpoint();
        assert.equal(origin, `reeve/${events[0]?.log_id}`);
        assert.equal(size, 3);
        assert.equal(root, toBase64(tree.root()));
      }));

    it('knows the keys that its lines tell of', () =>
      withProject(async (project) => {
        assert.deepEqual(project.keys, []);
        const public_key = toBase64(new Uint8Array(32).fill(1));
        const key_id = signingKeyId(public_key);
        await project.appendProject(PERSON, [stopped(), { type: 'key.added', data: { key_id, public_key } }])
          .durable;
        assert.deepEqual(project.keys, [{ key_id, public_key, seq: 3, trust: 'first' }]);
      }));

    it('makes no project unless asked to', () =>
      withProject(async (_, ledger) => {
        await assert.rejects(ledger.project('other'), { code: 'NOT_FOUND' });
        assert.deepEqual(await ledger.projects(), ['p']);
      }));

    for (const id of ['..', 'a/b', '', 'con', '.hidden']) {
      it(`refuses ${JSON.stringify(id)} as a project's name`, () =>
        withProject(async (_, ledger) => {
          await assert.rejects(ledger.project(id, { create: true }), { code: 'USAGE' });
        }));
      it(`refuses ${JSON.stringify(id)} as a task's name`, () =>
        withProject(async (project) => {
          assert.throws(() => project.appendTask(id, PERSON, 'queued', [opened()]), { code: 'BUG' });
        }));
    }

    it('gives back what was appended, in order and linked', () =>
      withProject(async (project) => {
        const { events, durable } = project.appendTask('T-1', PERSON, 'queued', [
          opened('Ä task'),
          reset('1'),
        ]);
        const second = project.appendTask('T-1', PERSON, 'running', [reset('2')]);
        await Promise.all([durable, second.durable]);
        const read = await collect(project.readTask('T-1'));
        assert.deepEqual(read, [...events, ...second.events]);
        assert.deepEqual(
          read.map(({ seq }) => seq),
          [1, 2, 3],
        );
        assert.equal(findChainBreak(null, read[0]!), null);
        assert.equal(findChainBreak(read[0]!, read[1]!), null);
        assert.equal(findChainBreak(read[1]!, read[2]!), null);
        assert.deepEqual(read[1]!.actor, PERSON);
        assert.equal(read[1]!.run_id, 'T-1_x');
        assert.equal(read[1]!.step_id, 'S1');
        assert.equal(read[1]!.task_id, 'T-1');
      }));

    it('tells at once where a task stands', () =>
      withProject(async (project) => {
        const { events, durable } = project.appendTask('T-1', PERSON, 'running', [
          opened('Title'),
          reset('1'),
        ]);
        const head = project.tasks.get('T-1');
        assert.equal(head?.status, 'running');
        assert.equal(head.title, 'Title');
        assert.equal(head.seq, 2);
        assert.equal(head.event_hash, events[1]?.event_hash);
        assert.equal(head.updated, events[1]?.time);
        await durable;
      }));

    it('commits heads by the time it is flushed', () =>
      withProject(async (project) => {
        await project.appendTask('T-1', PERSON, 'queued', [opened()]).durable;
        await project.appendTask('T-1', PERSON, 'needs_person', [reset('1')]).durable;
        await project.flush();
        const log = await collect(project.readProject());
        const created = log.find(({ type }) => type === 'task.created');
        const head = log.findLast(({ type }) => type === 'head.committed');
        const { log_id, seq, event_hash, bytes } = project.tasks.get('T-1')!;
        assert.ok(created?.type === 'task.created' && head?.type === 'head.committed');
        assert.equal(created.data.log_id, log_id);
        assert.deepEqual(head.data, {
          task_id: 'T-1',
          log_id,
          seq,
          head_hash: event_hash,
          bytes,
          status: 'needs_person',
        });
        assert.deepEqual(
          log.map((event) => event.seq),
          log.map((_, index) => index + 1),
        );
      }));

    it('commits a head at the latest after 64 events', (t) =>
      withProject(async (project) => {
        // So that it cannot be the one second that commits it.
        t.mock.timers.enable({ apis: ['setTimeout'] });
        await project.appendTask('T-1', PERSON, 'queued', [opened()]).durable;
        await project.flush();
        const before = (await collect(project.readProject())).length;
        for (let n = 0; n < 65; n += 1) {
          await project.appendTask('T-1', PERSON, 'queued', [reset(`${n}`)]).durable;
        }
        const head = await waitForEvent(project, before);
        assert.ok(head.type === 'head.committed');
        assert.equal(head.data.seq, 65);
      }));

    it('refuses a task that is not opened first', () =>
      withProject(async (project) => {
        assert.throws(() => project.appendTask('T-1', PERSON, 'queued', [reset('1')]), { code: 'NOT_FOUND' });
        assert.equal(project.tasks.size, 0);
      }));

    it('keeps the events of each kind in their own log', () =>
      withProject(async (project) => {
        assert.throws(() => project.appendProject(PERSON, [opened()]), { code: 'BUG' });
        assert.throws(() => project.appendTask('T-1', PERSON, 'queued', [stopped()]), { code: 'BUG' });
      }));

    it('takes nothing of an append that holds an impossible draft', () =>
      withProject(async (project) => {
        await project.appendTask('T-1', PERSON, 'queued', [opened()]).durable;
        const long = reset('x'.repeat(70_000));
        assert.throws(() => project.appendTask('T-1', PERSON, 'queued', [reset('1'), long]), {
          code: 'LINE_TOO_LONG',
        });
        await project.appendTask('T-1', PERSON, 'queued', [reset('2')]).durable;
        assert.deepEqual(
          (await collect(project.readTask('T-1'))).map(({ seq }) => seq),
          [1, 2],
        );
      }));

    it('is not changed by whoever changes a draft afterwards', () =>
      withProject(async (project) => {
        const draft = { type: 'step.reset' as const, data: { step_id: 'S1', reason: 'before' } };
        const { events, durable } = project.appendTask('T-1', PERSON, 'queued', [opened(), draft]);
        draft.data.reason = 'after';
        await durable;
        assert.deepEqual(await collect(project.readTask('T-1')), events);
        assert.deepEqual(events[1]?.data, { step_id: 'S1', reason: 'before' });
      }));

    it('does nothing for an append of nothing', () =>
      withProject(async (project) => {
        const { events, durable } = project.appendTask('T-1', PERSON, 'queued', []);
        await durable;
        assert.deepEqual(events, []);
        assert.equal(project.tasks.size, 0);
        assert.deepEqual(project.appendProject(PERSON, []).events, []);
      }));

    it('knows no task that was never opened', () =>
      withProject(async (project) => {
        await assert.rejects(async () => collect(project.readTask('T-9')), { code: 'NOT_FOUND' });
      }));

    it('tells subscribers of the durable events of all logs, in the order of their ids', () =>
      withProject(async (project, ledger) => {
        const other = await ledger.project('q', { create: true });
        const seen: LedgerEvent[] = [];
        const stop = ledger.subscribe((event) => seen.push(event));
        const appends = [];
        for (let n = 0; n < 30; n += 1) {
          const target = n % 2 === 0 ? project : other;
          const drafts = n < 6 ? [opened(), reset(`${n}`)] : [reset(`${n}`)];
          appends.push(target.appendTask(`T-${n % 6}`, PERSON, 'queued', drafts));
          appends.push(target.appendProject(PERSON, [stopped()]));
        }
        await Promise.all(appends.map(({ durable }) => durable));
        await project.flush();
        await other.flush();
        stop();
        await project.appendProject(PERSON, [stopped()]).durable;
        const ids = seen.map(({ id }) => id);
        assert.deepEqual(ids, [...ids].sort());
        assert.equal(new Set(ids).size, ids.length);
        const own = new Set(appends.flatMap(({ events }) => events.map(({ id }) => id)));
        assert.ok([...own].every((id) => ids.includes(id)));
      }));

    it('gives increasing ids even when the clock goes back a year', () =>
      withProject(async (project, _, clock) => {
        const first = project.appendTask('T-1', PERSON, 'queued', [opened(), reset('1')]);
        clock.time -= 365 * 86_400_000;
        const second = project.appendTask('T-1', PERSON, 'queued', [reset('2'), reset('3')]);
        await Promise.all([first.durable, second.durable]);
        const events = await collect(project.readTask('T-1'));
        const ids = events.map(({ id }) => id);
        assert.deepEqual(ids, [...ids].sort());
        assert.equal(new Set(ids).size, 4);
        assert.equal(events[0]?.time, '2026-02-19T12:00:00.000Z');
        assert.equal(events[3]?.time, '2025-02-19T12:00:00.000Z');
      }));

    it('carries awkward data unchanged', () =>
      withProject(async (project) => {
        const data = JSON.parse(
          '{"step_id":"S1","reason":"\\u001b[31m\\u202e \\u2028 é 😀 \\" \\\\ \\u0000","__proto__":{"a":1},' +
            '"toJSON":1,"constructor":null,"10":1,"9":2,"x\\"event_hash":"y"}',
        ) as { step_id: string; reason: string };
        await project.appendTask('T-1', PERSON, 'queued', [opened(), { type: 'step.reset', data }]).durable;
        const [, event] = await collect(project.readTask('T-1'));
        assert.deepEqual(event?.data, data);
        assert.equal(
          JSON.stringify(Object.keys(event.data).sort()),
          JSON.stringify(Object.keys(data).sort()),
        );
        assert.equal('a' in {}, false);
      }));

    it('closes more than once', () =>
      withProject(async (_, ledger) => {
        await ledger.close();
        await ledger.close();
        await assert.rejects(ledger.project('p'), { code: 'BUG' });
      }));
  });
}

async function waitForEvent(project: ProjectLedger, index: number): Promise<LedgerEvent> {
  for (let tries = 0; tries < 5000; tries += 1) {
    const event = (await collect(project.readProject()))[index];
    if (event !== undefined) return event;
    await setImmediate();
  }
  return assert.fail(`the project log has no line ${index + 1}`);
}

async function collect(events: AsyncIterable<LedgerEvent>): Promise<readonly LedgerEvent[]> {
  const all: LedgerEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}
