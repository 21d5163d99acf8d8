import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ProblemError } from '#lib/kernel';

/** What the environment may set. Parsed once by `loadConfig`; nothing else reads the environment. */
export interface Config {
  /** Absolute folder for the embedded database, its log and uploads. `DATA_DIR`, default `.data` in the package root. */
  readonly dataDir: string;
  /** TCP port of the API. `PORT`, default 3000; 0 lets the system choose. */
  readonly port: number;
  /** true when `PORT` was set: a taken port is then an error, else the next free one is used. */
  readonly portIsExplicit: boolean;
  /** Address the API listens on. `HOST`, default 127.0.0.1: this machine only. */
  readonly host: string;
  /** `DATABASE_URL`: a PostgreSQL to use in place of the embedded one. */
  readonly databaseUrl?: string;
  /** `REDIS_URL`: a Redis for the queues in place of PostgreSQL. */
  readonly redisUrl?: string;
  /**
   * `WEBHOOK_ALLOW_PRIVATE=1`: partners' addresses may be http and lie in the own network. For trying out on one machine;
   * else a partner could make us call our own services.
   */
  readonly webhookAllowPrivate?: boolean;
  /** `RATE_LIMITS`: requests a minute that differ from the defaults, `bank=1200,failures=30`; 1 to 1,000,000 each. */
  readonly rateLimits?: Readonly<Record<string, number>>;
}

const DEFAULT_PORT = 3000;

/**
 * Reads the configuration; relative folders count from the package root, so that it does not matter where a command is
 * typed. An empty variable counts as unset. Throws ProblemError `config-invalid` naming the variable.
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const port = env['PORT'] ? portOf(env['PORT']) : DEFAULT_PORT;
  return {
    dataDir: path.resolve(packageRoot(), env['DATA_DIR'] || '.data'),
    port,
    portIsExplicit: Boolean(env['PORT']),
    host: env['HOST'] || '127.0.0.1',
    ...(env['DATABASE_URL'] ? { databaseUrl: urlOf('DATABASE_URL', env['DATABASE_URL'], POSTGRES) } : {}),
    ...(env['REDIS_URL'] ? { redisUrl: urlOf('REDIS_URL', env['REDIS_URL'], REDIS) } : {}),
    ...(switchOf('WEBHOOK_ALLOW_PRIVATE', env['WEBHOOK_ALLOW_PRIVATE']) ? { webhookAllowPrivate: true } : {}),
    ...(env['RATE_LIMITS'] ? { rateLimits: ratesOf(env['RATE_LIMITS']) } : {}),
  };
}

const POSTGRES = ['postgres:', 'postgresql:'];
const REDIS = ['redis:', 'rediss:'];

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65535)
    throw invalid(
      'PORT',
      `PORT 应为 0 到 65535 的整数，而不是“${text}”`,
      `PORT must be an integer from 0 to 65535, not "${text}"`,
    );
  return port;
}

/** Exactly `1` switches on: a wish that was misspelt must not pass for either. */
function switchOf(name: string, text: string | undefined): boolean {
  if (text === undefined || text === '' || text === '0') return false;
  if (text === '1') return true;
  throw invalid(name, `${name} 应为 0 或 1`, `${name} must be 0 or 1`);
}

function urlOf(name: string, text: string, schemes: readonly string[]): string {
  // The value may hold a password: the message names the variable and never repeats it.
  if (!URL.canParse(text) || !schemes.includes(new URL(text).protocol))
    throw invalid(
      name,
      `${name} 应为 ${schemes[0]}// 开头的地址`,
      `${name} must be a URL that begins with ${schemes[0]}//`,
    );
  return text;
}

function ratesOf(text: string): Record<string, number> {
  const rates = text.split(',').map((part) => /^([a-z]+)=([1-9]\d{0,5}|1000000)$/.exec(part));
  if (rates.every((rate) => rate !== null))
    return Object.fromEntries(rates.map(([, name, rate]) => [name!, Number(rate)] as const));
  throw invalid(
    'RATE_LIMITS',
    `RATE_LIMITS 应形如 bank=1200,failures=30，而不是“${text}”`,
    `RATE_LIMITS must be like bank=1200,failures=30, not "${text}"`,
  );
}

function invalid(field: string, zh: string, en: string): ProblemError {
  const code = 'config-invalid';
  return new ProblemError({ code, status: 500, zh, en, errors: [{ code, field, zh, en }] });
}

/** The folder of this package's package.json, the same from the sources and from `dist`. */
export function packageRoot(): string {
  return rootAbove(path.dirname(fileURLToPath(import.meta.url)));
}

function rootAbove(folder: string): string {
  if (path.basename(folder) !== 'dist' && fs.existsSync(path.join(folder, 'package.json'))) return folder;
  const parent = path.dirname(folder);
  if (parent === folder) throw new Error('no package.json stands above this file');
  return rootAbove(parent);
}
