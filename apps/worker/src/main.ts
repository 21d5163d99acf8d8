import 'reflect-metadata';
import { loadConfig, onStop } from '#lib/platform';
import { openProduct } from '#lib/product';
import { startWorker } from './start-worker.ts';

const line = (event: object): void => void process.stderr.write(`${JSON.stringify(event)}\n`);

const product = await openProduct(loadConfig(process.env), {
  name: 'worker',
  log: (text) => line({ event: 'worker', text }),
});
const background = startWorker(product, (event, error) =>
  line({ event, error: error instanceof Error ? error.stack : String(error) }),
);
line({ event: 'worker-ready', pid: process.pid });
onStop(async () => {
  await background.stop();
  await product.close();
});
