import { createHash, type Hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ProblemError } from '#lib/kernel';
import { TOUCH_MS, type IdempotencyStore, type StoredAnswer } from '#lib/access';
import { principalOf, type ApiReply, type ApiRequest } from './api-request.ts';
import { tooLarge, UPLOAD_LIMIT_BYTES } from './bodies.ts';

const KEY = /^[\x21-\x7e]{1,200}$/;

/** `kept` stands in the store for a body that is shown once only: a repeat gets it in the body's place. */
export interface OnceAnswer extends StoredAnswer {
  readonly kept?: object;
}

/** POSTs with an Idempotency-Key: the same request again gets the same answer for 24 hours, and is not done again. */
@Injectable()
export class IdempotentPosts {
  constructor(private readonly store: IdempotencyStore) {}

  /** Of a JSON body. Throws idempotency-conflict 422, idempotency-in-progress 409. */
  async once(request: ApiRequest, reply: ApiReply, work: () => Promise<OnceAnswer>): Promise<object> {
    const key = keyOf(request);
    if (key === undefined) return answer(reply, await work());
    const hash = requestHash(request).update(JSON.stringify(request.body ?? null));
    return answer(reply, await this.keyed(request, key, work, async () => hash.digest()));
  }

  /**
   * Of a JSON body, where a member of the answer is a secret that is shown once: it is not kept, so the same request again
   * is not done again and not answered again. Throws also key-already-issued 409 with what was kept.
   */
  async onceShown(
    request: ApiRequest,
    reply: ApiReply,
    secret: string,
    work: () => Promise<StoredAnswer>,
  ): Promise<object> {
    let shown: StoredAnswer | undefined;
    const withoutSecret = async (): Promise<StoredAnswer> => {
      shown = await work();
      const kept = Object.entries(shown.body).filter(([name]) => name !== secret);
      return { ...shown, body: Object.fromEntries(kept) };
    };
    const key = keyOf(request);
    if (key === undefined) return answer(reply, await work());
    const hash = requestHash(request).update(JSON.stringify(request.body ?? null));
    const kept = await this.keyed(request, key, withoutSecret, async () => hash.digest());
    if (shown === undefined) throw alreadyIssued(kept.body);
    return answer(reply, shown);
  }

  /** Of a streamed body: the request is known when its last byte is in. A repeat is read, compared and not received again. */
  async onceStreamed(
    request: ApiRequest,
    reply: ApiReply,
    work: (body: AsyncIterable<Buffer>) => Promise<StoredAnswer>,
  ): Promise<object> {
    const key = keyOf(request);
    const hash = requestHash(request);
    // A request without a body has none to stream: the server then calls no parser.
    const sent = (request.body ?? []) as AsyncIterable<Buffer> | readonly Buffer[];
    const body = bounded(sent, key === undefined ? undefined : hash);
    if (key === undefined) return answer(reply, await work(body));
    const drained = async (): Promise<Buffer> => {
      for await (const _ of body); // what `work` did not read still belongs to the hash
      return hash.digest();
    };
    return answer(reply, await this.keyed(request, key, () => work(body), drained));
  }

  private async keyed(
    request: ApiRequest,
    key: string,
    work: () => Promise<OnceAnswer>,
    hashOf: () => Promise<Buffer>,
  ): Promise<StoredAnswer> {
    const { personId } = principalOf(request);
    const held = await this.store.reserve(personId, key);
    if (held.kind === 'answered') {
      if (!held.requestHash.equals(await hashOf())) throw conflict();
      return held.answer;
    }
    const touch = setInterval(
      () => void this.store.touch(personId, key, held.attempt).catch(() => undefined),
      TOUCH_MS,
    ).unref();
    try {
      const done = await work();
      const stored = { ...done, body: done.kept ?? done.body };
      await this.store.complete(personId, key, held.attempt, await hashOf(), stored);
      return done;
    } catch (error) {
      await this.store.release(personId, key, held.attempt);
      throw error;
    } finally {
      clearInterval(touch);
    }
  }
}

/** Status and Location of the answer; returns its body. */
function answer(reply: ApiReply, { status, location, body }: StoredAnswer): object {
  reply.status(status);
  if (location !== null) reply.header('location', location);
  return body;
}

const requestHash = (request: ApiRequest): Hash => createHash('sha256').update(`${request.method} ${request.url}\n`);

async function* bounded(
  body: AsyncIterable<Buffer> | readonly Buffer[],
  hash: Hash | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > UPLOAD_LIMIT_BYTES) throw tooLarge(UPLOAD_LIMIT_BYTES);
    hash?.update(chunk);
    yield chunk;
  }
}

function keyOf(request: ApiRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && KEY.test(key)) return key;
  throw atHeader(
    'idempotency-key-invalid',
    400,
    '应为1至200个可见ASCII字符',
    '1 to 200 visible ASCII characters are expected',
  );
}

const alreadyIssued = (extra: object): ProblemError =>
  new ProblemError({
    code: 'key-already-issued',
    status: 409,
    zh: '同一请求已签发密钥，密钥只显示一次且不保存',
    en: 'the same request has made a key already; it was shown once and is not kept',
    extra: { issued: extra },
  });

const conflict = (): ProblemError =>
  atHeader(
    'idempotency-conflict',
    422,
    '相同 Idempotency-Key 的请求内容不同',
    'this Idempotency-Key was sent with another request',
  );

function atHeader(code: string, status: number, zh: string, en: string): ProblemError {
  return new ProblemError({ code, status, zh, en, errors: [{ header: 'Idempotency-Key', code, zh, en }] });
}
