import { callbackSignature } from '#lib/financing';
import type { Reply, TestApi } from '../api/api-kit.ts';

/** A partner's machine: reports events signed, each affair in its own sequence. */
export class SigningPartner {
  private readonly sequences = new Map<string, number>();
  private nonces = 0;

  private constructor(
    private readonly api: TestApi,
    private readonly key: string,
    private readonly signing: { readonly keyId: string; readonly secret: string },
    private readonly type: string,
  ) {}

  /** `key` opens partner:callbacks. */
  static async open(api: TestApi, key: string, type: string): Promise<SigningPartner> {
    const { body } = await api.post('/partner/v1/callback-keys', { key });
    return new SigningPartner(api, key, { keyId: body['keyId'], secret: body['secret'] }, type);
  }

  /** The next event of an affair. */
  async report(
    externalId: string,
    dealId: string,
    event: string,
    detail: object = {},
    more: { readonly type?: string; readonly seq?: number; readonly nonce?: string } = {},
  ): Promise<Reply> {
    const seq = more.seq ?? (this.sequences.get(externalId) ?? 0) + 1;
    const reply = await this.send({ type: more.type ?? this.type, externalId, seq, dealId, event, detail }, more.nonce);
    if (reply.status === 200 && reply.body['state'] === 'applied') this.sequences.set(externalId, seq);
    return reply;
  }

  send(callback: object, nonce = `nonce-${String((this.nonces += 1)).padStart(8, '0')}`): Promise<Reply> {
    const bytes = Buffer.from(JSON.stringify(callback));
    const timestamp = String(Math.floor(this.api.clock.now().getTime() / 1000));
    const headers = {
      'content-type': 'application/json',
      'x-firstmile-key': this.signing.keyId,
      'x-firstmile-timestamp': timestamp,
      'x-firstmile-nonce': nonce,
      'x-firstmile-signature': callbackSignature(this.signing.secret, timestamp, nonce, bytes),
    };
    return this.api.post('/partner/v1/callbacks', { key: this.key, body: bytes, headers });
  }
}
