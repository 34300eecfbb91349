import { resolve } from 'node:path';
import { verifyArchive } from '../../daemon/archive/verify-archive.ts';
import type { ArchiveReport } from '../../daemon/archive/verify-archive.ts';
import type { Disclosure } from '../../protocol/disclosure.ts';
import { verifyProject } from '../../daemon/ledger/verify-project.ts';
import type { VerifyReport } from '../../daemon/ledger/verify-report.ts';
import type { Answer, Context, Paint } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { formatBytes, plural } from '../render/format.ts';
import { gatherEvidence, readGiven } from './gather-evidence.ts';
import { reportLines } from './report-lines.ts';
import { strayAnchors } from './stray-anchors.ts';
import { verdictExit, worstExit } from './verdict-exit.ts';

const MAX_SHOWN = 50;

/** `reeve verify --archive FILE`: the archive's own digests, then the ledger inside; nothing is imported. */
export async function verifyArchiveFile(context: Context, file: string): Promise<Answer> {
  const { host, options, paint } = context;
  const given = await readGiven(context);
  const notes: string[] = [];
  let hasFailed = false;
  const report = await verifyArchive({
    file: resolve(host.cwd, file),
    verify: async (projectFolder, disclosure) => {
      const place = { projectFolder, userState: null, repository: null };
      const { anchors, trustedKeys, ...evidence } = await gatherEvidence(context, given, place);
      notes.push(...evidence.notes, ...evidence.failures);
      hasFailed = evidence.failures.length > 0;
      return verifyProject(projectFolder, {
        anchors,
        trustedKeys,
        ...(disclosure === null ? {} : { disclosure }),
      });
    },
  });
  const stray = strayAnchors(given.anchors, report.ledger === null ? [] : [report.ledger]);
  return {
    data: { ...report, notes: [...notes, ...stray] },
    text: () => archiveLines(report, [...notes, ...stray], paint),
    exit: worstExit([
      archiveExit(report, options.flag('strict')),
      ...(stray.length > 0 || hasFailed ? [EXIT.cannotVerify] : []),
    ]),
  };
}

function archiveExit({ verdict, ledger }: ArchiveReport<VerifyReport>, strict: boolean): number {
  if (verdict === null) return EXIT.cannotVerify;
  return verdictExit({ verdict, warnings: ledger?.warnings ?? [] }, strict);
}

function archiveLines(
  report: ArchiveReport<VerifyReport>,
  notes: readonly string[],
  paint: Paint,
): readonly string[] {
  const { problems, problem_count, ledger, disclosure } = report;
  const facts = `${formatBytes(report.bytes)}, ${plural(report.files, 'file')}`;
  const shown = problems.slice(0, MAX_SHOWN);
  return [
    `${stateOf(report, paint)} ${paint.safe(report.archive)}: ${facts}`,
    ...(report.archive_id === null ? [] : [`  archive id ${report.archive_id}`]),
    ...(disclosure === null ? [] : [`  a part of a project: ${missingText(disclosure)}`]),
    ...(report.is_attested === false ? [`  ${paint.red('✗')} ${NOT_ATTESTED}`] : []),
    ...shown.map(({ entry, problem }) => {
      return `  ${paint.red('✗')} ${paint.safe(entry === null ? problem : `${entry}: ${problem}`)}`;
    }),
    ...(problem_count > shown.length ? [`  and ${problem_count - shown.length} more`] : []),
    ...(ledger === null ? [] : reportLines(report.project_id ?? 'project', ledger, notes, paint)),
  ];
}

const NOT_ATTESTED =
  'attestation.dsse.json is missing: nobody signed report, verifier and manifests, so anyone could have changed them';

function stateOf({ ok, verdict }: ArchiveReport<VerifyReport>, paint: Paint): string {
  if (ok) return paint.green('INTACT');
  return paint.red(verdict === 'CANNOT_VERIFY' ? 'CANNOT VERIFY' : 'DAMAGED');
}

function missingText({ tasks, redacted }: Disclosure): string {
  const lines = redacted.filter((each) => 'seq' in each).length;
  return [
    `${plural(tasks.left_out, 'task')} left out`,
    `${plural(redacted.length - lines, 'file')} and ${plural(lines, 'line')} withheld`,
  ].join(', ');
}
