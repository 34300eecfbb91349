import { BAG_LABEL, formatInfo } from '../bag-files.ts';
import type { Survey } from './survey-project.ts';

/**
 * Writes the bag's description, from what is in the bag only: no clock, no machine, no user.
 *
 * The date is that of the last event, so that the same contents give the same bytes.
 */
export function describeBag(
  source: { readonly projectId: string; readonly reeveVersion: string },
  { project, plan, disclosure }: Survey,
): string {
  const bytes = plan.files.reduce((sum, file) => sum + file.bytes, 0);
  return formatInfo([
    ['Bag-Software-Agent', `reeve ${source.reeveVersion}`],
    ['Bagging-Date', project.time.slice(0, 10)],
    ['External-Description', `Ledger, packs and artifacts of the Reeve project ${source.projectId}`],
    [BAG_LABEL.projectId, source.projectId],
    [BAG_LABEL.payloadOxum, `${bytes}.${plan.files.length}`],
    [BAG_LABEL.ledgerHead, `${project.head.seq} ${project.head.event_hash}`],
    ...(disclosure === null ? [] : [['Reeve-Complete', 'no: see disclosure.json'] as const]),
    // Quoted: the names are a worker's or a sender's, and may hold line ends.
    ...plan.leftOut.map(
      ({ path, reason }) => ['Reeve-Left-Out', `${JSON.stringify(path)}: ${reason}`] as const,
    ),
  ]);
}
