import { toBase64 } from '../../protocol/base64.ts';
import { canonicalJson } from '../../protocol/canonical-json.ts';

/** What is signed about an archive: an in-toto Statement v1 (github.com/in-toto/attestation). */
export interface ArchiveStatement {
  readonly _type: 'https://in-toto.io/Statement/v1';
  readonly predicateType: 'urn:reeve:archive:v1';
  readonly predicate: ArchivePredicate;
  readonly subject: readonly StatementSubject[];
}

/** What an archive is an archive of. */
export interface ArchivePredicate {
  readonly archive_format: 1;
  readonly project_id: string;
  readonly log_id: string;
  /** The checkpoint in the archive. */
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  readonly reeve_version: string;
  /** RFC 3339 time of the last event. */
  readonly time: string;
}

/** A file of the archive, by its path below the top folder, or a commit, by its branch. */
export interface StatementSubject {
  readonly name: string;
  readonly digest: Readonly<Record<string, string>>;
}

/** The type of what the envelope holds. */
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';

export const PREDICATE_TYPE = 'urn:reeve:archive:v1';

/** Writes a DSSE envelope (github.com/secure-systems-lab/dsse, envelope.md): canonical JSON and a newline. */
export function formatEnvelope(
  body: string,
  signature: { readonly keyid: string; readonly sig: string },
): string {
  const payload = toBase64(new TextEncoder().encode(body));
  return `${canonicalJson({ payload, payloadType: PAYLOAD_TYPE, signatures: [signature] })}\n`;
}
