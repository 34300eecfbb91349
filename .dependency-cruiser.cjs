/**
 * The direction of imports, as docs/architecture.md draws it:
 *
 *   schemas → protocol → daemon/domain → daemon/ports → adapters → daemon/runtime → edges (http, cli)
 *
 * Read the arrow as "may be imported by". Type-only imports count.
 */
const ADAPTERS = ['ledger', 'archive', 'inbox', 'workspace', 'workers', 'review', 'signing', 'anchors'];
const EDGES = '^(daemon/http|cli)/';
const ENTRIES =
  '^(cli/main|cli/prove/(drill-worker|drilled-daemon)|protocol/index|daemon/workers/scripted-program|daemon/workspace/git-host-program|daemon/ledger/verify-worker)\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or miss a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'protocol-stands-alone',
      comment: 'An auditor imports the protocol without the daemon.',
      severity: 'error',
      from: { path: '^protocol/' },
      to: { path: '^(daemon|cli|scripts|tests)/' },
    },
    {
      name: 'domain-knows-only-the-protocol',
      severity: 'error',
      from: { path: '^daemon/domain/' },
      to: { path: '^(daemon|cli|scripts|tests)/', pathNot: '^daemon/domain/' },
    },
    {
      name: 'pure-folders-touch-no-machine',
      comment: 'No clock, no file, no process: what is pure can be replayed anywhere.',
      severity: 'error',
      from: { path: '^(protocol|daemon/domain)/', pathNot: '^protocol/(digest|ed25519)\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'digests-and-signatures-touch-only-crypto',
      severity: 'error',
      from: { path: '^protocol/(digest|ed25519)\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'ports-know-only-the-core',
      severity: 'error',
      from: { path: '^daemon/ports/' },
      to: { path: '^(daemon|cli|scripts|tests)/', pathNot: '^daemon/(ports|domain)/' },
    },
    {
      name: 'config-knows-no-machinery',
      comment: 'Settings are read before anything that uses them exists.',
      severity: 'error',
      from: { path: '^daemon/config/' },
      to: { path: '^(daemon|cli|scripts|tests)/', pathNot: '^daemon/(config|ports|domain)/' },
    },
    ...ADAPTERS.map((adapter) => ({
      name: `${adapter}-is-an-adapter`,
      comment: 'Adapters implement ports; they know neither each other nor who uses them.',
      severity: 'error',
      from: { path: `^daemon/${adapter}/` },
      to: { path: '^(daemon|cli|scripts|tests)/', pathNot: `^daemon/(${adapter}|ports|domain)/` },
    })),
    {
      name: 'runtime-knows-no-edge',
      severity: 'error',
      from: { path: '^daemon/runtime/' },
      to: { path: `${EDGES}|^(scripts|tests)/` },
    },
    {
      name: 'edges-know-not-each-other',
      comment: 'The CLI speaks HTTP to a running daemon; only the composition root may join them.',
      severity: 'error',
      from: { path: '^daemon/http/' },
      to: { path: '^(cli|scripts|tests)/' },
    },
    {
      name: 'product-needs-no-development-file',
      severity: 'error',
      from: { path: '^(daemon|cli)/' },
      to: { path: '^(scripts|tests)/' },
    },
    {
      name: 'entries-are-imported-by-nothing',
      severity: 'error',
      from: { path: '^(protocol|daemon|cli)/' },
      to: { path: ENTRIES },
    },
    {
      name: 'no-development-package',
      comment: 'A user installs the dependencies only.',
      severity: 'error',
      from: { path: '^(protocol|daemon|cli)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
