import { Readable } from 'node:stream';
import type { DeliveryManifest, DeliveryView } from '#lib/ledger';
import type { TestProduct } from './database.ts';

export interface Given {
  readonly source: string;
  readonly layout?: string;
  readonly fileName?: string;
  readonly body: string | Buffer;
  readonly manifest?: DeliveryManifest;
}

/** Delivers a file and works it off. The product's clock says when. */
export async function deliver(product: TestProduct, given: Given): Promise<DeliveryView & { noop: boolean }> {
  const received = await product.deliveries.receive({
    source: given.source,
    ...(given.layout === undefined ? {} : { layout: given.layout }),
    fileName: given.fileName ?? 'test.csv',
    body: Readable.from([Buffer.from(given.body)]),
    ...(given.manifest === undefined ? {} : { manifest: given.manifest }),
    receivedBy: product.person,
    clock: product.clock,
  });
  const delivery = received.noop
    ? await product.deliveries.get(received.deliveryId)
    : await product.intake.process(received.deliveryId);
  return { ...delivery, noop: received.noop };
}
