import { createReport, type ReportLimits } from '../../../../daemon/domain/report/create-report.ts';
import type { Report, ReportFacts, WithheldLine } from '../../../../daemon/domain/report/report.ts';
import { sha256Hex } from '../../../../protocol/digest.ts';
import type { EventDraft, LedgerEvent } from '../../../../protocol/events.ts';
import type { Actor } from '../../../../protocol/generated/types.ts';

const REEVE: Actor = { kind: 'daemon', id: 'reeve' };
export const PERSON: Actor = { kind: 'person', id: 'operator' };
export const HASH = 'a'.repeat(64);

/** What stands around an event in its line. */
export interface Around {
  readonly actor?: Actor;
  readonly time?: string;
  readonly seq?: number;
}

/** One line of the project log. */
export function ofProject(draft: EventDraft, around: Around = {}): LedgerEvent {
  return lineOf(draft, 'b'.repeat(32), around);
}

/** Lines of a task's log, in order; each is given as its draft, or with what stands around it. */
export function ofTask(
  taskId: string,
  ...drafts: readonly (EventDraft | readonly [EventDraft, Around])[]
): readonly LedgerEvent[] {
  return drafts.map((given, index) => {
    const [draft, around] = isPair(given) ? given : [given, {}];
    return {
      ...lineOf(draft, sha256Hex(taskId).slice(0, 32), { seq: index + 1, ...around }),
      task_id: taskId,
    };
  });
}

function isPair(given: EventDraft | readonly [EventDraft, Around]): given is readonly [EventDraft, Around] {
  return Array.isArray(given);
}

function lineOf(draft: EventDraft, logId: string, around: Around): LedgerEvent {
  const {
    actor = REEVE,
    seq = 1,
    time = `2026-02-19T12:00:${String(seq % 60).padStart(2, '0')}.000Z`,
  } = around;
  return {
    v: 1,
    log_id: logId,
    seq,
    id: '019b76da-a800-7000-8000-000000000001',
    time,
    actor,
    project_id: 'p',
    prev_event_hash: null,
    event_hash: HASH,
    ...draft,
  };
}

export const FACTS: ReportFacts = {
  projectId: 'shop',
  reeveVersion: '1.2.3',
  checkpoint: null,
  leftOut: { tasks: 0, since: null, redactedFiles: [], skippedFiles: [] },
  payload: { files: 7, bytes: 4096 },
  verification: { logs: 2, lines: 9, anchors: [], warnings: [] },
  commands: [{ does: 'Compare every file', command: 'sha256sum -c manifest-sha256.txt' }],
};

/** What a report is made from. */
export interface Given {
  readonly events?: readonly LedgerEvent[];
  readonly withheld?: readonly WithheldLine[];
  /** Bytes of files, by path in the project. */
  readonly files?: Readonly<Record<string, string>>;
  readonly facts?: Partial<ReportFacts>;
  readonly limits?: ReportLimits;
}

/** A report's two texts. */
export interface ReportTexts {
  readonly markdown: string;
  readonly html: string;
}

/** Ends a report. */
export function finish(report: Report, facts: ReportFacts): ReportTexts {
  const { markdown, html } = report.finish(facts);
  return { markdown: [...markdown].join(''), html: [...html].join('') };
}

/** Makes a report as an exporter does. */
export function reportOf({ events = [], withheld = [], files = {}, facts = {}, limits }: Given): ReportTexts {
  const report = createReport(limits);
  for (const event of events) report.add(event);
  for (const line of withheld) report.addWithheld(line);
  for (const wanted of report.wantedFiles()) {
    const bytes = files[wanted.path];
    if (bytes !== undefined) report.addFile(wanted, new TextEncoder().encode(bytes));
  }
  return finish(report, { ...FACTS, ...facts });
}
