import type { Feed, SourceDefinition } from './source.ts';
import { SOURCES } from './sources/index.ts';

/** Where a feed comes from. */
export interface FeedOrigin {
  readonly source: SourceDefinition;
  /** Picks the feed's records where its source has several feeds. */
  readonly owns?: (payload: object) => boolean;
  readonly perFirm: boolean;
}

/** Every feed that a source here delivers; several layouts may prove one feed, and the first of them speaks for it. */
export const FEEDS: ReadonlyMap<Feed, FeedOrigin> = new Map(
  SOURCES.flatMap((source) =>
    [...source.layouts].reverse().map((layout): [Feed, FeedOrigin] => [
      layout.feed,
      {
        source,
        perFirm: layout.perFirm === true,
        ...(layout.owns ? { owns: (payload: object) => layout.owns!(payload) } : {}),
      },
    ]),
  ),
);
