import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createReport } from '../../domain/report/create-report.ts';
import type { RenderedReport, ReportFacts } from '../../domain/report/report.ts';
import type { Survey, SurveyWatch } from './survey-project.ts';

/** Writes the report of an archive while its logs are read. */
export interface ReportWriter extends SurveyWatch {
  /** Reads what the report needs besides, and writes it. */
  finish(projectFolder: string, survey: Survey, source: ReportSource): Promise<RenderedReport>;
}

/** Who exports what. */
export interface ReportSource {
  readonly projectId: string;
  readonly reeveVersion: string;
}

/** Creates the writer; it sees every line that is handed over, and of the others only that they were there. */
export function createReportWriter(): ReportWriter {
  const report = createReport();
  const anchors: string[] = [];
  return {
    onEvent(event) {
      report.add(event);
      if (event.type === 'checkpoint.anchored' && anchors.length < MAX_ANCHORS)
        anchors.push(`${ANCHOR[event.data.kind]} over the first ${event.data.size} lines, in data/anchors/`);
    },
    onWithheld: ({ seq, type, time }, log) => report.addWithheld({ log, seq, type, time }),
    async finish(projectFolder, survey, source) {
      const present = new Map(survey.plan.files.map((file) => [file.path, file]));
      for (const wanted of report.wantedFiles()) {
        // Threat: what was withheld from the archive must not come in by the report.
        if (present.get(wanted.path)?.bytes !== wanted.bytes) continue;
        report.addFile(wanted, await readFile(join(projectFolder, wanted.path)));
      }
      return report.finish(toFacts(survey, source, anchors));
    },
  };
}

const MAX_ANCHORS = 100;

const ANCHOR = { rfc3161: 'a time stamp (RFC 3161)', ssh_signature: "a person's signature" } as const;

function toFacts(survey: Survey, source: ReportSource, anchors: readonly string[]): ReportFacts {
  const { sealed, plan, disclosure, tasks, lines } = survey;
  const redacted = disclosure?.redacted ?? [];
  return {
    ...source,
    checkpoint: sealed === null ? null : { ...sealed.checkpoint, key_id: sealed.key_id },
    leftOut: {
      tasks: disclosure?.tasks.left_out ?? 0,
      since: disclosure?.since ?? null,
      redactedFiles: redacted.flatMap((each) => ('sha256' in each ? [each] : [])),
      skippedFiles: plan.leftOut,
    },
    payload: {
      files: plan.files.length,
      bytes: plan.files.reduce((sum, { bytes }) => sum + bytes, 0),
    },
    verification: { logs: tasks.length + 1, lines, anchors, warnings: listWarnings(survey) },
    commands: COMMANDS,
  };
}

function listWarnings({ sealed, project, disclosure }: Survey): readonly string[] {
  const warnings: string[] = [];
  if (sealed === null)
    warnings.push(
      'There was no key to sign with: only a note kept elsewhere shows that nothing was cut off.',
    );
  else if (!sealed.isFresh)
    warnings.push('The key in force was not there to sign this archive: nobody vouches for this report.');
  if (sealed !== null && sealed.checkpoint.size < project.checkpoint.size)
    warnings.push(`The checkpoint covers ${sealed.checkpoint.size} of ${project.checkpoint.size} lines.`);
  if (disclosure !== null)
    warnings.push('This archive is not complete: disclosure.json lists what was left out.');
  return warnings;
}

const COMMANDS: ReportFacts['commands'] = [
  { does: 'Compare every file with its digest', command: 'sha256sum -c manifest-sha256.txt' },
  {
    does: 'Compare the manifest and this report with theirs',
    command: 'sha256sum -c tagmanifest-sha256.txt',
  },
  { does: 'Print the id of the archive', command: 'sha256sum tagmanifest-sha256.txt' },
  { does: 'Follow every line, head, checkpoint and signature', command: 'node verify.mjs' },
  {
    does: 'The same against three lines and a key that were kept elsewhere: what nobody can have made up since',
    command: 'node verify.mjs --anchor note.txt --key VERIFIER-KEY',
  },
];
