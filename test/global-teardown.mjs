import { removeWithHome } from './global-setup.mjs';

export default async function globalTeardown() {
  const { server, folder } = globalThis.firstmileTestServer;
  await server.close();
  removeWithHome(folder);
}
