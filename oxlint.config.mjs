// The room table: who may import whom, which package lives where. One lint override a row; test/rooms shows each row refusing its canary.

/** Room -> rooms it may import (itself always). */
export const ROOMS = {
  core: [],
  codec: ['core'],
  policy: ['core', 'codec'],
  crypto: ['core'],
  store: ['core', 'codec'],
  engine: ['core', 'codec', 'policy', 'store'],
  service: ['core', 'codec', 'policy', 'store', 'engine'],
  config: ['core', 'codec', 'policy', 'store'],
  import: ['core', 'codec', 'config', 'policy'],
  topology: ['core', 'codec', 'config', 'policy', 'store', 'engine', 'service'],
  'driver/real': ['core', 'codec', 'store'],
  'driver/sim': ['core', 'codec', 'store'],
  analysis: ['core', 'codec', 'policy', 'store', 'config', 'scenario'],
  scenario: ['core', 'codec', 'config', 'topology'],
  report: ['core', 'codec', 'scenario', 'analysis'],
  api: [
    'core',
    'codec',
    'policy',
    'crypto',
    'store',
    'engine',
    'service',
    'config',
    'import',
    'topology',
    'driver/real',
    'driver/sim',
    'analysis',
    'scenario',
    'report',
  ],
  web: [
    'core',
    'codec',
    'policy',
    'crypto',
    'store',
    'engine',
    'service',
    'config',
    'import',
    'topology',
    'driver/sim',
    'analysis',
    'scenario',
    'report',
  ],
  cli: ['core', 'api'],
};

/** Rooms that may touch Node, and the one that has the DOM; all others are pure. */
export const NODE_ROOMS = ['driver/real', 'api', 'cli'];
export const DOM_ROOMS = ['web'];

/** Package -> the rooms that are its home. */
export const PACKAGES = {
  commander: ['cli'],
  pino: ['cli'],
  lmdb: ['driver/real'],
  'prom-client': ['api'],
  'mmdb-lib': ['api'],
  yaml: ['config'],
  zod: ['config'],
  '@noble/hashes': ['crypto'],
  '@noble/curves': ['crypto'],
  'dns-packet': ['cli'],
  dhcp: ['cli'],
  tftp: ['cli'],
  preact: ['web'],
  uplot: ['web'],
};

const escape = (name) => name.replace(/[/.]/g, '\\$&');

/** The import patterns a room may not use, as the lint's own records. */
function refusals(room) {
  const rooms = Object.keys(ROOMS).filter((other) => other !== room && !ROOMS[room].includes(other));
  const patterns = rooms.map((other) => {
    const short = other.startsWith('driver/') ? `(?:driver/)?${escape(other.slice(7))}` : escape(other);
    return {
      regex: `^(?:\\.\\./)+${short}/`,
      message: `${room} may not import ${other} (oxlint.config.mjs)`,
    };
  });
  for (const [name, homes] of Object.entries(PACKAGES)) {
    if (homes.includes(room)) continue;
    patterns.push({ regex: `^${escape(name)}(?:/|$)`, message: `${name} lives in ${homes.join(', ')}` });
  }
  patterns.push({ regex: '^(?:\\.\\./)+index\\.ts$', message: 'index.ts is for those who import headend' });
  if (DOM_ROOMS.includes(room))
    patterns.push({ regex: '^node:', message: `${room} runs in a browser: no Node` });
  else if (!NODE_ROOMS.includes(room))
    patterns.push({ regex: '^node:', message: `${room} is pure: no Node` });
  return patterns;
}

const PURE_GLOBALS = [
  'Date',
  'process',
  'Buffer',
  'console',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'performance',
  'crypto',
  'TextDecoder',
  'TextEncoder',
  'fetch',
  'require',
  'globalThis',
].map((name) => ({ name, message: 'a pure room: time, chance and the world are handed in' }));

