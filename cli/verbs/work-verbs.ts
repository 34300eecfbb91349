import { TASK, type VerbSpec } from './verb-spec.ts';

const PACK = ['<file>', 'a StepPack (JSON)'] as const;
const WORKER = ['--worker <name>', 'use this worker, whatever the pack says'] as const;

/** Verbs that hand work in, follow it and decide about it. */
export const WORK_VERBS: readonly VerbSpec[] = [
  {
    name: 'init',
    summary: 'set up this repository: reeve.yaml, workflow/, progress/',
    args: [],
    options: [
      ['--example', 'add an example pack with its scenario'],
      ['--no-key', 'make no signing key'],
    ],
    examples: ['reeve init', 'reeve init --example && reeve run examples/hello.json'],
  },
  {
    name: 'start',
    summary: 'start the daemon: watch workflow/ and do what is owed, until Ctrl-C',
    args: [],
    options: [
      ['--once', 'end when nothing is owed any more'],
      ['--strict', 'with --once: exit 1 when anything was not accepted'],
      ['--with-examples', 'run the bundled example packs on the first start'],
    ],
    examples: ['reeve start', 'reeve start --once --strict'],
  },
  {
    name: 'stop',
    summary: 'stop the daemon of this repository in order',
    args: [],
    options: [],
    examples: ['reeve stop'],
  },
  {
    name: 'status',
    summary: 'show open and newly closed tasks, what runs and what waits in the inboxes',
    args: [],
    options: [
      ['--all', 'list every closed task, not only the twenty newest'],
      ['--watch', 'keep showing it until Ctrl-C'],
    ],
    examples: ['reeve status', 'reeve status --watch', 'reeve status --all --json'],
  },
  {
    name: 'submit',
    summary: 'hand in a pack',
    args: [PACK],
    options: [['--wait', 'wait for its end; exit 0 only if accepted'], WORKER],
    examples: ['reeve submit pack.json', 'reeve submit pack.json --project shop --wait'],
  },
  {
    name: 'validate',
    summary: 'check a pack and list every problem',
    args: [PACK],
    options: [],
    examples: ['reeve validate pack.json', 'reeve validate pack.json --json'],
  },
  {
    name: 'run',
    summary: 'do one pack to its end in the foreground; exit 0 only if accepted',
    args: [PACK],
    options: [WORKER],
    examples: [
      'reeve run pack.json',
      'reeve run pack.json --worker fix --repo ../shop',
      'reeve run pack.json --json',
    ],
  },
  {
    name: 'logs',
    summary: "show a task's events as readable lines; with --json the ledger's own lines",
    args: [TASK],
    options: [
      ['-f, --follow', 'go on until the task is closed'],
      ['--forever', 'with -f: go on after the close as well'],
    ],
    examples: ['reeve logs T-1', 'reeve logs -f T-1', 'reeve logs T-1 --json | jq .type'],
  },
  {
    name: 'events',
    summary: 'show the events of all tasks in order',
    args: [],
    options: [
      ['--since <seq>', 'skip the first SEQ events, or everything up to an event id'],
      ['-f, --follow', 'go on until Ctrl-C; with --json one event per line'],
    ],
    examples: ['reeve events', 'reeve events --since 120 --json', 'reeve events --follow'],
  },
  {
    name: 'why',
    summary: 'explain where a task stands, and what to do next',
    args: [TASK],
    options: [],
    examples: ['reeve why T-1', 'reeve why T-1 --json'],
  },
  {
    name: 'attempt',
    summary: 'record an attempt that an outside tool made',
    args: [TASK],
    options: [
      ['--run <id>', 'run id, as TASK_20260101T000000Z_ab12'],
      ['--step <id>', 'step id'],
      ['--result <result>', 'PASS or FAIL'],
      ['--verdict <verdict>', "the controller's own verdict, PASS or FAIL (default: not given)"],
      ['--reason <code>', 'reason code (default for PASS: PASS_ALL_CRITERIA)'],
      ['--detail <text>', 'what happened, in one sentence'],
      ['--file <path>...', 'a changed file; repeat it for more'],
      ['--r <n>', 'revision (default: the next legal one)'],
      ['--s <n>', 'retry (default: the next legal one)'],
      ['--attempt-id <id>', 'attempt id (default: a new one)'],
      ['--title <text>', 'title of a task that is new'],
      ['--tool <name>', 'record it as reported by this tool instead of by you'],
    ],
    examples: [
      'reeve attempt T-1 --run T-1_20260101T000000Z_ab12 --step S1 --result FAIL --reason COMMAND_FAILED --detail "2 tests fail"',
      'reeve attempt T-1 --run T-1_20260101T000000Z_ab12 --step S1 --result PASS --verdict PASS --file src/a.ts --file src/b.ts',
    ],
  },
  {
    name: 'close',
    summary: 'close a task by hand',
    args: [TASK],
    options: [
      ['--status <status>', 'accepted, rejected or abandoned'],
      ['--detail <text>', 'why, in one sentence'],
      ['--tool <name>', 'record it as reported by this tool instead of by you'],
    ],
    examples: ['reeve close T-1 --status abandoned --detail "no longer needed"'],
  },
  {
    name: 'retry',
    summary: 'give a task that needs a person a fresh set of retries',
    args: [TASK],
    options: [
      ['--reset', 'start counting retries and rework rounds anew'],
      ['--reason <text>', 'why, in one sentence'],
    ],
    examples: ['reeve retry T-1 --reset --reason "the worker was misconfigured"'],
  },
  {
    name: 'review',
    summary: 'judge finished work against its pack, offline',
    args: [
      ['<step-pack>', 'the StepPack (JSON)'],
      ['<step-result>', "the worker's StepResult (JSON)"],
    ],
    options: [
      ['--base <rev>', 'the commit the work started from (default: HEAD)'],
      ['--head <rev>', 'the commit to judge (default: the checkout as it is)'],
      ['--write-rework <file>', 'write the ReworkPack of a failed review'],
    ],
    examples: [
      'reeve review pack.json step_result.json',
      'reeve review pack.json step_result.json --base HEAD~1 --head HEAD --write-rework rework.json',
    ],
  },
];
