import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, type JsonValue } from '../../protocol/canonical-json.ts';
import { sha256Hex } from '../../protocol/digest.ts';
import type { Artifact } from '../../protocol/generated/types.ts';
import type { Config } from '../config/config.ts';
import type { WorkerProfile } from '../ports/worker.ts';
import { writeFileDurably } from './durable-file.ts';

/**
 * Keeps the rules that a daemon works by, as `policy/<sha256>.json` of a project: an auditor reads there what was
 * allowed. Rules that were in force before have their file already.
 */
export async function keepRules(projectFolder: string, config: Config): Promise<Artifact> {
  const text = `${canonicalJson(rulesOf(config))}\n`;
  const sha256 = sha256Hex(text);
  const path = `policy/${sha256}.json`;
  const file = join(projectFolder, path);
  if (!existsSync(file)) await writeFileDurably(file, text);
  return { path, sha256, bytes: Buffer.byteLength(text) };
}

function rulesOf(config: Config): JsonValue {
  const { limits, parallel, retry, interpreters, defaultWorker } = config;
  const workers = [...config.workers].map(([name, worker]) => [name, ruleOf(worker)] as const);
  return {
    v: 1,
    limits: { ...limits, parallel },
    retry: { ...retry },
    interpreters: { ...interpreters },
    default_worker: defaultWorker,
    workers: Object.fromEntries(workers),
  };
}

/** Threat: the values of its environment are secrets; only the names are kept. */
function ruleOf(worker: WorkerProfile): JsonValue {
  const { kind, env } = worker;
  return worker.kind === 'command'
    ? { kind, command: [...worker.command], env: [...env] }
    : { kind, scenario: worker.scenario, env: [...env] };
}
