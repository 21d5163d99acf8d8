import { HOUSE, type Principal } from '#lib/access';
import type { Clock } from '#lib/kernel';
import { deliverNotices, noticeSender, resolveBySystem, type DeliveryParts } from '#lib/notices';
import { openTestProduct, type TestProduct } from '../kit/database.ts';

/** Two banks on a product that may send to this machine. */
export interface Partners {
  readonly product: TestProduct;
  readonly a: Principal;
  readonly b: Principal;
  /** Adds a notice to a partner's sequence; resolves to its number. */
  publish(to: Principal, type?: string, body?: Readonly<Record<string, unknown>>): Promise<number>;
  /** What the worker does at each look. */
  deliver(more?: Partial<DeliveryParts>): Promise<number>;
  close(): Promise<void>;
}

export const PRIVATE = { allowPrivate: true, resolve: resolveBySystem } as const;

export async function openPartners(clock: Clock): Promise<Partners> {
  const product = await openTestProduct(clock, undefined, undefined, { webhookAllowPrivate: true });
  const bank = async (code: string): Promise<Principal> => {
    const { institutionId } = await product.access.createInstitution({ kind: 'bank', code, zh: code, en: code });
    const { personId } = await product.access.createPerson({ institutionId, handle: `officer-${code}`, name: '甲' });
    return { personId, institutionId, kind: 'bank', keyId: personId, scopes: ['partner:notices'] };
  };
  return {
    product,
    a: await bank('bank-a'),
    b: await bank('bank-b'),
    publish: ({ institutionId }, type = 'dispute.marked.v1', body = {}) =>
      product.db.as(HOUSE, (tx) =>
        product.notices.publish(tx, { institutionId, type, aggregate: 'test', body, at: clock.now() }),
      ),
    deliver: (more) =>
      deliverNotices(product.db, {
        clock,
        box: product.secretBox,
        send: noticeSender({ ...PRIVATE }),
        ...more,
      }),
    close: () => product.close(),
  };
}
