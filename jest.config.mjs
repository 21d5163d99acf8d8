/** @type {import('@swc/core').Options} */
const swc = {
  swcrc: false,
  sourceMaps: 'inline',
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    keepClassNames: true,
  },
};

const swcJs = { swcrc: false, sourceMaps: false, jsc: { target: 'es2023', parser: { syntax: 'ecmascript' } } };

/** @type {import('jest').Config} */
export default {
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test', '<rootDir>/tools'],
  testEnvironment: 'node',
  // A bound on what hangs, not on what is slow: a busy machine must not fail a test, nor a property in its full size.
  testTimeout: process.env.FIRSTMILE_LONG ? 1_800_000 : 120_000,
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  testMatch: ['**/*.spec.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', swc],
    '/node_modules/.+\\.m?js$': ['<rootDir>/test/esm-to-cjs.cjs', swcJs],
  },
  transformIgnorePatterns: [],
  setupFiles: ['reflect-metadata'],
  testSequencer: '<rootDir>/test/heaviest-first.mjs',
  globalSetup: '<rootDir>/test/global-setup.mjs',
  globalTeardown: '<rootDir>/test/global-teardown.mjs',
};