/** What would make the viewer ask somebody for something, or run what a packet says. */
const DOM_GLOBALS = [
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
  'EventSource',
  'Worker',
  'eval',
  'Function',
  'Buffer',
  'process',
].map((name) => ({ name, message: 'the viewer asks nobody and runs nothing but itself' }));

function globalsOf(room) {
  if (NODE_ROOMS.includes(room)) return {};
  if (DOM_ROOMS.includes(room)) return { 'eslint/no-restricted-globals': ['error', ...DOM_GLOBALS] };
  return {
    'eslint/no-restricted-globals': ['error', ...PURE_GLOBALS],
    'eslint/no-restricted-properties': [
      'error',
      { object: 'Math', property: 'random', message: 'chance comes from core/random.ts' },
    ],
  };
}

const overrides = Object.keys(ROOMS).map((room) => ({
  files: [`src/${room}/**/*.{ts,tsx}`],
  rules: {
    'eslint/no-restricted-imports': ['error', { patterns: refusals(room) }],
    ...globalsOf(room),
  },
}));

export default {
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise'],
  options: { typeAware: true },
  categories: { correctness: 'error', suspicious: 'error' },
  rules: {
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/no-floating-promises': 'error',
    'eslint/eqeqeq': 'error',
    'eslint/no-console': 'error',
    'eslint/max-lines': ['error', { max: 400 }],
    'eslint/max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    // The compiler's noImplicitReturns knows which switches are exhaustive.
    'typescript/consistent-return': 'off',
    'eslint/no-unmodified-loop-condition': 'off',
    'eslint/no-bitwise': 'off',
    'eslint/no-underscore-dangle': 'off',
    'eslint/no-control-regex': 'off',
    'unicorn/no-array-sort': 'off',
    // Of windows in a browser; what posts messages here is a worker thread.
    'unicorn/require-post-message-target-origin': 'off',
    'unicorn/no-new-array': 'off',
    'unicorn/no-array-reverse': 'off',
    'import/no-unassigned-import': 'off',
    'typescript/no-unsafe-type-assertion': 'off',
  },
  overrides: [
    ...overrides,
    {
      // Typed arrays: `!` only on a read whose index the line above bounds. The files are listed one by one.
      files: [
        'src/core/bytes.ts',
        'src/core/int-map.ts',
        'src/core/mac-runs.ts',
        'src/core/number-rows.ts',
        'src/core/wide-map.ts',
        'src/engine/modem/rest-rows.ts',
        'src/scenario/client-column.ts',
        'src/scenario/leases.ts',
        'src/driver/sim/**/*.ts',
        'src/codec/dns/name.ts',
        'src/codec/dns/name-hash.ts',
        'src/codec/dns/message-writer.ts',
        'src/codec/dns/query.ts',
        'src/codec/dns/frame.ts',
        'src/store/name-table.ts',
        'src/codec/dhcp/message.ts',
        'src/codec/dhcp/writer.ts',
        'src/store/lease-table.ts',
        'src/store/pool.ts',
        'src/store/expiry-queue.ts',
        'src/store/octet-column.ts',
        'src/engine/dhcp/relay.ts',
        'src/codec/dhcp/scan.ts',
      ],
      rules: { 'typescript/no-non-null-assertion': 'off' },
    },
    {
      files: ['test/**/*.ts', 'bench/**/*.ts'],
      rules: {
        'eslint/max-lines-per-function': 'off',
        'typescript/no-non-null-assertion': 'off',
        'typescript/unbound-method': 'off',
      },
    },
    { files: ['*.config.ts', '*.config.mjs'], rules: { 'import/no-default-export': 'off' } },
    {
      files: ['src/cli/**/*.ts', 'scripts/**', 'bench/**/*.ts', 'test/**/*.ts'],
      rules: { 'eslint/no-console': 'off' },
    },
  ],
  ignorePatterns: ['dist', 'out', 'node_modules', 'test/rooms/canaries'],
};
