import { canonicalJson } from '../../../protocol/canonical-json.ts';
import { sha256Hex } from '../../../protocol/digest.ts';
import {
  formatEnvelope,
  PAYLOAD_TYPE,
  PREDICATE_TYPE,
  STATEMENT_TYPE,
  type ArchiveStatement,
  type StatementSubject,
} from '../attestation.ts';
import { BAG, type BagDigest } from '../bag-files.ts';
import { CHECKPOINT } from '../project-layout.ts';
import type { AcceptedWork } from './accepted-work.ts';
import type { ArchiveSigner, SealedLog } from './seal-log.ts';
import type { Survey } from './survey-project.ts';

/** What the statement is about, besides the survey. */
export interface AttestationFacts {
  readonly projectId: string;
  readonly reeveVersion: string;
  /** Every file beside the payload that was written before, its manifest among them. */
  readonly tags: readonly BagDigest[];
  readonly accepted: readonly AcceptedWork[];
}

/** Writes the signed statement about an archive: a DSSE envelope, its newline included. */
export function writeAttestation(
  signer: Pick<ArchiveSigner, 'signAttestation'>,
  survey: Survey,
  sealed: SealedLog,
  facts: AttestationFacts,
): string {
  const { origin, size, root } = sealed.checkpoint;
  const statement: ArchiveStatement = {
    _type: STATEMENT_TYPE,
    predicateType: PREDICATE_TYPE,
    predicate: {
      archive_format: 1,
      project_id: facts.projectId,
      log_id: survey.project.log_id,
      origin,
      size,
      root,
      reeve_version: facts.reeveVersion,
      time: survey.project.time,
    },
    subject: [
      ...facts.tags.map((tag) => toSubject(tag.path, tag)),
      toSubject(BAG.payload + CHECKPOINT, { sha256: sha256Hex(sealed.text) }),
      ...listWork(survey, facts.accepted),
    ],
  };
  const body = canonicalJson(statement);
  return formatEnvelope(body, signer.signAttestation(PAYLOAD_TYPE, body));
}

/** A patch that is withheld, or was never kept, is not named; its commit is. */
function listWork(survey: Survey, accepted: readonly AcceptedWork[]): readonly StatementSubject[] {
  const wanted = new Set(accepted.map(({ task_id, patch }) => `tasks/${task_id}/${patch?.path ?? ''}`));
  const names = new Map(
    survey.plan.files.flatMap(({ path, spelled }) => (wanted.has(path) ? [[path, spelled]] : [])),
  );
  return accepted.flatMap(({ task_id, branch, commit, patch }) => {
    const spelled = names.get(`tasks/${task_id}/${patch?.path ?? ''}`);
    const file = spelled === undefined || patch === null ? [] : [toSubject(BAG.payload + spelled, patch)];
    return [...file, { name: `${task_id} on ${branch}`, digest: { gitCommit: commit } }];
  });
}

function toSubject(name: string, { sha256 }: { readonly sha256: string }): StatementSubject {
  return { name, digest: { sha256 } };
}
