import { sha256Hex } from '../digest.ts';
import type { StepPack, StepPackDocument } from '../generated/types.ts';
import { validateStepPackDocument } from '../generated/validators.js';
import { isObject } from '../lenient-object.ts';
import type { Parsed } from '../problem.ts';
import { schemaProblems } from '../schema-problems.ts';
import { parseStrictJson } from '../strict-json.ts';
import type { JsonLimits } from '../strict-json.ts';
import { readAcceptance } from './acceptance.ts';
import { readAnnotations } from './annotations.ts';
import { readCommands } from './commands.ts';
import { readIdentity } from './identity.ts';
import { createPackSource } from './pack-source.ts';
import { toProseList } from './prose.ts';
import { readRuntimePolicy } from './runtime-policy.ts';
import { readScope } from './scope.ts';

/**
 * Parses a StepPack and normalises it to its one canonical shape.
 *
 * Every problem is reported at once, with a pointer into the document as it was written. Normalising a canonical pack
 * gives it again. Aliases, defaults and checks are described in `docs/protocol.md`.
 */
export function parseStepPack(bytes: Uint8Array, limits?: Partial<JsonLimits>): Parsed<StepPack> {
  const parsed = parseStrictJson(bytes, limits);
  return parsed.ok ? normaliseStepPack(parsed.value, sha256Hex(bytes)) : parsed;
}

/**
 * Normalises a parsed StepPack document.
 *
 * @param sha256 digest of the document's bytes; a run id that is not given is made of it
 */
export function normaliseStepPack(value: unknown, sha256: string): Parsed<StepPack> {
  validateStepPackDocument(value);
  const refused = schemaProblems(validateStepPackDocument.errors, 'StepPackDocument');
  if (!isObject(value)) return { ok: false, problems: refused, warnings: [] };
  const document = value as unknown as StepPackDocument;
  const source = createPackSource(document, refused);
  const commands = readCommands(source);
  const pack: StepPack = {
    task_kind: 'step',
    step_pack_version: document.step_pack_version ?? '1.0',
    ...readIdentity(source, sha256),
    scope: readScope(source),
    commands: { allowed: commands.allowed, required: commands.required.value ?? [] },
    acceptance: readAcceptance(source, commands.required),
    runtime_policy: readRuntimePolicy(source),
    worker: document.worker ?? null,
    closes_task: document.closes_task ?? true,
    depends_on: document.depends_on ?? [],
    priority: document.priority ?? 0,
    risk: document.risk ?? null,
    backend: document.backend ?? null,
    phase: document.phase ?? null,
    controller_role: document.controller_role ?? null,
    evidence_requirement: document.evidence_requirement ?? null,
    preconditions: toProseList(document.preconditions),
    expected_outputs: toProseList(document.expected_outputs),
    allowed_actions: toProseList(document.allowed_actions),
    context: document.context ?? {},
    annotations: readAnnotations(source),
  };
  const { problems, warnings } = source;
  return problems.length > 0 ? { ok: false, problems, warnings } : { ok: true, value: pack, warnings };
}
