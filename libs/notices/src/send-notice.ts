import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { checkAddress, type AddressRules, type CheckedAddress, type HostAddress } from './webhook-address.ts';

/** How long a partner has to answer, name, connection and TLS included. */
export const ANSWER_WITHIN_MS = 10_000;

export interface Outgoing {
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The partner's status, or why there is none: a fault of the address, `timeout`, or the system's code such as `econnrefused`. */
export type Sent =
  | { readonly status: number; readonly fault: null }
  | { readonly status: null; readonly fault: string };

export type SendNotice = (outgoing: Outgoing) => Promise<Sent>;

export interface SenderOptions extends AddressRules {
  readonly answerWithinMs?: number;
  /** Certificates to trust in place of the system's. */
  readonly ca?: string;
}

export const isDelivered = ({ status }: Pick<Sent, 'status'>): boolean =>
  status !== null && status >= 200 && status < 300;

/**
 * POSTs to the address as it is checked at this moment, over a connection of its own; follows no redirect and reads no
 * answer past its status. Never rejects.
 */
export const noticeSender =
  (options: SenderOptions): SendNotice =>
  async (outgoing) => {
    const deadline = AbortSignal.timeout(options.answerWithinMs ?? ANSWER_WITHIN_MS);
    try {
      const checked = await before(deadline, checkAddress(outgoing.address, options));
      if (!checked.ok) return { status: null, fault: checked.problem.code };
      return { status: await post(checked.value, outgoing, deadline, options.ca), fault: null };
    } catch (error) {
      return { status: null, fault: deadline.aborted ? 'timeout' : faultOf(error) };
    }
  };

function faultOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code.toLowerCase().replaceAll('_', '-') : 'failed';
}

/** Resolving a name cannot be called off, only not waited for. */
function before<T>(deadline: AbortSignal, work: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    deadline.addEventListener('abort', () => reject(deadline.reason as Error), { once: true });
  });
  return Promise.race([work, late]);
}

function post(
  { url, addresses }: CheckedAddress,
  { headers, text }: Outgoing,
  signal: AbortSignal,
  ca: string | undefined,
): Promise<number> {
  const body = Buffer.from(text);
  const options: https.RequestOptions = {
    method: 'POST',
    agent: false,
    signal,
    lookup: pinned(addresses),
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca }),
    headers: {
      ...headers,
      'Content-Type': 'application/json',
      'Content-Length': body.length,
      'User-Agent': 'Firstmile',
    },
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).request(url, options, (response) => {
      resolve(response.statusCode!);
      response.destroy();
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** The connection goes where the check looked, and asks nobody again. */
const pinned =
  (addresses: readonly HostAddress[]): LookupFunction =>
  (_host, { all }, callback) => {
    if (all) callback(null, [...addresses]);
    else callback(null, addresses[0]!.address, addresses[0]!.family);
  };
