import type { WantedFile } from '../report.ts';
import { latestOutcomes } from './latest-outcomes.ts';
import type { Chosen } from './shortlist.ts';

/** Packs, and the review of each step's latest outcome; those that are too long to be read for a report are left out. */
export function listWantedFiles(chosen: readonly Chosen[]): readonly WantedFile[] {
  return chosen
    .flatMap(({ story }) => {
      const wanted = (kind: WantedFile['kind'], path: string, sha256: string, bytes: number): WantedFile => ({
        taskId: story.taskId,
        kind,
        path: `tasks/${story.taskId}/${path}`,
        sha256,
        bytes,
      });
      const packs = story.orders.items.map(({ data }) =>
        wanted('pack', data.file, data.pack_sha256, data.bytes),
      );
      const reviews = latestOutcomes(story).flatMap(({ outcome }) => outcome.review ?? []);
      return [
        ...packs,
        ...reviews.map((review) => wanted('review', review.path, review.sha256, review.bytes)),
      ];
    })
    .filter(({ bytes }) => bytes <= MAX_BYTES)
    .slice(0, MAX_FILES);
}

const MAX_BYTES = 262_144;
const MAX_FILES = 4_000;
