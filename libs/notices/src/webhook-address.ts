import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { done, refused, type Outcome } from '#lib/kernel';
import { isPublicAddress } from './public-address.ts';

export interface HostAddress {
  readonly address: string;
  readonly family: number;
}

export type Resolve = (host: string) => Promise<readonly HostAddress[]>;

/** As the system resolves names, all addresses in its order. */
export const resolveBySystem: Resolve = (host) => lookup(host, { all: true, verbatim: true });

export interface AddressRules {
  /** `WEBHOOK_ALLOW_PRIVATE`: also http and addresses of the own network. For trying out; never where others' partners are. */
  readonly allowPrivate: boolean;
  readonly resolve: Resolve;
}

/** Where to connect: to these addresses and no others, whatever the name resolves to a moment later. */
export interface CheckedAddress {
  readonly url: URL;
  readonly addresses: readonly HostAddress[];
}

export type AddressFaultCode = 'url-malformed' | 'not-https' | 'credentials' | 'port' | 'unresolved' | 'not-public';

export interface AddressFault {
  readonly code: AddressFaultCode;
  readonly zh: string;
  readonly en: string;
}

const FAULTS: Readonly<Record<AddressFaultCode, Omit<AddressFault, 'code'>>> = {
  'url-malformed': { zh: '不是有效的网址', en: 'not a URL' },
  'not-https': { zh: '只接受 https 地址', en: 'only https is taken' },
  credentials: { zh: '地址中不得含用户名或密码', en: 'an address carries no user and no password' },
  port: { zh: '端口应为 443 或 1024 以上', en: 'the port is 443, or 1024 or above' },
  unresolved: { zh: '域名无法解析', en: 'the name does not resolve' },
  'not-public': { zh: '地址指向非公网', en: 'the address does not lie in the public network' },
};

const fault = (code: AddressFaultCode): Outcome<never, AddressFault> => refused({ code, ...FAULTS[code] });

/** The form alone; the host is not asked for. */
function parse(text: string, allowPrivate: boolean): Outcome<URL, AddressFault> {
  if (!URL.canParse(text)) return fault('url-malformed');
  const url = new URL(text);
  const plain = allowPrivate && url.protocol === 'http:';
  if (url.protocol !== 'https:' && !plain) return fault('not-https');
  if (url.username !== '' || url.password !== '') return fault('credentials');
  const port = url.port === '' ? (plain ? 80 : 443) : Number(url.port);
  if (port !== 443 && port < 1024) return fault('port');
  return done(url);
}

/**
 * Where a partner's address leads now (SSRF 防护). One address outside the public network refuses them all: a name that
 * answers with both is a name that changes its answer.
 */
export async function checkAddress(text: string, rules: AddressRules): Promise<Outcome<CheckedAddress, AddressFault>> {
  const parsed = parse(text, rules.allowPrivate);
  if (!parsed.ok) return parsed;
  const url = parsed.value;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(host);
  const addresses = family === 0 ? await resolved(host, rules.resolve) : [{ address: host, family }];
  if (addresses.length === 0) return fault('unresolved');
  if (!rules.allowPrivate && !addresses.every(({ address }) => isPublicAddress(address))) return fault('not-public');
  return done({ url, addresses });
}

async function resolved(host: string, resolve: Resolve): Promise<readonly HostAddress[]> {
  try {
    return await resolve(host);
  } catch {
    return [];
  }
}
