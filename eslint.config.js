import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import { importDirection } from './scripts/lint/import-direction.js';
import { plainInterpreters } from './scripts/lint/plain-interpreters.js';
import { shortFiles } from './scripts/lint/short-files.js';

const project = {
  rules: {
    'import-direction': importDirection,
    'plain-interpreters': plainInterpreters,
    'short-files': shortFiles,
  },
};

export default defineConfig(
  {
    ignores: [
      'dist/',
      '.lanes/',
      '.types/',
      'node_modules/',
      'public/',
      'test-results/',
      'playwright-report/',
      'coverage/',
    ],
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [js.configs.recommended, tseslint.configs.recommended],
    languageOptions: {
      parserOptions: { project: 'tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    plugins: { project },
    rules: {
      'project/import-direction': 'error',
      'project/plain-interpreters': 'error',
      'project/short-files': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
      // tsc checks both, and knows types and globals.
      'no-undef': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['src/app/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    // Not the whole preset: its other rules serve the React compiler, which is not used, and forbid canvas painters.
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'JSXText[value=/\\\\u[0-9a-f]{4}/i]',
          message: 'JSX text has no escapes: the backslash would be shown. Write the character.',
        },
      ],
    },
  },
  { files: ['cli/**', 'bench/**', 'scripts/**'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.{js,mjs}'],
    extends: [js.configs.recommended],
    plugins: { project },
    rules: { 'project/short-files': 'error' },
    languageOptions: {
      globals: {
        console: 'readonly',
        process: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        Buffer: 'readonly',
      },
    },
  },
);
