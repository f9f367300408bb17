/** The fuzzer: schemathesis, pinned, in a Python environment of its own. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inheritedEnv } from '../support/inherited-env.js';

const root = join(import.meta.dirname, '../..');
const folder = join(root, '.cache/fuzz');
const requirements = join(import.meta.dirname, 'requirements.txt');
const installed = join(folder, 'requirements.txt');
const python = join(folder, 'venv/bin/python');

function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = spawn(command, args, { stdio: 'inherit', ...options });
    started.once('error', reject);
    started.once('exit', (code) => resolve(code ?? 1));
  });
}

/** Installs the fuzzer unless this very version is there. */
export async function installFuzzer(): Promise<void> {
  const wanted = await readFile(requirements, 'utf8');
  if (existsSync(installed) && (await readFile(installed, 'utf8')) === wanted) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const steps = [
    ['python3', '-m', 'venv', join(folder, 'venv')],
    [python, '-m', 'pip', 'install', '--quiet', '--requirement', requirements],
  ] as const;
  for (const [command, ...args] of steps) {
    if ((await run(command, args)) !== 0) throw new Error(`failed: ${command} ${args.join(' ')}`);
  }
  await writeFile(installed, wanted);
}

/** One run over the API document. */
export interface FuzzPass {
  readonly gatewayUrl: string;
  /** For each way in that the document names, what the fuzzer presents. */
  readonly ways: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What signs events, the contact centre's and a platform's, and what vouches for customers. */
  readonly secrets: {
    readonly events: string;
    readonly platform: string;
    readonly identity: string;
  };
  /** What the parts of paths are, by their name; everything else is made up. */
  readonly parts: Readonly<Record<string, string>>;
  /** Which operations, as the fuzzer's own options. */
  readonly filters: readonly string[];
  readonly examples: number;
  readonly seed: number;
}

/** Writes a table of TOML whose values are strings. */
function toTable(name: string, values: Readonly<Record<string, string>>): string {
  const lines = Object.entries(values).map(
    ([key, value]) => `${JSON.stringify(key)} = ${JSON.stringify(value)}`,
  );
  return [`[${name}]`, ...lines, ''].join('\n');
}

/** Says whether every answer was as the document says, and none a failure of the server's. */
export async function fuzz(pass: FuzzPass): Promise<boolean> {
  const cwd = await mkdtemp(join(tmpdir(), 'isthmus-fuzz-'));
  const config = [
    `hooks = ${JSON.stringify(join(import.meta.dirname, 'hooks.py'))}`,
    ...Object.entries(pass.ways).map(([name, way]) => toTable(`auth.openapi.${name}`, way)),
    toTable(
      'parameters',
      Object.fromEntries(Object.entries(pass.parts).map(([name, part]) => [`path.${name}`, part])),
    ),
  ];
  await writeFile(join(cwd, 'schemathesis.toml'), config.join('\n'));
  try {
    const code = await run(
      python,
      [
        '-m',
        'schemathesis.cli',
        'run',
        `${pass.gatewayUrl}/openapi.json`,
        '--phases=examples,coverage,fuzzing',
        '--checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance',
        `--max-examples=${pass.examples}`,
        `--seed=${pass.seed}`,
        '--max-redirects=0',
        '--request-timeout=20',
        '--generation-database=none',
        '--suppress-health-check=all',
        '--continue-on-failure',
        '--no-color',
        ...pass.filters,
      ],
      {
        cwd,
        env: {
          ...inheritedEnv,
          FUZZ_EVENTS_SECRET: pass.secrets.events,
          FUZZ_PLATFORM_SECRET: pass.secrets.platform,
          FUZZ_IDENTITY_SECRET: pass.secrets.identity,
        },
      },
    );
    return code === 0;
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}
