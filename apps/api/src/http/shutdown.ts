import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';

/** Tells what streams without end that the server is leaving: else closing would wait for them. */
@Injectable()
export class Shutdown implements BeforeApplicationShutdown {
  private readonly leaving = new AbortController();
  readonly signal = this.leaving.signal;

  beforeApplicationShutdown(): void {
    this.leaving.abort();
  }
}
