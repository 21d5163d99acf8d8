import { Background, type Bell, type Product } from '#lib/product';

/** Listens for rings and sweeps. Each bell calls one function of a lib; state and failures are in the database. */
export function startWorker(
  product: Product,
  log: (event: string, error: unknown) => void,
  bells?: readonly Bell[],
): Background {
  const background = new Background(product, log);
  background.start(bells);
  return background;
}
