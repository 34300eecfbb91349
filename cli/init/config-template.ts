/** The `reeve.yaml` that `reeve init` writes: complete, commented, and valid as it stands. */
export function configTemplate(options: { readonly project: string; readonly withExample: boolean }): string {
  return `# yaml-language-server: $schema=.reeve/schemas/config.schema.json
$schema: .reeve/schemas/config.schema.json

# How Reeve works in this repository. Everything is described in docs/configuration.md of Reeve.
# A flag outranks an environment variable (REEVE_PROJECT, …), which outranks this file.

# The project of packs that are dropped straight into workflow/.
project: ${options.project}

# Who does the work. With one worker it is the default; with several, name it: default_worker: fix
${options.withExample ? EXAMPLE_WORKER : NO_WORKER}
# Bounds for every worker and command; a pack may ask for less.
limits:
  runtime_sec: 3600
  silence_sec: 1200
  memory_mb: 4096
  output_mb: 64
  parallel: 2

# When work fails: how often it goes back with a ReworkPack, and what then (escalate to a person, or reject).
retry:
  max_rework_rounds: 1
  on_exhausted: escalate
`;
}

const NO_WORKER = `workers: {}
#  agent:                              # any program: the brief comes on stdin, the working folder is its worktree
#    kind: command
#    command: [my-agent, --print]
#    env: [MY_AGENT_API_KEY]           # passed on; everything else of the environment is kept from it
#  demo:                               # the built-in worker, which plays a written scenario
#    kind: scripted
#    scenario: examples/hello.scenario.json
`;

const EXAMPLE_WORKER = `workers:
  demo:                                # the built-in worker, which plays a written scenario
    kind: scripted
    scenario: examples/hello.scenario.json
#  agent:                              # any program: the brief comes on stdin, the working folder is its worktree
#    kind: command
#    command: [my-agent, --print]
#    env: [MY_AGENT_API_KEY]           # passed on; everything else of the environment is kept from it
`;
