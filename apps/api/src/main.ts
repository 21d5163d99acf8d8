import { loadConfig, onStop } from '#lib/platform';
import { openProduct } from '#lib/product';
import { apiOf } from './api-of.ts';

const line = (event: object): void => void process.stderr.write(`${JSON.stringify(event)}\n`);

const config = loadConfig(process.env);
const product = await openProduct(config, { name: 'api', log: (text) => line({ event: 'api', text }) });
const app = await apiOf(product);
await app.listen(config.port, config.host);
line({ event: 'api-ready', url: await app.getUrl(), pid: process.pid });
onStop(async () => {
  await app.close();
  await product.close();
});
